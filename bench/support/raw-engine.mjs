import { Agent, request } from 'node:http';
import { engineSocket } from './engine-proxy.mjs';

const agent = new Agent({ keepAlive: true });

/** One API call; the answer parsed, or an error with the engine's own text. */
export function api(method, path, body) {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const call = request({ socketPath: engineSocket(), agent, method, path: `/v1.45${path}`, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode >= 400) reject(new Error(`${method} ${path}: ${text}`));
        else resolve(text ? JSON.parse(text) : undefined);
      });
    });
    call.on('error', reject).end(body && JSON.stringify(body));
  });
}

/** Calls `onHealthy` with the id of each container of the project that becomes healthy; resolves when it watches. */
function watchHealth(project, onHealthy) {
  const filters = encodeURIComponent(JSON.stringify({ event: ['health_status'], label: [`dm-bench=${project}`] }));
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: engineSocket(), path: `/v1.45/events?filters=${filters}` }, (response) => {
      let rest = '';
      response.on('data', (chunk) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop();
        for (const event of lines.filter(Boolean).map((line) => JSON.parse(line))) {
          if (event.Action === 'health_status: healthy') onHealthy(event.Actor.ID);
        }
      });
      response.on('error', () => {});
      resolve(() => call.destroy());
    });
    call.on('error', reject).end();
  });
}

/**
 * The least that an environment of these services can cost: nothing but the engine's own work, in dependency order,
 * with the health checks that docker-manual gives them. `services`: name → { image, env, healthcheck (as the engine has
 * it), dependsOn }.
 *
 * @returns milliseconds: { network, create, start (to the last health event), total, remove }
 */
export async function engineFloor(project, services) {
  const begun = performance.now();
  const labels = { 'dm-bench': project };
  const ids = new Map();
  const phases = {};
  const phase = async (name, work) => {
    const from = performance.now();
    await work();
    phases[name] = Math.round(performance.now() - from);
  };
  try {
    await phase('network', () => api('POST', '/networks/create', { Name: `${project}_default`, Labels: labels }));
    await phase('create', () =>
      Promise.all(
        Object.entries(services).map(async ([name, service]) => {
          ids.set(name, await createContainer(project, name, service, labels));
        }),
      ),
    );
    await phase('start', () => startInOrder(project, services, ids));
    phases.total = Math.round(performance.now() - begun);
  } finally {
    await phase('remove', async () => {
      await Promise.all([...ids.values()].map((id) => api('DELETE', `/containers/${id}?force=1&v=1`)));
      await api('DELETE', `/networks/${project}_default`);
    });
  }
  return phases;
}

async function createContainer(project, name, { image, env, healthcheck, published }, labels) {
  const { Id } = await api('POST', `/containers/create?name=${project}-${name}`, {
    Image: image,
    Env: env,
    Labels: labels,
    Healthcheck: healthcheck,
    ExposedPorts: { '8080/tcp': {} },
    HostConfig: {
      NetworkMode: `${project}_default`,
      PortBindings: published ? { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } : {},
    },
    NetworkingConfig: { EndpointsConfig: { [`${project}_default`]: { Aliases: [name] } } },
  });
  return Id;
}

/** Each as soon as what it depends on is healthy. */
async function startInOrder(project, services, ids) {
  const healthy = new Map();
  const states = Object.keys(services).map((name) => {
    const { promise, resolve } = withResolvers();
    healthy.set(ids.get(name), resolve);
    return [name, promise];
  });
  const became = new Map(states);
  const close = await watchHealth(project, (id) => healthy.get(id)?.());
  try {
    await Promise.all(
      Object.entries(services).map(async ([name, { dependsOn }]) => {
        await Promise.all(dependsOn.map((other) => became.get(other)));
        await api('POST', `/containers/${ids.get(name)}/start`);
        await became.get(name);
      }),
    );
  } finally {
    close();
  }
}

/** Promise.withResolvers, which Node 20 has not. */
function withResolvers() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
