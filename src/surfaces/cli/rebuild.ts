import { createManager } from '../../index.js';
import { leaseJson } from '../json.js';
import { type ManagerFlags, managerOptions, type SpecFlags, specOptions } from './acquire-options.js';
import { printData } from './output.js';
import { progressRenderer } from './render-progress.js';
import { abortOnSignals } from './signals.js';

interface RebuildFlags extends Pick<SpecFlags, 'file' | 'profile' | 'envFile'>, ManagerFlags {
  readonly cache: boolean;
  readonly waitTimeout: number;
  readonly json?: boolean;
}

export async function rebuild(services: readonly string[], flags: RebuildFlags): Promise<void> {
  const render = progressRenderer(process.stderr, flags);
  const manager = createManager({ ...managerOptions(flags), onProgress: render.show });
  try {
    const { decisions: _, ...files } = specOptions(flags);
    const { images, record, replaced } = await manager.rebuild({
      ...files,
      services,
      noCache: !flags.cache,
      waitTimeout: flags.waitTimeout,
      signal: abortOnSignals(),
    });
    render.end();
    if (flags.json) printData({ images, lease: record && leaseJson(record), replaced });
    else process.stdout.write(text(images, record?.project, replaced));
  } finally {
    render.end();
    await manager.close();
  }
}

function text(
  images: Readonly<Record<string, string>>,
  project: string | undefined,
  replaced: readonly string[],
): string {
  const built = Object.entries(images).map(([service, image]) => `${service}: ${image}\n`);
  if (project === undefined) return built.join('') || 'nothing is built here\n';
  const what = replaced.length === 0 ? 'nothing had to be replaced' : `${replaced.join(', ')} replaced and ready`;
  return `${built.join('')}${project}: ${what}\n`;
}
