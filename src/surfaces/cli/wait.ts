import { createManager, type WaitedFor } from '../../index.js';
import { leaseJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';
import { endOnSignals } from './signals.js';

interface WaitFlags {
  readonly for?: Readonly<Record<string, WaitedFor>>;
  readonly waitTimeout?: number;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function wait(name: string | undefined, flags: WaitFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  const signal = endOnSignals();
  try {
    const { record, services } = await manager.wait({
      ...(name === undefined ? {} : { name }),
      ...(flags.for ? { for: flags.for } : {}),
      ...(flags.waitTimeout === undefined ? {} : { waitTimeout: flags.waitTimeout }),
      signal,
    });
    const states = Object.entries(services).map(([service, state]) => `${service} ${state}`);
    if (flags.json) printData({ lease: leaseJson(record), services });
    else process.stdout.write(`${record.project}: ${states.join(', ')}\n`);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await manager.close();
  }
}
