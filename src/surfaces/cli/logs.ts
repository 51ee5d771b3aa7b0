import { createManager, parseDuration } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { logJson, logRenderer } from './render-logs.js';
import { endOnSignals } from './signals.js';
import { coloursOf } from './terminal.js';

interface LogsFlags {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly timestamps?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function logs(words: readonly string[], flags: LogsFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = endOnSignals();
  try {
    const { name, rest } = await manager.find({ words, signal });
    const { follow, tail } = flags;
    const since = flags.since === undefined ? undefined : momentOf(flags.since, Date.now());
    const asked = Object.entries({ name, follow, tail, since }).filter(([, value]) => value !== undefined);
    const found = await manager.logs({ ...Object.fromEntries(asked), services: rest, signal });
    if (found.dossier) process.stderr.write(`${found.project} is gone; from ${found.dossier}\n`);
    const render = flags.json
      ? logJson
      : logRenderer(found.sources, coloursOf(process.stdout), flags.timestamps === true);
    for await (const line of found.lines) process.stdout.write(render(line));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await manager.close();
  }
}

/** "5m" (ago) or a date → milliseconds since the epoch. */
function momentOf(text: string, now: number): number {
  const ago = parseDuration(text);
  return ago === undefined ? Date.parse(text) : now - ago;
}
