import { listContainers } from './container-list.js';
import { endpointEnvironment, endpointHost, resolveEndpoint } from './endpoint.js';
import type { Engine } from './engine.js';
import type { MachineFacts } from './machine-facts.js';

/**
 * The real engine: the Compose CLI for what only Compose can do, the API for everything else, one endpoint for both.
 * Their libraries are loaded by the first call that needs them: 60 ms and 130 ms that many commands can do without.
 *
 * @throws CONTEXT_UNKNOWN
 */
export function connectEngine(env: NodeJS.ProcessEnv, facts?: MachineFacts): Engine {
  const endpoint = resolveEndpoint(env, facts);
  const compose = once(async () => new (await import('./compose-cli.js')).ComposeCli(endpoint, env));
  const daemon = once(async () => new (await import('./daemon.js')).Daemon(endpoint));
  return {
    endpoint: endpoint.url,
    environment: endpointEnvironment(endpoint),
    host: endpointHost(endpoint),
    ping: async (signal) => (await daemon()).ping(signal),
    resolve: async (files, project, signal) => (await compose()).resolve(files, project, signal),
    resolveRun: async (run, signal) => (await compose()).resolveRun(run, signal),
    image: async (reference, signal) => (await daemon()).image(reference, signal),
    pull: async (spec, project, service, signal, onLine) =>
      (await compose()).pull(spec, project, service, signal, onLine),
    build: async (run, signal) => (await compose()).build(run, signal),
    tagImage: async (reference, name, signal) => (await daemon()).tagImage(reference, name, signal),
    removeImage: async (reference, signal) => (await daemon()).removeImage(reference, signal),
    images: async (labels, signal) => (await daemon()).images(labels, signal),
    create: async (run, signal) => (await compose()).create(run, signal),
    up: async (run, service, signal) => (await compose()).up(run, service, signal),
    containers: (labels, signal) => listContainers(endpoint, labels, signal),
    inspect: async (id, signal) => (await daemon()).inspect(id, signal),
    start: async (id, signal) => (await daemon()).start(id, signal),
    restart: async (id, ending, signal) => (await daemon()).restart(id, ending, signal),
    reconnect: async (id, signal) => (await daemon()).reconnect(id, signal),
    recreate: async (spec, project, overrideFile, services, ending, signal) =>
      (await compose()).recreate(spec, project, overrideFile, services, ending, signal),
    createMissing: async (spec, project, overrideFile, services, signal) =>
      (await compose()).createMissing(spec, project, overrideFile, services, signal),
    stop: async (id, signal) => (await daemon()).stop(id, signal),
    removeContainer: async (id, signal) => (await daemon()).removeContainer(id, signal),
    networks: async (labels, signal) => (await daemon()).networks(labels, signal),
    removeNetwork: async (id, signal) => (await daemon()).removeNetwork(id, signal),
    volumes: async (labels, signal) => (await daemon()).volumes(labels, signal),
    createVolume: async (name, driver, labels, signal) => (await daemon()).createVolume(name, driver, labels, signal),
    removeVolume: async (name, signal) => (await daemon()).removeVolume(name, signal),
    volumeSizes: async (signal) => (await daemon()).volumeSizes(signal),
    copyIntoVolume: async (copy, labels, signal) => (await daemon()).copyIntoVolume(copy, labels, signal),
    exec: async (id, command, signal, env) => (await daemon()).exec(id, command, signal, env),
    logTail: async (id, lines, signal) => (await daemon()).logTail(id, lines, signal),
    logs: async (id, maxBytes, signal) => (await daemon()).logs(id, maxBytes, signal),
    logLines: async (id, options, signal) => (await daemon()).logLines(id, options, signal),
    attach: async (id, command, options, signal) =>
      (await import('./attach.js')).attach(endpoint, env, id, command, options, signal),
    stats: async (id, signal) => (await daemon()).stats(id, signal),
    info: async (signal) => (await daemon()).info(signal),
    composeVersion: async (signal) => (await compose()).version(signal),
    events: async (labels, signal, options) => (await daemon()).events(labels, signal, options),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
