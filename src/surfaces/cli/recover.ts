import { createManager, describeOwner, type LeaseRecord } from '../../index.js';
import { leaseJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';

interface RecoverCliOptions {
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function recover(options: RecoverCliOptions): Promise<void> {
  const manager = createManager(managerOptions(options));
  try {
    const { restored } = await manager.recover();
    if (options.json) printData({ restored: restored.map(leaseJson) });
    else printText(text(restored));
  } finally {
    await manager.close();
  }
}

function text(restored: readonly LeaseRecord[]): string {
  if (restored.length === 0) return 'nothing was lost\n';
  return restored.map((lease) => `found again ${lease.project}: ${describeOwner(lease.owner)}\n`).join('');
}
