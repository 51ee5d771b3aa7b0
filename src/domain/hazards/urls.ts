import { decided } from '../decisions.js';
import type { Binding } from '../lease.js';
import type { ComposeModel, ServiceModel } from '../model.js';
import { Replace } from '../override.js';
import { commandOf, eachService, environmentOf, type Hazard, type HazardContext, type HazardRule } from './hazard.js';

/** Keys that tell somebody outside where a service is. */
const OUTWARD =
  /ADVERTIS|ANNOUNCE|PUBLIC|EXTERNAL|SITE_?URL|ORIGIN|CALLBACK|REDIRECT|NEXTAUTH|WEBHOOK|ROOT_URL|FRONTEND/i;
/** Keys that may mean an address inside or outside. */
const ADDRESS = /_?(?:URLS?|URI|ENDPOINT|HOST|DOMAIN|BROKERS?|SERVERS?)$/i;

/** "app.localhost" is the machine as well; "my-localhost" is not. */
const HOST_ADDRESS = /(?<![\w.-])((?:[\w-]+\.)*localhost|127\.0\.0\.1|host\.docker\.internal):(\d{2,5})\b/g;

/**
 * Addresses of this machine that repeat a published port: the port is another one now. Changed only where the key
 * looks outward, or where the number can mean nothing but the host's port; each change is told.
 */
export const publishedUrls: HazardRule = (context) => {
  const owners = ownersOfPorts(context);
  if (owners.size === 0) return [];
  return eachService(context, (name, service) => {
    const view = viewOf(context, name, service, owners);
    return [
      ...inEnvironment(context, name, service, view),
      ...inCommand(context, name, service, view),
      ...inLogging(context, name, service, view),
    ];
  });
};

type Owners = ReadonlyMap<number, Binding>;

/** Published number → its binding, for numbers that exactly one service publishes; TCP before UDP. */
function ownersOfPorts({ bindings }: HazardContext): Owners {
  const owners = new Map<number, Binding | null>();
  const inOrder = [...bindings].sort((a, b) => (a.protocol < b.protocol ? -1 : a.protocol > b.protocol ? 1 : 0));
  for (const binding of inOrder) {
    const port = Number(binding.published);
    if (!Number.isInteger(port) || port === 0) continue;
    const known = owners.get(port);
    if (known && known.protocol !== binding.protocol) continue;
    owners.set(port, known === undefined || known?.service === binding.service ? binding : null);
  }
  return new Map([...owners].filter((entry): entry is [number, Binding] => entry[1] !== null));
}

/** What an address of the machine means to one service. */
interface View {
  readonly owners: Owners;
  /** Ports inside the network that it lives in: there, `localhost` is nobody else. */
  readonly inside: ReadonlySet<number>;
  /** It lives on the host's network: every address is the machine's. */
  readonly onHost: boolean;
  /** It did, and is taken off it. */
  readonly isConverted: boolean;
  /** Services that it reaches by their names. */
  readonly reachable: ReadonlySet<string>;
}

function viewOf(context: HazardContext, name: string, service: ServiceModel, owners: Owners): View {
  const { model, bindings } = context;
  const isAtHome = (other: string) => homeOf(model, other) === homeOf(model, name);
  const targets = bindings.filter((b) => isAtHome(b.service)).map((b) => b.target);
  const exposed = Object.entries(model.services).flatMap(([other, s]) => (isAtHome(other) ? (s.expose ?? []) : []));
  const networks = networksOf(context, homeOf(model, name));
  const reachable = Object.keys(model.services).filter(
    (other) => !isAtHome(other) && networksOf(context, other).some((network) => networks.includes(network)),
  );
  const isConverted = isTakenOffHost(context, name);
  return {
    owners,
    inside: new Set([...targets, ...exposed.map((text) => Number.parseInt(text, 10))]),
    onHost: service.network_mode === 'host' && !isConverted,
    isConverted,
    reachable: new Set(reachable),
  };
}

function networksOf(context: HazardContext, name: string): string[] {
  return isTakenOffHost(context, name) ? ['default'] : Object.keys(context.model.services[name]?.networks ?? {});
}

function isTakenOffHost({ model, decisions }: HazardContext, name: string): boolean {
  return model.services[name]?.network_mode === 'host' && decided(decisions.hostNetwork, name) === 'convert';
}

