import { createManager, EnvironmentError } from '../../index.js';
import { managerOptions } from './acquire-options.js';

interface ExecFlags {
  readonly user?: string;
  readonly workdir?: string;
  readonly stateDir?: string;
}

/** Bash where the image has it; the test runs inside, so that it costs no second call. */
const SHELL = ['sh', '-c', 'command -v bash >/dev/null 2>&1 && exec bash; exec sh'];

/** "web -- ls -l", "shop-1f2e web -- ls -l", "web ls -l": without "--" the command begins behind the first word. */
export function splitCommand(words: readonly string[]): { target: readonly string[]; command: readonly string[] } {
  const cut = words.indexOf('--');
  if (cut < 0) return { target: words.slice(0, 1), command: words.slice(1) };
  return { target: words.slice(0, cut), command: words.slice(cut + 1) };
}

export function exec(words: readonly string[], flags: ExecFlags): Promise<void> {
  const { target, command } = splitCommand(words);
  return inService(target, command, flags, 'exec');
}

export function shell(words: readonly string[], flags: ExecFlags): Promise<void> {
  return inService(words, SHELL, flags, 'shell');
}

async function inService(
  target: readonly string[],
  command: readonly string[],
  { stateDir, ...how }: ExecFlags,
  verb: string,
): Promise<void> {
  const manager = createManager(managerOptions(stateDir === undefined ? {} : { stateDir }));
  try {
    const { name, rest } = await manager.find({ words: target });
    const [service, ...more] = rest;
    if (service === undefined || more.length > 0) {
      const reason = `"${target.join(' ')}" does not name one service${name ? ` of ${name}` : ''}`;
      throw new EnvironmentError('OPTION_INVALID', { option: verb, reason, command: verb });
    }
    const tty = process.stdin.isTTY === true && process.stdout.isTTY === true;
    process.exitCode = await manager.exec({ ...(name === undefined ? {} : { name }), ...how, service, command, tty });
  } finally {
    await manager.close();
  }
}
