import { EnvironmentError } from '../domain/errors.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { suggest } from '../domain/suggest.js';
import { composeContents, readText } from './compose-content.js';
import { referencedFiles } from './compose-references.js';

/**
 * Compose takes a profile that no service has without a word, and starts what has none. A profile that is there has at
 * least one service in the model, so the files are read again only to say which there are.
 *
 * @throws OPTION_INVALID for a profile that nothing has, with the likeliest one
 */
export async function checkProfiles(spec: Spec, model: ComposeModel): Promise<void> {
  const active = new Set(Object.values(model.services).flatMap(({ profiles = [] }) => profiles));
  const unknown = spec.profiles.find((name) => name !== '*' && !active.has(name));
  if (unknown === undefined) return;
  const known = await profilesIn((await referencedFiles(spec)) ?? spec.files);
  if (known.includes(unknown)) return;
  const near = suggest(unknown, known);
  const those = known.length === 0 ? 'they have none' : `there are ${known.join(', ')}`;
  const reason = `no service of ${spec.files.join(', ')} has "${unknown}"${near ? `; did you mean "${near}"?` : ` (${those})`}`;
  throw new EnvironmentError('OPTION_INVALID', { option: 'profile', reason, command: 'start' });
}

async function profilesIn(files: readonly string[]): Promise<string[]> {
  const found = await Promise.all(files.map(profilesOf));
  return [...new Set(found.flat())].sort();
}

/** None where the file is no YAML, or no compose file: Compose has read what matters. */
async function profilesOf(file: string): Promise<string[]> {
  const contents = ((await composeContents(readText(file) ?? '')) ?? []) as ({ services?: unknown } | null)[];
  const services = contents.flatMap((content) => Object.values(content?.services ?? {}));
  return services.flatMap((service) => {
    const { profiles } = (service ?? {}) as { profiles?: unknown };
    return Array.isArray(profiles) ? profiles.map(String) : [];
  });
}
