import { createManager, EnvironmentError, type Manager } from '../../index.js';
import { poolJson } from '../json.js';
import { type AcquireFlags, acquireOptions, type ManagerFlags, renderedOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { POOL_WORK, type PoolWork } from './pool-work.js';
import { poolTable } from './render-pool.js';
import { type LoudnessFlags, progressRenderer } from './render-progress.js';
import { removalText } from './render-removal.js';
import { abortOnSignals } from './signals.js';

interface PoolFlags extends AcquireFlags, ManagerFlags, LoudnessFlags {
  readonly key?: string;
}

const WORK: Readonly<Record<PoolWork, (manager: Manager, flags: PoolFlags) => Promise<void>>> = { fill, status, drain };

/** @throws OPTION_INVALID for what cannot be done with pools */
export async function pool(what: string, flags: PoolFlags): Promise<void> {
  if (!POOL_WORK.includes(what as PoolWork)) {
    const reason = `"${what}" is none of ${POOL_WORK.join(', ')}`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'pool', reason, command: 'pool' });
  }
  const render = progressRenderer(process.stderr, flags);
  const manager = createManager(renderedOptions(flags, render));
  try {
    await WORK[what as PoolWork](manager, flags);
  } finally {
    render.end();
    await manager.close();
  }
}

async function fill(manager: Manager, flags: PoolFlags): Promise<void> {
  const key = flags.key === undefined ? {} : { key: flags.key };
  const pools = await manager.poolFill({ ...acquireOptions(flags), ...key, signal: abortOnSignals() });
  if (flags.json) printData({ pools: pools.map(poolJson) });
  else printText(poolTable(pools, Date.now()));
}

async function status(manager: Manager, flags: PoolFlags): Promise<void> {
  const pools = await manager.poolStatus();
  if (flags.json) printData({ pools: pools.map(poolJson) });
  else printText(poolTable(pools, Date.now()));
}

async function drain(manager: Manager, flags: PoolFlags): Promise<void> {
  const { file, key } = flags;
  const removal = await manager.poolDrain({
    ...(file === undefined ? {} : { files: file }),
    ...(key === undefined ? {} : { key }),
  });
  if (flags.json) printData(removal);
  else printText(removalText(removal, 'nothing stood ready'));
}
