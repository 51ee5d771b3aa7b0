import {
  type ContainerDescription,
  type Description,
  describeOwner,
  formatDuration,
  type ServiceDescription,
} from '../../index.js';
import { table } from './table.js';
import type { Colours } from './terminal.js';

/** What a person wants to know of one environment, from the whole to its parts. */
export function descriptionText(description: Description, now: number, colours: Colours): string {
  const { record, over, services, system, machine } = description;
  const expiry = record.expiresAt === null ? 'with its owner' : `in ${formatDuration(record.expiresAt - now)}`;
  const facts = [
    ['', 'state', over === undefined ? `${record.state}, ${record.mode}` : `over: ${over}`],
    ['', 'health', `${mark(system.health, colours)} ${system.health}`],
    ['', 'lease', `${record.id}, generation ${record.generation}`],
    ['', 'owner', describeOwner(record.owner)],
    ...record.holders.map(({ process }) => ['', 'used by', describeOwner(process)]),
    [
      '',
      'age',
      `${formatDuration(now - record.createdAt)}, ends ${over === undefined ? expiry : 'with the next command'}`,
    ],
    ['', 'ports', record.ports ? `${record.ports.first}-${record.ports.last}` : 'chosen by the engine or the file'],
    ['', 'files', record.spec.files.join(', ')],
    ['', 'engine', record.engine.endpoint],
    ['', 'machine', machineText(machine)],
  ];
  const reasons = system.reasons.map((reason) => `  ${colours.red('✖')} ${reason}\n`).join('');
  const parts = Object.entries(services).map(([name, service]) => serviceText(name, service, now, colours));
  return `${colours.bold(record.project)}\n${table(facts)}\n${reasons}${parts.join('')}`;
}

function serviceText(name: string, service: ServiceDescription, now: number, colours: Colours): string {
  const { health, answer, containers } = service;
  const said =
    answer.state === 'silent' ? `does not answer: ${answer.why}` : answer.state === 'answers' ? 'answers' : '';
  const head = `\n${mark(health, colours)} ${colours.bold(name)} ${health}${said === '' ? '' : `, ${said}`}\n`;
  return head + containers.map((container) => containerText(container, now)).join('');
}

function containerText(container: ContainerDescription, now: number): string {
  const { name, id, image, status, health, why, restartCount, startedAt, mounts, networks, addresses } = container;
  const since = status === 'running' ? ` for ${formatDuration(now - startedAt)}` : '';
  const ports = Object.entries(container.ports).flatMap(([target, at]) =>
    at.map(({ host, port }) => `${host}:${port} -> ${target}`),
  );
  const mounted = mounts.map(
    (m) => `${m.type} ${m.name || m.source} on ${m.target}${m.readOnly ? ' (read-only)' : ''}`,
  );
  const joined = networks.map((network, i) => (addresses[i] ? `${network} (${addresses[i]})` : network));
  const rows = [
    ['', 'container', `${name} (${id.slice(0, 12)}), ${health}, ${status}${since}, restarted ${restartCount} times`],
    ...(why === undefined ? [] : [['', 'why', why]]),
    ['', 'image', image],
    ...ports.map((each) => ['', 'port', each]),
    ...mounted.map((each) => ['', 'mount', each]),
    ...joined.map((each) => ['', 'network', each]),
  ];
  return `${table(rows)}\n`;
}

function machineText({ cpus, load, memory, stateFolder }: Description['machine']): string {
  const free = stateFolder ? `, ${gigabytes(stateFolder.freeBytes)} GB of disk free` : '';
  const ram = `${gigabytes(memory.freeBytes)} of ${gigabytes(memory.totalBytes)} GB memory free`;
  return `${cpus} processors, load ${load[0]?.toFixed(1)}, ${ram}${free}`;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

const GOOD: readonly string[] = ['healthy', 'running', 'completed'];

function mark(health: string, colours: Colours): string {
  if (GOOD.includes(health)) return colours.green('✔');
  return health === 'starting' ? colours.cyan('…') : colours.red('✖');
}
