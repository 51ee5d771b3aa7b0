import { createManager } from '../../index.js';
import { renderedOptions } from './acquire-options.js';
import { printData, printText } from './output.js';
import { type LoudnessFlags, noticeRenderer } from './render-progress.js';
import { removalText } from './render-removal.js';
import { finishOnSignals } from './signals.js';

interface StopCliOptions extends LoudnessFlags {
  readonly all?: boolean;
  readonly volumes?: boolean;
  readonly stateDir?: string;
}

export async function stop(names: readonly string[], options: StopCliOptions): Promise<void> {
  const render = noticeRenderer(process.stderr, options);
  const manager = createManager(renderedOptions(options, render));
  const signals = finishOnSignals(() => manager.handOver());
  try {
    const removal = await manager.stop({ names, all: options.all === true, volumes: options.volumes === true });
    if (options.json) printData(removal);
    else printText(removalText(removal, 'nothing to stop'));
  } finally {
    signals.end();
    render.end();
    await manager.close();
  }
}
