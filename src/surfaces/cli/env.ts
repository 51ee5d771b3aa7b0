import { createManager } from '../../index.js';
import { dotenvLine } from '../dotenv.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';

interface EnvFlags {
  readonly format: 'sh' | 'dotenv' | 'json';
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function env(name: string | undefined, flags: EnvFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const addresses = await manager.env(name === undefined ? {} : { name });
    if (flags.json) printData({ project: addresses.record.project, services: addresses.services, env: addresses.env });
    else process.stdout.write(renderVariables(addresses.env, flags.format));
  } finally {
    await manager.close();
  }
}

/** Exactly the values, for a shell or a reader of such files. */
export function renderVariables(variables: Readonly<Record<string, string>>, format: EnvFlags['format']): string {
  if (format === 'json') return `${JSON.stringify(variables, null, 2)}\n`;
  const line = format === 'sh' ? shellLine : dotenvLine;
  return Object.entries(variables)
    .map(([name, value]) => `${line(name, value)}\n`)
    .join('');
}

/** Safe for `eval`: inside single quotes a shell reads nothing but the closing quote. */
function shellLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", `'\\''`)}'`;
}
