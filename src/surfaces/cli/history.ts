import { createManager } from '../../index.js';
import { historyJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { historyTable } from './render-history.js';

interface HistoryFlags {
  readonly limit: number;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function history(name: string | undefined, flags: HistoryFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const events = await manager.history({ limit: flags.limit, ...(name === undefined ? {} : { name }) });
    if (flags.json) printData(historyJson(events));
    else printText(historyTable(events));
  } finally {
    await manager.close();
  }
}
