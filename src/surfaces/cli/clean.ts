import { createManager } from '../../index.js';
import { renderedOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { type LoudnessFlags, noticeRenderer } from './render-progress.js';
import { removalText } from './render-removal.js';
import { finishOnSignals } from './signals.js';

interface CleanCliOptions extends LoudnessFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly stateDir?: string;
}

export async function clean(options: CleanCliOptions): Promise<void> {
  const render = noticeRenderer(process.stderr, options);
  const manager = createManager(renderedOptions(options, render));
  const signals = finishOnSignals(() => manager.handOver());
  try {
    const dryRun = options.dryRun === true;
    const removal = await manager.clean({ all: options.all === true, dryRun });
    if (options.json) printData(removal);
    else printText(removalText(removal, 'nothing to clean', dryRun ? 'would remove' : 'removed'));
  } finally {
    signals.end();
    render.end();
    await manager.close();
  }
}
