import type { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import { describeOwner } from '../domain/owner.js';
import { overlaps, parseSubnet, type Subnet } from '../domain/subnet.js';
import type { ContainerSummary, Engine, NamedObject } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import { overBecause } from './owner-life.js';
import { portUser, portUserCommand } from './port-users.js';

/** Who has what we wanted. */
export interface Holder {
  /** For a message: container shop-db-1 of Compose project shop in /home/ana/shop, process 812 "node server.js", … */
  readonly text: string;
  /** Set where it is of an environment of ours that nobody holds any more: only that may be removed. */
  readonly leftover?: { readonly lease: LeaseRecord; readonly cause: string };
}

/** Who can tell. */
export interface Witnesses {
  readonly engine: Engine;
  readonly store: Pick<LeaseStore, 'id' | 'find'>;
}

const COMPOSE_PROJECT = 'com.docker.compose.project';
const COMPOSE_FOLDER = 'com.docker.compose.project.working_dir';

/** Who holds a port of the engine's machine; containers of the lease itself hold nothing against it. */
export async function portHolder(
  witnesses: Witnesses,
  lease: Pick<LeaseRecord, 'id'>,
  port: number,
  signal: AbortSignal,
): Promise<Holder> {
  const { engine } = witnesses;
  const all = await engine.containers({}, signal);
  const container = all.find(
    (c) => c.published.some((each) => each.port === port) && c.labels[LABEL.lease] !== lease.id,
  );
  if (container) return objectHolder(witnesses, 'container', container);
  const command = portUserCommand(port, process.platform);
  if (engine.host !== '127.0.0.1') return { text: `somebody on the engine’s machine (there, \`${command}\` tells)` };
  const user = portUser(port, 'tcp') ?? portUser(port, 'udp');
  if (!user) return { text: `somebody who cannot be seen from here (\`${command}\` tells)` };
  if (user.pid === undefined) return { text: `a process of user ${user.uid} (\`${command}\` tells)` };
  return { text: `process ${user.pid} "${user.command}"` };
}

/** Who holds the name of a NAME_CONFLICT; the engine tells the id of a container, not of a network or volume. */
export async function nameHolder(
  witnesses: Witnesses,
  { params }: EnvironmentError,
  signal: AbortSignal,
): Promise<Holder> {
  const kind = String(params.kind);
  const id = String(params.holderId ?? '');
  const objects = await objectsOf(witnesses.engine, kind, signal);
  const object = objects.find((o) => (id === '' ? o.name === params.name : o.id.startsWith(id)));
  return object ? objectHolder(witnesses, kind, object) : { text: `a ${kind} that has gone meanwhile` };
}

function objectsOf(engine: Engine, kind: string, signal: AbortSignal): Promise<readonly NamedObject[]> {
  if (kind === 'network') return engine.networks({}, signal);
  return kind === 'volume' ? engine.volumes({}, signal) : engine.containers({}, signal);
}

/** Which network lies where one of the lease's own subnets should. */
export async function subnetHolder(
  witnesses: Witnesses,
  lease: Pick<LeaseRecord, 'id' | 'subnets'>,
  signal: AbortSignal,
): Promise<Holder> {
  const own = Object.values(lease.subnets).flatMap(toSubnet);
  const covers = (subnets: readonly string[]) => subnets.flatMap(toSubnet).some((s) => own.some((o) => overlaps(o, s)));
  const networks = await witnesses.engine.networks({}, signal);
  const network = networks.find((n) => n.labels[LABEL.lease] !== lease.id && covers(n.subnets));
  if (!network) return { text: 'a network that the engine does not list' };
  const { text, ...rest } = await objectHolder(witnesses, 'network', network);
  return { text: `${text} (${network.subnets.join(', ')})`, ...rest };
}

/** Which containers keep a network or volume from being removed, by name and whose they are. */
export function usersOf(containers: readonly ContainerSummary[], { params }: EnvironmentError): string {
  const name = String(params.name);
  const users = containers.filter((c) => (params.kind === 'volume' ? c.volumes : c.networks).includes(name));
  return users.map((c) => whose('container', c)).join(' and ') || 'a container that has gone meanwhile';
}

async function objectHolder({ engine, store }: Witnesses, kind: string, object: NamedObject): Promise<Holder> {
  const leaseId = object.labels[LABEL.lease];
  const text = whose(kind, object);
  if (leaseId === undefined) return { text };
  const lease = store.find(leaseId);
  if (!lease || object.labels[LABEL.store] !== store.id) {
    return { text: `${text}, held by docker-manual with another state folder` };
  }
  const cause = await overBecause({ engine: async () => engine }, lease);
  const held = `${text}, lease ${leaseId.slice(0, 8)}, held by ${describeOwner(lease.owner)}`;
  return cause === undefined ? { text: held } : { text: `${held} (${cause})`, leftover: { lease, cause } };
}

function toSubnet(text: string): Subnet[] {
  return [parseSubnet(text)].filter((subnet) => subnet !== undefined);
}

function whose(kind: string, { name, labels }: NamedObject): string {
  const project = labels[COMPOSE_PROJECT];
  const folder = labels[COMPOSE_FOLDER];
  const from =
    project === undefined ? '' : ` of Compose project ${project}${folder === undefined ? '' : ` in ${folder}`}`;
  return `${kind} ${name}${from}`;
}
