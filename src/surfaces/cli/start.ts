import { createManager, type Mode } from '../../index.js';
import { startJson } from '../json.js';
import { printData } from './output.js';
import { progressRenderer } from './render-progress.js';
import { summary } from './render-start.js';
import { abortOnSignals } from './signals.js';

interface StartOptions {
  readonly file?: string[];
  readonly profile?: string[];
  readonly envFile?: string[];
  readonly name?: string;
  readonly mode: Mode;
  readonly ttl: number | null;
  readonly waitTimeout: number;
  readonly accelerate: boolean;
  readonly ports?: string;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function start(options: StartOptions): Promise<void> {
  const render = progressRenderer(process.stderr, options.json === true);
  const { ports, stateDir } = options;
  const manager = createManager({
    ...(ports === undefined ? {} : { ports }),
    ...(stateDir === undefined ? {} : { stateDir }),
    onProgress: render.show,
  });
  try {
    const lease = await manager.acquire({
      ...(options.file ? { files: options.file } : {}),
      ...(options.profile ? { profiles: options.profile } : {}),
      ...(options.envFile ? { envFiles: options.envFile } : {}),
      ...(options.name === undefined ? {} : { name: options.name }),
      mode: options.mode,
      ttl: options.ttl,
      waitTimeout: options.waitTimeout,
      accelerate: options.accelerate,
      owner: 'docker-manual start',
      signal: abortOnSignals(),
    });
    render.end();
    if (options.json) printData(startJson(lease));
    else process.stdout.write(summary(lease));
  } finally {
    render.end();
    await manager.close();
  }
}
