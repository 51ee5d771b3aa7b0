import { createManager, EnvironmentError, type Manager, type PublishedPort } from '../../index.js';
import { managerOptions } from './acquire-options.js';
import { printData } from './output.js';
import { table } from './table.js';

interface PortsFlags {
  readonly holder?: number;
  readonly stateDir?: string;
  readonly json?: boolean;
}

export async function ports(words: readonly string[], flags: PortsFlags): Promise<void> {
  const manager = createManager(managerOptions(flags));
  try {
    if (flags.holder !== undefined) await printHolder(manager, flags.holder, flags.json === true);
    else await printPorts(manager, words, flags.json === true);
  } finally {
    await manager.close();
  }
}

async function printHolder(manager: Manager, port: number, json: boolean): Promise<void> {
  const holder = await manager.portHolder({ port });
  if (json) printData({ port, holder });
  else process.stdout.write(`port ${port}: ${holder}\n`);
}

async function printPorts(manager: Manager, words: readonly string[], json: boolean): Promise<void> {
  const { name, rest } = await manager.find({ words });
  const [service, portText, ...more] = rest;
  const port = portText === undefined ? undefined : Number(portText.replace(/\/\w+$/, ''));
  if (more.length > 0 || (port !== undefined && !Number.isInteger(port))) {
    const reason = `"${words.join(' ')}" is no [environment] [service] [port]`;
    throw new EnvironmentError('OPTION_INVALID', { option: 'ports', reason, command: 'ports' });
  }
  const asked = Object.entries({ name, service, port }).filter(([, value]) => value !== undefined);
  const report = await manager.ports(Object.fromEntries(asked));
  if (json) printData({ project: report.record.project, ports: report.ports });
  else if (port !== undefined) process.stdout.write(report.ports.map((each) => `${each.host}:${each.port}\n`).join(''));
  else process.stdout.write(portsTable(report.ports));
}

/** One line a port; a last column only where somebody else holds one of them. */
export function portsTable(found: readonly PublishedPort[]): string {
  if (found.length === 0) return 'It publishes no ports.\n';
  const lost = found.some(({ holder }) => holder !== null);
  const head = ['SERVICE', 'PORT', 'IN THE FILE', 'ADDRESS', ...(lost ? ['HELD BY'] : [])];
  const rows = found.map(({ service, target, protocol, published, host, port, holder }) => {
    const cells = [service, `${target}/${protocol}`, published || '-', `${host}:${port}`];
    return lost ? [...cells, holder ?? 'itself'] : cells;
  });
  return `${table([head, ...rows])}\n`;
}
