import { createManager, EnvironmentError, type Manager, type NamedSnapshot } from '../../index.js';
import { leaseJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { type ResetFlags, snapshot } from './reset.js';
import { abortOnSignals } from './signals.js';
import { volumes } from './volumes.js';

interface SnapshotFlags extends ResetFlags {
  /** Milliseconds. */
  readonly waitTimeout?: number;
}

const ACTIONS: readonly string[] = ['save', 'restore', 'list', 'remove'];

/** Without an action it keeps what a reset brings back. */
export async function snapshotCommand(words: readonly string[], flags: SnapshotFlags): Promise<void> {
  const [action = '', name, environment, ...more] = words;
  if (!ACTIONS.includes(action)) return snapshot(oneWord(words), flags);
  if (action === 'list' && words.length === 1) return volumes('list', [], { ...flags, snapshots: true });
  if (action === 'list' || name === undefined || more.length > 0) throw unclear(words);
  if (action === 'remove') return volumes('purge', words.slice(1), { ...flags, snapshots: true });
  const manager = createManager(managerOptions(flags));
  const options = {
    snapshot: name,
    ...(environment === undefined ? {} : { name: environment }),
    ...(flags.waitTimeout === undefined ? {} : { waitTimeout: flags.waitTimeout }),
    signal: abortOnSignals(),
  };
  try {
    const done = await (action === 'save' ? manager.saveSnapshot(options) : manager.restoreSnapshot(options));
    if (flags.json) printData(dataOf(done));
    else printText(textOf(done, action === 'save' ? 'saved as' : 'brought back from'));
  } finally {
    await manager.close();
  }
}

type Done = Awaited<ReturnType<Manager['saveSnapshot']>>;

function dataOf({ record, snapshot: name, volumes: folders }: Done) {
  return {
    lease: leaseJson(record),
    snapshot: name,
    volumes: folders.map(({ service, target }) => ({ service, target })),
  };
}

function textOf({ record, snapshot: name, volumes: folders }: NamedSnapshot, verb: string): string {
  return folders.map(({ service, target }) => `${record.project}: ${service} ${target} ${verb} ${name}\n`).join('');
}

function oneWord(words: readonly string[]): string | undefined {
  if (words.length > 1) throw unclear(words);
  return words[0];
}

function unclear(words: readonly string[]): EnvironmentError {
  const reason = `"${words.join(' ')}" is none of [environment], save NAME, restore NAME, list, remove NAME`;
  return new EnvironmentError('OPTION_INVALID', { option: 'snapshot', reason, command: 'snapshot' });
}
