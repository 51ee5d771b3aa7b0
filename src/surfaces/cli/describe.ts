import { createManager } from '../../index.js';
import { describeJson } from '../json.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';
import { descriptionText } from './render-describe.js';
import { coloursOf } from './terminal.js';

interface DescribeFlags {
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function describe(name: string | undefined, flags: DescribeFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const description = await manager.describe(name === undefined ? {} : { name });
    if (flags.json) printData(describeJson(description));
    else process.stdout.write(descriptionText(description, Date.now(), coloursOf(process.stdout)));
  } finally {
    await manager.close();
  }
}
