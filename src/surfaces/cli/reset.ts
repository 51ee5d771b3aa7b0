import { createManager, type Manager, type ResetOptions, type ResetReport } from '../../index.js';
import { leaseJson } from '../json.js';
import { printData, printText } from './output.js';
import { abortOnSignals } from './signals.js';

export interface ResetFlags {
  readonly services?: string[];
  readonly stateDir?: string;
  readonly json?: boolean;
}

export function reset(name: string | undefined, flags: ResetFlags): Promise<void> {
  return onData(name, flags, (manager, options) => manager.reset(options));
}

export function snapshot(name: string | undefined, flags: ResetFlags): Promise<void> {
  return onData(name, flags, (manager, options) => manager.snapshot(options));
}

async function onData(
  name: string | undefined,
  flags: ResetFlags,
  work: (manager: Manager, options: Pick<ResetOptions, 'name' | 'services' | 'signal'>) => Promise<ResetReport>,
): Promise<void> {
  const manager = createManager(flags.stateDir === undefined ? {} : { stateDir: flags.stateDir });
  try {
    const { record, services, without } = await work(manager, {
      ...(name === undefined ? {} : { name }),
      ...(flags.services ? { services: flags.services } : {}),
      signal: abortOnSignals(),
    });
    if (flags.json) printData({ lease: leaseJson(record), services, without });
    else printText(reportText(record.project, services, without));
  } finally {
    await manager.close();
  }
}

const MEANING: Readonly<Record<ResetReport['services'][string], string>> = {
  restored: 'restored',
  emptied: 'emptied',
  commanded: 'reset by its command',
  kept: 'kept as it is now; a reset brings this back',
};

function reportText(
  project: string,
  services: ResetReport['services'],
  without: Readonly<Record<string, string>>,
): string {
  const done = Object.entries(services).map(([name, outcome]) => `${project}: ${name} ${MEANING[outcome]}`);
  const left = Object.entries(without).map(([name, reason]) => `${project}: ${name} left as it is: ${reason}`);
  return `${[...done, ...left].join('\n')}\n`;
}
