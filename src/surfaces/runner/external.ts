import { type AcquiredService, EnvironmentError, variableName } from '../../index.js';
import type { OpenedRun } from './run-info.js';
import { setVariables } from './variables.js';

/** Ports that a URL may leave out; a service of the same kind listens on them in its container, too. */
const STANDARD_PORTS: Readonly<Record<string, number>> = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
  'mongodb:': 27017,
  'redis:': 6379,
  'rediss:': 6379,
  'amqp:': 5672,
  'nats:': 4222,
  'http:': 80,
  'https:': 443,
};

/** Whether services are given from outside and nothing is to be started: DOCKER_MANUAL_EXTERNAL=1. */
export function isExternal(env: NodeJS.ProcessEnv): boolean {
  return /^(1|true|on|yes)$/i.test(env.DOCKER_MANUAL_EXTERNAL ?? '');
}

/**
 * A run with services that somebody else has started; `variables` is service → variable with its URL.
 *
 * @throws OPTION_INVALID for a variable that is not set or holds no URL
 */
export function externalRun(variables: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv): OpenedRun {
  const services = Object.fromEntries(
    Object.entries(variables).map(([service, variable]) => [service, serviceAt(variable, env[variable])]),
  );
  const named = Object.assign({}, ...Object.entries(services).map(([name, service]) => variablesOf(name, service)));
  const restore = setVariables(named);
  const list = Object.keys(services).join(', ') || 'what the tests find in their variables';
  process.stderr.write(`docker-manual: DOCKER_MANUAL_EXTERNAL is set: nothing is started, used is ${list}\n`);
  return {
    info: { lease: null, project: null, services, env: named, skipped: null },
    end: async () => restore(),
  };
}

function serviceAt(variable: string, url: string | undefined): AcquiredService {
  const place = url && URL.canParse(url) ? new URL(url) : undefined;
  const standard = place && STANDARD_PORTS[place.protocol];
  const port = Number(place?.port) || standard;
  if (!url || !place?.hostname || !port) {
    // The value may hold a password.
    const reason = url ? `${variable} holds no URL with a host and a port` : `${variable} is not set`;
    const params = { option: 'DOCKER_MANUAL_EXTERNAL', reason, command: 'run' };
    throw new EnvironmentError('OPTION_INVALID', params);
  }
  return { state: 'running', host: place.hostname, ports: { [`${standard ?? port}/tcp`]: port }, url };
}

/** The names under which the same service is found when we start it. */
function variablesOf(name: string, { host, ports, url }: AcquiredService): Record<string, string> {
  const prefix = `DM_${variableName(name)}`;
  const [target, port] = Object.entries(ports)[0] as [string, number];
  return {
    [`${prefix}_HOST`]: host,
    [`${prefix}_PORT`]: String(port),
    [`${prefix}_PORT_${target.split('/')[0]}`]: String(port),
    [`${prefix}_URL`]: String(url),
  };
}
