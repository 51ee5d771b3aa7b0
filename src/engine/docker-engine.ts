import { ComposeCli } from './compose-cli.js';
import { Daemon } from './daemon.js';
import { endpointHost, resolveEndpoint } from './endpoint.js';
import type { Engine } from './engine.js';

/** The real engine: the Compose CLI for what only Compose can do, the API for everything else, one endpoint for both. */
export function connectEngine(env: NodeJS.ProcessEnv): Engine {
  const endpoint = resolveEndpoint(env);
  const compose = new ComposeCli(endpoint, env);
  const daemon = new Daemon(endpoint);
  return {
    endpoint: endpoint.url,
    host: endpointHost(endpoint),
    ping: (signal) => daemon.ping(signal),
    resolve: (files, project, signal) => compose.resolve(files, project, signal),
    resolveRun: (run, signal) => compose.resolveRun(run, signal),
    image: (reference, signal) => daemon.image(reference, signal),
    pull: (run, services, signal) => compose.pull(run, services, signal),
    build: (run, services, signal) => compose.build(run, services, signal),
    create: (run, signal) => compose.create(run, signal),
    up: (run, signal) => compose.up(run, signal),
    containers: (labels, signal) => daemon.containers(labels, signal),
    inspect: (id, signal) => daemon.inspect(id, signal),
    start: (id, signal) => daemon.start(id, signal),
    removeContainer: (id, signal) => daemon.removeContainer(id, signal),
    networks: (labels, signal) => daemon.networks(labels, signal),
    removeNetwork: (id, signal) => daemon.removeNetwork(id, signal),
    volumes: (labels, signal) => daemon.volumes(labels, signal),
    removeVolume: (name, signal) => daemon.removeVolume(name, signal),
    copyIntoVolume: (copy, labels, signal) => daemon.copyIntoVolume(copy, labels, signal),
    logTail: (id, lines, signal) => daemon.logTail(id, lines, signal),
    events: (labels, signal) => daemon.events(labels, signal),
  };
}
