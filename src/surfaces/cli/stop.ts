import { createManager } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { removalText } from './render-removal.js';

interface StopCliOptions {
  readonly all?: boolean;
  readonly volumes?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function stop(names: readonly string[], options: StopCliOptions): Promise<void> {
  const manager = createManager(managerOptions(options));
  try {
    const removal = await manager.stop({ names, all: options.all === true, volumes: options.volumes === true });
    if (options.json) printData(removal);
    else printText(removalText(removal, 'nothing to stop'));
  } finally {
    await manager.close();
  }
}
