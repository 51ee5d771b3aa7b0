import { createManager, type Explanation } from '../../index.js';
import {
  type AcquireFlags,
  acquireOptions,
  type ManagerFlags,
  managerOptions,
  managerSettings,
} from './acquire-options.js';
import { printData } from './output.js';
import { table } from './table.js';

interface ConfigFlags extends AcquireFlags, ManagerFlags {
  readonly ttl?: number | null;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Prints what counts here: the values, and with --explain also the defaults and where each value comes from. */
export async function config(flags: ConfigFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    const { ttl } = flags;
    const given = { ...acquireOptions(flags), ...managerSettings(flags), ...(ttl === undefined ? {} : { ttl }) };
    const explanation = await manager.explain(given);
    if (flags.json) printData(explanation);
    else process.stdout.write(text(explanation, flags.explain === true));
  } finally {
    await manager.close();
  }
}

function text({ configFile, compose, settings }: Explanation, all: boolean): string {
  const shown = settings.filter(({ from, value }) => all || (from !== 'default' && value !== null));
  const rows = shown.map(({ key, value, from }) => [key, valueText(value), from]);
  const files = compose.error ?? `${compose.files.join(', ')} (${compose.why})`;
  const head = `config file: ${configFile ?? 'none'}\ncompose file: ${files}\n`;
  return rows.length === 0 ? head : `${head}\n${table([['KEY', 'VALUE', 'FROM'], ...rows])}\n`;
}

function valueText(value: unknown): string {
  if (value === null) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
