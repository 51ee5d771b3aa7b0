import { createManager, type GraphFormat } from '../../index.js';
import { type ManagerFlags, managerOptions, type SpecFlags, specOptions } from './acquire-options.js';
import { printText } from './output.js';

interface GraphFlags extends SpecFlags, ManagerFlags {
  readonly graphFormat: GraphFormat;
}

/** Prints which service waits for which, as text for a diagram. */
export async function graph(flags: GraphFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const { decisions: _, ...files } = specOptions(flags);
    printText(await manager.graph({ ...files, format: flags.graphFormat }));
  } finally {
    await manager.close();
  }
}
