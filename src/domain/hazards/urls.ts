import type { Binding } from '../lease.js';
import type { ServiceModel } from '../model.js';
import { Replace } from '../override.js';
import { commandOf, eachService, environmentOf, type Hazard, type HazardContext, type HazardRule } from './hazard.js';

/** Keys that tell somebody outside where a service is. */
const OUTWARD =
  /ADVERTIS|ANNOUNCE|PUBLIC|EXTERNAL|SITE_?URL|ORIGIN|CALLBACK|REDIRECT|NEXTAUTH|WEBHOOK|ROOT_URL|FRONTEND/i;
/** Keys that may mean an address inside or outside. */
const ADDRESS = /_?(?:URLS?|URI|ENDPOINT|HOST|DOMAIN|BROKERS?|SERVERS?)$/i;

const HOST_ADDRESS = /\b(localhost|127\.0\.0\.1|host\.docker\.internal)(:)(\d{2,5})\b/g;

/**
 * Addresses of this machine that repeat a published port: the port is another one now. Changed only where the key
 * looks outward, or where the number can mean nothing but the host's port; each change is told.
 */
export const publishedUrls: HazardRule = (context) => {
  const owners = ownersOfPorts(context);
  if (owners.size === 0) return [];
  return eachService(context, (name, service) => [
    ...inEnvironment(context, name, service, owners),
    ...inCommand(context, name, service, owners),
  ]);
};

type Owners = ReadonlyMap<number, Binding>;

/** Published number → its binding, for numbers that exactly one service publishes. */
function ownersOfPorts({ bindings }: HazardContext): Owners {
  const owners = new Map<number, Binding | null>();
  for (const binding of bindings) {
    const port = Number(binding.published);
    if (!Number.isInteger(port) || port === 0 || binding.protocol !== 'tcp') continue;
    const known = owners.get(port);
    owners.set(port, known === undefined || known?.service === binding.service ? binding : null);
  }
  return new Map([...owners].filter((entry): entry is [number, Binding] => entry[1] !== null));
}

function inEnvironment(context: HazardContext, name: string, service: ServiceModel, owners: Owners): Hazard[] {
  return environmentOf(context, name, service).flatMap(([key, value]) => {
    const changed = rewrite(
      value,
      owners,
      (owner) => OUTWARD.test(key) || (ADDRESS.test(key) && isCertain(owner, name)),
    );
    if (!changed) return [];
    context.draft.set('services', name, { environment: { [key]: changed.text } });
    return changed.changes.map(({ was, becomes }) => ({
      service: name,
      kind: 'published-url' as const,
      class: 'notice' as const,
      path: ['services', name, 'environment', key],
      was: `${key}: ${was}`,
      becomes,
    }));
  });
}

function inCommand(context: HazardContext, name: string, service: ServiceModel, owners: Owners): Hazard[] {
  const command = commandOf(context, name, service);
  const found: Hazard[] = [];
  const rewritten = command.map((word, i) => {
    const outward = OUTWARD.test(word) || OUTWARD.test(command[i - 1] ?? '');
    const changed = outward ? rewrite(word, owners, () => true) : undefined;
    if (!changed) return word;
    for (const { was, becomes } of changed.changes) {
      found.push({
        service: name,
        kind: 'published-url',
        class: 'notice',
        path: ['services', name, 'command'],
        was,
        becomes,
      });
    }
    return changed.text;
  });
  if (found.length > 0) context.draft.set('services', name, { command: new Replace(rewritten) });
  return found;
}

/** Another service's port, or one that differs from the port inside: it cannot be the container's own. */
function isCertain(owner: Binding, service: string): boolean {
  return owner.service !== service || Number(owner.published) !== owner.target;
}

function rewrite(text: string, owners: Owners, wanted: (owner: Binding) => boolean) {
  const changes: { was: string; becomes: string }[] = [];
  const result = text.replace(HOST_ADDRESS, (match, host: string, colon: string, port: string) => {
    const owner = owners.get(Number(port));
    if (!owner || !wanted(owner)) return match;
    const becomes = `${host}${colon}${owner.port}`;
    changes.push({ was: match, becomes });
    return becomes;
  });
  return changes.length > 0 ? { text: result, changes } : undefined;
}
