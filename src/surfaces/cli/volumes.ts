import {
  createManager,
  EnvironmentError,
  formatDuration,
  formatSize,
  type VolumeEntry,
  type VolumeKind,
} from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { removalText } from './render-removal.js';
import { abortOnSignals } from './signals.js';
import { table } from './table.js';

interface VolumesFlags {
  readonly seeds?: boolean;
  readonly snapshots?: boolean;
  readonly kept?: boolean;
  /** Milliseconds. */
  readonly idle?: number;
  readonly dryRun?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function volumes(action: string, names: readonly string[], flags: VolumesFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = abortOnSignals();
  try {
    if (action === 'purge') {
      const dryRun = flags.dryRun === true;
      const removal = await manager.purgeVolumes({ ...choiceOf(names, flags), dryRun, signal });
      if (flags.json) printData(removal);
      else printText(removalText(removal, 'nothing to purge', dryRun ? 'would remove' : 'removed'));
    } else if (action === 'list' && names.length === 0) {
      const entries = await manager.volumes({ signal });
      const chosen = entries.filter(({ kind }) => kindsOf(flags)?.includes(kind) ?? true);
      if (flags.json) printData({ volumes: chosen.map(entryJson) });
      else printText(volumesTable(chosen, Date.now()));
    } else {
      const reason = `"${[action, ...names].join(' ')}" is neither "list" nor "purge [NAME…]"`;
      throw new EnvironmentError('OPTION_INVALID', { option: 'volumes', reason, command: 'volumes' });
    }
  } finally {
    await manager.close();
  }
}

function choiceOf(names: readonly string[], flags: VolumesFlags) {
  const kinds = kindsOf(flags);
  return {
    ...(names.length > 0 ? { names } : {}),
    ...(kinds ? { kinds } : {}),
    ...(flags.idle === undefined ? {} : { idle: flags.idle }),
  };
}

function kindsOf({ seeds, snapshots, kept }: VolumesFlags): VolumeKind[] | undefined {
  const asked = { seed: seeds, snapshot: snapshots, kept };
  const kinds = (Object.keys(asked) as VolumeKind[]).filter((kind) => asked[kind]);
  return kinds.length > 0 ? kinds : undefined;
}

function entryJson({ createdAt, usedAt, bytes, ...entry }: VolumeEntry) {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return { ...entry, bytes: bytes ?? null, createdAt: time(createdAt), usedAt: time(usedAt) };
}

export function volumesTable(entries: readonly VolumeEntry[], now: number): string {
  if (entries.length === 0) return 'No volumes are kept.\n';
  const head = ['NAME', 'KIND', 'OF', 'SIZE', 'AGE', 'LAST USED', 'STATE'];
  const ago = (at: number | undefined) => (at === undefined ? '-' : `${formatDuration(Math.max(0, now - at))} ago`);
  const rows = entries.map((entry) => [
    entry.name,
    entry.kind,
    [entry.project, entry.services.join(', ')].filter((text) => text !== '').join(': ') || '-',
    entry.bytes === undefined ? '-' : formatSize(entry.bytes),
    formatDuration(Math.max(0, now - entry.createdAt)),
    ago(entry.usedAt),
    entry.users.length > 0 ? `used by ${entry.users.join(', ')}` : entry.state,
  ]);
  return `${table([head, ...rows])}\n`;
}
