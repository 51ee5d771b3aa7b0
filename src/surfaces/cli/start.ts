import { type AcquireOptions, createManager, type Manager } from '../../index.js';
import { startJson } from '../json.js';
import { type AcquireFlags, acquireOptions, type ManagerFlags, renderedOptions } from './acquire-options.js';
import { printData } from './output.js';
import { type LoudnessFlags, progressRenderer } from './render-progress.js';
import { summary } from './render-start.js';
import { abortOnSignals } from './signals.js';
import { coloursOf } from './terminal.js';

interface StartFlags extends AcquireFlags, ManagerFlags, LoudnessFlags {
  readonly ttl?: number | null;
}

export async function start(flags: StartFlags): Promise<void> {
  const render = progressRenderer(process.stderr, flags);
  const manager = createManager(renderedOptions(flags, render));
  try {
    const { ttl } = flags;
    const given = { ...acquireOptions(flags), ...(ttl === undefined ? {} : { ttl }) };
    const lease = await manager.acquire({
      ...given,
      ttl: await lifetime(manager, given),
      owner: 'docker-manual start',
      signal: abortOnSignals(),
    });
    render.end();
    if (flags.json) printData(startJson(lease));
    else process.stdout.write(summary(lease, coloursOf(process.stdout)));
  } finally {
    render.end();
    await manager.close();
  }
}

/** What is started outlives this process; how long, the config file may say as well. */
async function lifetime(manager: Manager, given: AcquireOptions): Promise<number | null> {
  const { settings } = await manager.explain(given);
  return settings.find(({ key }) => key === 'ttl')?.value as number | null;
}
