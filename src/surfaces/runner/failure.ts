import { EnvironmentError } from '../../index.js';
import { unread } from '../github-log.js';
import { shown } from '../shown.js';

/**
 * A failed start as an error that every runner prints as prose: what happened, what the services said, where the whole
 * logs are, what to do. Runners print stacks, properties and causes of what a setup throws; this has none of them.
 *
 * On GitHub what the services said goes into a group of its own, because a line of it could be a workflow command.
 */
export function readable(error: unknown, env: NodeJS.ProcessEnv = process.env): unknown {
  if (!(error instanceof EnvironmentError)) return error;
  const { code, hint, dossier } = error;
  const folder = dossier === undefined || error.message.includes(dossier) ? '' : `\n  full logs: ${dossier}`;
  const [first, ...evidence] = `${error.message}${folder}`.split('\n');
  const grouped = env.GITHUB_ACTIONS === 'true' && evidence.length > 0;
  if (grouped) process.stderr.write(`::group::docker-manual: ${code}\n${unread(evidence)}::endgroup::\n`);
  const lines = grouped ? [first] : [first, ...evidence];
  const told = new Error(shown([...lines, `  hint: ${hint}`].join('\n'), env));
  told.name = `docker-manual ${code}`;
  told.stack = `${told.name}: ${told.message}`;
  return told;
}

/** Does the work of a setup or teardown; what it throws is {@link readable}. */
export async function readably<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw readable(error);
  }
}
