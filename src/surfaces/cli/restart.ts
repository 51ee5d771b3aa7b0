import { createManager } from '../../index.js';
import { leaseJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { abortOnSignals } from './signals.js';

interface RestartFlags {
  readonly services?: string[];
  readonly rolling?: boolean;
  readonly waitTimeout?: number;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function restart(name: string | undefined, flags: RestartFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const { record, services, rung } = await manager.restart({
      ...(name === undefined ? {} : { name }),
      ...(flags.services ? { services: flags.services } : {}),
      ...(flags.rolling ? { rolling: true } : {}),
      ...(flags.waitTimeout === undefined ? {} : { waitTimeout: flags.waitTimeout }),
      signal: abortOnSignals(),
    });
    if (flags.json) printData({ lease: leaseJson(record), services, rung });
    else printText(`${record.project}: ${services.join(', ')} ready again (by ${rung})\n`);
  } finally {
    await manager.close();
  }
}
