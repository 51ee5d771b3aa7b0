import { createManager, type Initialised } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';

interface InitFlags {
  readonly file?: string[];
  readonly name?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export async function init({ file, name, dryRun, json }: InitFlags): Promise<void> {
  const manager = createManager(managerOptions({}));
  try {
    const asked = Object.entries({ files: file, name, dryRun }).filter(([, value]) => value !== undefined);
    const done = await manager.init(Object.fromEntries(asked));
    if (json) printData(done);
    else process.stdout.write(initText(done));
  } finally {
    await manager.close();
  }
}

const DONE = {
  written: 'wrote',
  kept: 'there is already one, left as it is; it would have been',
  planned: 'would write',
};

/** What was not written is shown, so that it can be taken over by hand. */
export function initText({ files, next }: Initialised): string {
  const lines = files.map(({ path, content, done }) => {
    const shown = done === 'written' ? '' : content.replace(/^(?=.)/gm, '    | ');
    return done === 'kept' ? `${path}: ${DONE.kept}\n${shown}` : `${DONE[done]} ${path}\n${shown}`;
  });
  return `${lines.join('')}\nNext:\n${next.map((command) => `  ${command}\n`).join('')}`;
}
