import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { suggest } from '../domain/suggest.js';
import { type MachineFacts, machineFacts } from './machine-facts.js';
import { otherSockets } from './sockets.js';

/**
 * The engine that both the Docker CLI and the API client talk to. dockerode knows no contexts and would silently take
 * the default socket, so the endpoint is resolved once, here, by the CLI's own rules.
 */
export interface Endpoint {
  /** As in DOCKER_HOST: unix://, npipe://, tcp:// or ssh://. */
  readonly url: string;
  /** The address and how it was chosen, for people. */
  readonly described: string;
  /** False when nobody has named an engine, so that another one of this machine would do as well. */
  readonly named: boolean;
  /** Folder with ca.pem, cert.pem and key.pem; absent without TLS. */
  readonly certificates?: string;
  /** Set for the CLI in place of DOCKER_HOST where the context carries more than an address. */
  readonly context?: string;
}

/**
 * DOCKER_HOST, else DOCKER_CONTEXT, else the CLI's current context, else the platform's socket, else another engine's
 * that is there.
 *
 * @throws CONTEXT_UNKNOWN
 */
export function resolveEndpoint(env: NodeJS.ProcessEnv, facts: MachineFacts = machineFacts(env)): Endpoint {
  if (env.DOCKER_HOST) {
    const endpoint = { url: env.DOCKER_HOST, described: `${env.DOCKER_HOST} (from DOCKER_HOST)`, named: true };
    const certificates = env.DOCKER_CERT_PATH || dockerConfigFolder(env, facts);
    return env.DOCKER_TLS_VERIFY ? { ...endpoint, certificates } : endpoint;
  }
  if (env.DOCKER_CONTEXT) return contextEndpoint(env.DOCKER_CONTEXT, 'DOCKER_CONTEXT', env, facts);
  const current = currentContext(env, facts);
  if (current) return contextEndpoint(current, join(dockerConfigFolder(env, facts), 'config.json'), env, facts);
  return foundEndpoint(env, facts);
}

/** What the Docker CLI is told, so that it cannot choose another engine. */
export function endpointEnvironment(endpoint: Endpoint): Record<string, string> {
  if (endpoint.context) return { DOCKER_CONTEXT: endpoint.context };
  return endpoint.certificates
    ? { DOCKER_HOST: endpoint.url, DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: endpoint.certificates }
    : { DOCKER_HOST: endpoint.url };
}

/** Where published ports are reached. */
export function endpointHost(endpoint: Endpoint): string {
  const { protocol, hostname } = new URL(endpoint.url);
  return protocol === 'tcp:' || protocol === 'ssh:' ? hostname : '127.0.0.1';
}

function foundEndpoint(env: NodeJS.ProcessEnv, facts: MachineFacts): Endpoint {
  const { defaultUrl, isSocket } = facts;
  const [scheme, path = ''] = defaultUrl.split('://');
  if (isSocket(path)) return { url: defaultUrl, described: defaultUrl, named: false };
  const others = otherSockets(env, facts);
  const other = others.find((each) => isSocket(each));
  if (!other) {
    const described = `${defaultUrl} (it is not there, nor is ${others.join(', ')})`;
    return { url: defaultUrl, described, named: false };
  }
  const url = `${scheme}://${other}`;
  return { url, described: `${url} (because ${path} is not there)`, named: false };
}

function dockerConfigFolder(env: NodeJS.ProcessEnv, { home }: MachineFacts): string {
  return env.DOCKER_CONFIG || join(home, '.docker');
}

function currentContext(env: NodeJS.ProcessEnv, facts: MachineFacts): string | undefined {
  const file = join(dockerConfigFolder(env, facts), 'config.json');
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: string }).currentContext;
  } catch {
    return undefined; // the CLI warns of a damaged file and goes on; so do we
  }
}

interface ContextFile {
  readonly Name?: string;
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

/** A context's folder is named by the SHA-256 of its name. @throws CONTEXT_UNKNOWN */
function contextEndpoint(name: string, source: string, env: NodeJS.ProcessEnv, facts: MachineFacts): Endpoint {
  if (name === 'default') return foundEndpoint(env, facts);
  const root = join(dockerConfigFolder(env, facts), 'contexts');
  const folder = createHash('sha256').update(name).digest('hex');
  const file = join(root, 'meta', folder, 'meta.json');
  if (!existsSync(file)) {
    const near = suggest(name, contextNames(join(root, 'meta')));
    throw new EnvironmentError('CONTEXT_UNKNOWN', { name, source, suggestion: near ? ` Did you mean "${near}"?` : '' });
  }
  const url = readContext(file)?.Endpoints?.docker?.Host ?? facts.defaultUrl;
  const certificates = join(root, 'tls', folder, 'docker');
  return {
    url,
    described: `${url} (context "${name}" from ${source})`,
    named: true,
    context: name,
    ...(existsSync(join(certificates, 'cert.pem')) ? { certificates } : {}),
  };
}

function contextNames(folder: string): string[] {
  const folders = existsSync(folder) ? readdirSync(folder) : [];
  return ['default', ...folders.flatMap((each) => readContext(join(folder, each, 'meta.json'))?.Name ?? [])];
}

function readContext(file: string): ContextFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ContextFile;
  } catch {
    return undefined;
  }
}
