import type { ComposeModel, ServiceModel } from '../model.js';
import { Replace } from '../override.js';
import { commandOf, environmentOf, type HazardContext } from './hazard.js';

/** True where some text of the model names one of the addresses or networks. */
export function namesOneOf(model: ComposeModel, addresses: readonly string[]): boolean {
  const pattern = patternOf(addresses);
  return Object.values(model.services).some((service) => textsOf(service).some((text) => pattern.test(text)));
}

/** A whole address: "10.0.0.1" is neither in "10.0.0.11" nor in "110.0.0.1". */
function patternOf(addresses: readonly string[], flags = ''): RegExp {
  const texts = addresses.map((address) => address.replaceAll('.', '\\.'));
  return new RegExp(`(?<![\\d.])(?:${texts.join('|')})(?![\\d.])`, flags);
}

function textsOf(service: ServiceModel): string[] {
  const environment = Object.values(service.environment ?? {}).filter((value) => value !== null);
  const lists = LISTS.flatMap((key) => service[key] ?? []);
  return [...environment, ...(service.command ?? []), ...lists, ...(service.healthcheck?.test ?? [])];
}

const LISTS = ['entrypoint', 'extra_hosts', 'dns'] as const;

/** Puts the new addresses (old → new) into environment, command, entrypoint, extra_hosts, dns and health check. */
export function followAddresses(context: HazardContext, moved: ReadonlyMap<string, string>): void {
  const pattern = patternOf([...moved.keys()], 'g');
  const swap = (text: string) => text.replace(pattern, (address) => moved.get(address) ?? address);
  const swapAll = (texts: readonly string[]) =>
    texts.some((text) => swap(text) !== text) ? new Replace(texts.map(swap)) : undefined;
  for (const [name, service] of Object.entries(context.model.services)) {
    const environment = environmentOf(context, name, service)
      .map(([key, value]) => [key, value, swap(value)] as const)
      .filter(([, before, after]) => before !== after);
    const values = Object.fromEntries(environment.map(([key, , after]) => [key, after]));
    if (environment.length > 0) context.draft.set('services', name, { environment: values });
    const command = swapAll(commandOf(context, name, service));
    if (command) context.draft.set('services', name, { command });
    for (const key of LISTS) {
      const list = swapAll(service[key] ?? []);
      if (list) context.draft.set('services', name, { [key]: list });
    }
    const test = swapAll(service.healthcheck?.test ?? []);
    if (test) context.draft.set('services', name, { healthcheck: { test } });
  }
}
