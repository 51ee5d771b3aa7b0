import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { checkSeeds, type Seeds } from '../domain/seeds.js';
import type { AcquireOptions } from './acquire-options.js';
import { contentOf } from './build/identify.js';
import { type Asked, baseOf } from './claim.js';
import { ownerHere } from './owner-life.js';
import { resourcesOf } from './resources.js';
import { seedContents } from './seeds/fingerprint.js';
import { sharedKey } from './shared-key.js';
import { specAndModel } from './spec.js';

/** What options come to, before anything is claimed. */
export interface Wanted extends Omit<Asked, 'sharedKey' | 'place' | 'signal'> {
  readonly seeds: Seeds;
}

/** @throws COMPOSE_FILE_MISSING, COMPOSE_FILE_INVALID, OPTION_INVALID */
export async function wantedBy(
  options: AcquireOptions,
  where: Pick<Asked, 'config' | 'engine' | 'store'>,
  signal: AbortSignal,
): Promise<Wanted> {
  const { config, engine } = where;
  const { files, template } = await specAndModel(config, engine, options, signal);
  const owner = await ownerHere(engine, options.owner);
  const { mode = 'dedicated', decisions = {}, portMode = 'range', name } = options;
  const seeds = seedsOf(options, files, template);
  const about = { ...where, owner, template, mode, signal };
  const resources = { ...(await resourcesOf(about, options)), seeded: Object.keys(seeds) };
  return { ...where, files, template, name, mode, owner, decisions, portMode, resources, seeds };
}

/** By which others find an environment, where it is shared. */
export async function keyOf(wanted: Wanted, options: AcquireOptions, signal: AbortSignal): Promise<string> {
  const { config, engine, files, template, mode, decisions, portMode, resources, seeds } = wanted;
  const content = mode === 'shared' ? await contentOf(config, engine, template, signal) : [];
  const seedKey = mode === 'shared' ? [seeds, seedContents(seeds, files.directory)] : [];
  const of = [decisions, portMode, resources, files.seat, seedKey, ...content];
  return sharedKey(baseOf(wanted), template, options, ...of);
}

/** @throws OPTION_INVALID */
function seedsOf({ seeds = {} }: AcquireOptions, { only = [] }: Spec, template: ComposeModel): Seeds {
  const chosen = Object.entries(seeds).filter(([name]) => only.length === 0 || name in template.services);
  checkSeeds(template, Object.fromEntries(chosen));
  return Object.fromEntries(chosen);
}
