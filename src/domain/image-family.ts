import { CLOUD_FAMILIES } from './families/cloud.js';
import { DATABASE_FAMILIES } from './families/databases.js';
import type { ImageFamily } from './families/family.js';
import { MESSAGING_FAMILIES } from './families/messaging.js';
import { STORE_FAMILIES } from './families/stores.js';
import { WEB_FAMILIES } from './families/web.js';

export { mssqlPassword, postgresLogin } from './families/databases.js';
export { redisPassword } from './families/stores.js';

/**
 * Order matters twice: where patterns overlap the first that fits is taken, and where two kinds of service claim the
 * same variable (DATABASE_URL) the one further up has it.
 */
export const IMAGE_FAMILIES: readonly ImageFamily[] = [
  ...DATABASE_FAMILIES,
  ...STORE_FAMILIES,
  ...MESSAGING_FAMILIES,
  ...CLOUD_FAMILIES,
  ...WEB_FAMILIES,
];

/** Programs that are called after the server that they talk to. */
const NOT_THE_SERVER = /(^|[-_/])(supertokens|wait-for|backup|migrate)[-_][^/]*$/;

/** The family of "registry:5000/team/postgres:16-alpine@sha256:…", or undefined. */
export function imageFamily(image: string | undefined): ImageFamily | undefined {
  const name = image?.split('@')[0]?.replace(/:[^:/]*$/, '');
  if (!name || NOT_THE_SERVER.test(name)) return undefined;
  return IMAGE_FAMILIES.find((family) => family.pattern.test(name));
}
