import { memoryLimit } from '../memory-need.js';
import type { ServiceModel } from '../model.js';
import { type Resources, recommended, type ServiceDefaults } from '../resources.js';
import { formatSize, parseSize } from '../size.js';
import { eachService, type Hazard, type HazardContext, type HazardKind, type HazardRule } from './hazard.js';
import { isProbed } from './timing.js';

/** How often a health check of ours is asked; the start is faster, see healthTiming. */
const PROBED = { interval: '5s', timeout: '5s', retries: 12 };

/** One kind of default: what the file or the image has, what it is to be, and how that is written. */
interface Default {
  readonly kind: HazardKind;
  readonly key: string;
  readonly present: string | undefined;
  readonly wanted: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
  /** Asked for by the service's name. */
  readonly named: boolean;
}

/**
 * Limits and health checks that the user has asked for, where neither the file nor the image has any. What the file says
 * stays, and whoever has asked for something else by the service's name is told so.
 */
export function serviceDefaults({ services = {}, limits = 'none' }: Resources): HazardRule {
  return (context) =>
    eachService(context, (name, service) => {
      const own = services[name] ?? {};
      const table = limits === 'recommended' ? recommended(name, service) : {};
      const asked = [memory(service, own, table), cpus(service, own, table), health(context, name, own, table)];
      return asked.flatMap(({ kind, key, present, wanted, values, named }): Hazard[] => {
        if (wanted === undefined || (present !== undefined && !named)) return [];
        if (present === undefined) context.draft.set('services', name, values);
        const becomes = present === undefined ? wanted : 'kept: the default is for a file without one';
        const path = ['services', name, key];
        return [{ service: name, kind, class: 'notice', path, was: present ?? 'none', becomes }];
      });
    });
}

function memory(service: ServiceModel, own: ServiceDefaults, table: ServiceDefaults): Default {
  const limit = memoryLimit(service);
  const wanted = parseSize(own.memory ?? table.memory ?? '');
  return {
    kind: 'memory-limit',
    key: 'mem_limit',
    present: limit === undefined ? undefined : formatSize(limit),
    wanted: wanted === undefined ? undefined : formatSize(wanted),
    values: { mem_limit: String(wanted) },
    named: own.memory !== undefined,
  };
}

function cpus({ cpus, deploy }: ServiceModel, own: ServiceDefaults, table: ServiceDefaults): Default {
  const present = cpus || deploy?.resources?.limits?.cpus;
  const wanted = own.cpus ?? table.cpus;
  return {
    kind: 'cpu-limit',
    key: 'cpus',
    present: present ? String(present) : undefined,
    wanted: wanted === undefined ? undefined : String(wanted),
    values: { cpus: wanted },
    named: own.cpus !== undefined,
  };
}

/** One that the file has switched off stays off. */
function health(context: HazardContext, name: string, own: ServiceDefaults, table: ServiceDefaults): Default {
  const service = context.model.services[name] ?? {};
  const isThere = service.healthcheck !== undefined || isProbed(context, name, service);
  const wanted = own.healthcheck ?? table.healthcheck;
  return {
    kind: 'health-default',
    key: 'healthcheck',
    present: isThere ? 'that of the file or the image' : undefined,
    wanted: wanted?.test.join(' '),
    values: { healthcheck: { ...PROBED, ...wanted } },
    named: own.healthcheck !== undefined,
  };
}
