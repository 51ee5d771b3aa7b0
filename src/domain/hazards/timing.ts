import type { HealthcheckModel, ServiceModel } from '../model.js';
import { eachService, type HazardContext, type HazardRule } from './hazard.js';

export function hasHealthcheck(service: ServiceModel): boolean {
  const check = service.healthcheck;
  return check?.test !== undefined && check.disable !== true && check.test[0] !== 'NONE';
}

/**
 * The engine probes every `start_interval` while a container is starting and inside its `start_period`, then goes back
 * to `interval`. One without the other is ignored (measured: 33 s → 0.5 s for `interval: 30s`). A probe costs about
 * 40 ms of a core, so many services share a budget of forty probes a second.
 *
 * @param forMs how long health checks may run at the fast rate, milliseconds; null leaves them as they are
 */
export function healthTiming(forMs: number | null): HazardRule {
  return (context) => {
    if (forMs === null) return [];
    const probed = Object.entries(context.model.services).filter(([name, s]) => isProbed(context, name, s)).length;
    const every = `${Math.min(500, Math.max(100, 25 * probed))}ms`;
    const period = `${Math.ceil(forMs / 1000)}s`;
    return eachService(context, (name, service) => {
      if (!isProbed(context, name, service)) return [];
      // Without a test of its own the engine takes the image's, and with it these two times.
      context.draft.set('services', name, { healthcheck: { start_period: period, start_interval: every } });
      const was = intervalOf(service.healthcheck);
      const path = ['services', name, 'healthcheck'];
      return [
        {
          service: name,
          kind: 'health-timing',
          class: 'silent',
          path,
          was,
          becomes: `every ${every} until it is ready`,
        },
      ];
    });
  };
}

/** By a check of the file's, of ours, or of the image's where the file has none. */
export function isProbed({ facts, draft }: HazardContext, name: string, service: ServiceModel): boolean {
  if (hasHealthcheck(service) || draft.get('services', name, 'healthcheck') !== undefined) return true;
  const check = service.healthcheck;
  if (check?.disable || check?.test !== undefined) return false;
  return facts.images[service.image ?? '']?.hasHealthcheck ?? false;
}

function intervalOf(check: HealthcheckModel | undefined): string {
  return `every ${check?.interval ?? '30s'}`;
}

/** Logs of a test run are read once; without a cap a chatty service fills the disk. */
const LOG_CAP = { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } };

/** Log drivers that keep the output here and apart; that of all others, plugins too, goes where copies mix. */
const LOCAL_LOGS = ['json-file', 'local', 'journald', 'none', ''];

export const logs: HazardRule = (context) =>
  eachService(context, (name, service) => {
    const driver = service.logging?.driver;
    const path = ['services', name, 'logging'];
    if (service.logging === undefined) {
      context.draft.set('services', name, { logging: LOG_CAP });
      return [{ service: name, kind: 'log-cap', class: 'silent', path, was: 'unlimited', becomes: '3 files of 10 MB' }];
    }
    const isOurs = context.draft.get('services', name, 'logging') !== undefined;
    if (driver === undefined || LOCAL_LOGS.includes(driver) || isOurs) return [];
    const becomes = 'kept: logs of all copies go to the same place';
    return [{ service: name, kind: 'log-driver', class: 'notice', path, was: driver, becomes }];
  });
