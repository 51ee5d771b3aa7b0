import { createManager } from '../../index.js';
import { statusJson } from '../json.js';
import { printData } from './output.js';
import { statusTable } from './render-status.js';

export async function status(options: { readonly stateDir?: string; readonly json?: boolean }): Promise<void> {
  const manager = createManager(options.stateDir === undefined ? {} : { stateDir: options.stateDir });
  try {
    const environments = await manager.status();
    if (options.json) printData(statusJson(environments));
    else process.stdout.write(statusTable(environments, Date.now()));
  } finally {
    await manager.close();
  }
}
