import { createManager } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { removalText } from './render-removal.js';

interface CleanCliOptions {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function clean(options: CleanCliOptions): Promise<void> {
  const manager = createManager(managerOptions(options));
  try {
    const dryRun = options.dryRun === true;
    const removal = await manager.clean({ all: options.all === true, dryRun });
    if (options.json) printData(removal);
    else printText(removalText(removal, 'nothing to clean', dryRun ? 'would remove' : 'removed'));
  } finally {
    await manager.close();
  }
}