/** The service whose network this one uses: itself, or the end of a chain of `network_mode: service:…`. */
function homeOf(model: ComposeModel, name: string): string {
  let home = name;
  for (let steps = Object.keys(model.services).length; steps > 0; steps--) {
    const next = /^service:(.+)$/.exec(model.services[home]?.network_mode ?? '')?.[1];
    if (next === undefined) break;
    home = next;
  }
  return home;
}

function inEnvironment(context: HazardContext, name: string, service: ServiceModel, view: View): Hazard[] {
  return environmentOf(context, name, service).flatMap(([key, value]) => {
    const changed = rewrite(value, (address) => meaning(address, view, OUTWARD.test(key), ADDRESS.test(key)));
    if (!changed) return [];
    context.draft.set('services', name, { environment: { [key]: changed.text } });
    const path = ['services', name, 'environment', key];
    return tell(name, path, changed, `${key}: `);
  });
}

function inCommand(context: HazardContext, name: string, service: ServiceModel, view: View): Hazard[] {
  const command = commandOf(context, name, service);
  const changes = command.map((word, i) =>
    rewrite(word, (address) => {
      // The option that the address belongs to: what stands before it, and the word before that.
      const before = `${command[i - 1] ?? ''} ${word.slice(0, address.at)}`.split(/\s+/).slice(-2).join(' ');
      return meaning(address, view, OUTWARD.test(before), false);
    }),
  );
  if (changes.every((changed) => changed === undefined)) return [];
  context.draft.set('services', name, { command: new Replace(command.map((word, i) => changes[i]?.text ?? word)) });
  return changes.flatMap((changed) => tell(name, ['services', name, 'command'], changed));
}

/** It is the engine that sends logs, so its `localhost` is the machine. */
function inLogging(context: HazardContext, name: string, service: ServiceModel, { owners }: View): Hazard[] {
  const { driver, options = {} } = service.logging ?? {};
  const all = driver === 'fluentd' ? { 'fluentd-address': 'localhost:24224', ...options } : options;
  return Object.entries(all).flatMap(([key, value]) => {
    const changed = rewrite(value, ({ host, port }) => leased(host, owners.get(port)));
    if (!changed) return [];
    const before = context.draft.get('services', name, 'logging') as { options: object } | undefined;
    context.draft.set('services', name, { logging: { options: { ...before?.options, [key]: changed.text } } });
    return tell(name, ['services', name, 'logging'], changed, `${key}: `);
  });
}

interface Address {
  readonly host: string;
  readonly port: number;
  /** Where in its text it begins. */
  readonly at: number;
}

/**
 * The new address, or undefined where the old one stays. The host's own name reaches no port on its loopback address
 * from inside a container (Docker Desktop apart), so that a neighbour is reached by its name instead.
 */
function meaning({ host, port }: Address, view: View, outward: boolean, address: boolean): string | undefined {
  const owner = view.owners.get(port);
  if (!owner) return undefined;
  if (outward) return leased(host, owner);
  const isHost = host === 'host.docker.internal';
  if ((isHost || view.isConverted) && view.reachable.has(owner.service)) return `${owner.service}:${owner.target}`;
  const isCertain = isHost || view.onHost || (address && !view.inside.has(port));
  return isCertain ? leased(host, owner) : undefined;
}

/** Undefined too where the engine will choose the port (0), and where it is the file's own. */
function leased(host: string, owner: Binding | undefined): string | undefined {
  return owner && owner.port > 0 && owner.port !== Number(owner.published) ? `${host}:${owner.port}` : undefined;
}

interface Rewritten {
  readonly text: string;
  readonly changes: readonly { readonly was: string; readonly becomes: string }[];
}

function rewrite(text: string, replace: (address: Address) => string | undefined): Rewritten | undefined {
  const changes: { was: string; becomes: string }[] = [];
  const result = text.replace(HOST_ADDRESS, (was, host: string, port: string, at: number) => {
    const becomes = replace({ host, port: Number(port), at });
    if (becomes === undefined) return was;
    changes.push({ was, becomes });
    return becomes;
  });
  return changes.length > 0 ? { text: result, changes } : undefined;
}

function tell(service: string, path: readonly string[], changed: Rewritten | undefined, prefix = ''): Hazard[] {
  return (changed?.changes ?? []).map(({ was, becomes }) => {
    return { service, kind: 'published-url', class: 'notice', path, was: `${prefix}${was}`, becomes };
  });
}
