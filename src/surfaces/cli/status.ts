import { createManager } from '../../index.js';
import { statusJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { statusTable } from './render-status.js';
import { timelineText } from './render-timeline.js';

interface StatusFlags {
  readonly timeline?: boolean;
  readonly watch?: boolean;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function status(options: StatusFlags): Promise<void> {
  if (options.watch) return (await import('./status-watch.js')).watchStatus(options);
  const manager = createManager(managerOptions(options));
  try {
    const [environments, queue] = await Promise.all([manager.status(), manager.queue()]);
    if (options.json) printData(statusJson(environments, queue));
    else printText(statusTable(environments, queue, Date.now()));
    if (options.timeline && !options.json) printText(timelineText(environments));
  } finally {
    await manager.close();
  }
}
