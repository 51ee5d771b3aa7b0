import { createManager, type EnvironmentStatus, type Manager, type QueueEntry } from '../../index.js';
import { statusJson } from '../json.js';
import { shownOnOneLine } from '../shown.js';
import { type ManagerFlags, managerOptions } from './acquire-options.js';
import { statusTable } from './render-status.js';
import { endOnSignals } from './signals.js';
import { isLive } from './terminal.js';

interface WatchFlags extends ManagerFlags {
  readonly json?: boolean;
}

interface Seen {
  readonly environments: readonly EnvironmentStatus[];
  readonly queue: readonly QueueEntry[];
}

/** Ages and what the database alone tells of (a lapsed lease, the queue) are looked at anew so often. Milliseconds. */
const REDRAW = 1000;

/** A table that is drawn anew on a terminal; elsewhere one line per change, with --json one document per change. */
export async function watchStatus(flags: WatchFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = endOnSignals();
  const show = flags.json ? documents() : isLive(process.stdout) ? redrawn() : changes();
  try {
    for await (const _ of ticks(manager, signal)) {
      const [environments, queue] = await Promise.all([manager.status({ signal }), manager.queue()]);
      show({ environments, queue });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await manager.close();
  }
}

/** At once, at each event, and every second; what comes while one is being shown is shown together. */
async function* ticks(manager: Manager, signal: AbortSignal): AsyncIterable<void> {
  let due = true;
  let wake = () => {};
  let failure: unknown;
  const tick = () => {
    due = true;
    wake();
  };
  const timer = setInterval(tick, REDRAW);
  signal.addEventListener('abort', tick, { once: true });
  const listen = async () => {
    for await (const _ of manager.events({ follow: true, limit: 1, signal })) tick();
  };
  listen().catch((error) => {
    failure = error;
    tick();
  });
  try {
    while (!signal.aborted) {
      if (failure !== undefined) throw failure;
      if (due) {
        due = false;
        yield;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    clearInterval(timer);
  }
}

function redrawn(): (seen: Seen) => void {
  return ({ environments, queue }) => {
    const text = statusTable(environments, queue, Date.now()).split('\n');
    const lines = text.map((line) => line.slice(0, process.stdout.columns || 80));
    // Home, each line with what is left of the old one cleared, then all below.
    process.stdout.write(`\u001b[H${lines.join('\u001b[K\n')}\u001b[0J`);
  };
}

function changes(): (seen: Seen) => void {
  let before = new Map<string, string>();
  return (seen) => {
    const now = linesOf(seen);
    for (const [key, line] of now) if (before.get(key) !== line) process.stdout.write(`${shownOnOneLine(line)}\n`);
    for (const key of before.keys()) if (!now.has(key)) process.stdout.write(`${shownOnOneLine(`${key}: gone`)}\n`);
    before = now;
  };
}

/** Without ages: they change all the time. */
export function linesOf({ environments, queue }: Seen): Map<string, string> {
  const held = environments.map(({ record, over, services }) => {
    const states = Object.entries(services).map(([name, { state }]) => `${name} ${state}`);
    const what = [over ?? record.state, ...states].join(', ');
    return [record.project, `${record.project}: ${what}`] as const;
  });
  const waiting = queue.map(
    ({ name }, i) => [`${name} (queued)`, `${name}: queued, ${i + 1} of ${queue.length}`] as const,
  );
  return new Map([...held, ...waiting]);
}

function documents(): (seen: Seen) => void {
  let before = '';
  return ({ environments, queue }) => {
    const text = JSON.stringify({ success: true, data: statusJson(environments, queue) });
    if (text !== before) process.stdout.write(`${text}\n`);
    before = text;
  };
}
