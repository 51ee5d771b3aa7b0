import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The engine that both the Docker CLI and the API client talk to. dockerode knows no contexts and would silently take
 * the default socket, so the endpoint is resolved once, here, by the CLI's own rules.
 */
export interface Endpoint {
  /** As in DOCKER_HOST: unix://, npipe://, tcp:// or ssh://. */
  readonly url: string;
  /** Folder with ca.pem, cert.pem and key.pem; absent without TLS. */
  readonly certificates?: string;
  /** Set for the CLI in place of DOCKER_HOST where the context carries more than an address. */
  readonly context?: string;
}

const DEFAULT_URL = process.platform === 'win32' ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock';

/** DOCKER_HOST, else DOCKER_CONTEXT, else the CLI's current context, else the platform's socket. */
export function resolveEndpoint(env: NodeJS.ProcessEnv): Endpoint {
  if (env.DOCKER_HOST) {
    return env.DOCKER_TLS_VERIFY
      ? { url: env.DOCKER_HOST, certificates: env.DOCKER_CERT_PATH ?? dockerConfigFolder(env) }
      : { url: env.DOCKER_HOST };
  }
  const context = env.DOCKER_CONTEXT ?? currentContext(env);
  if (context && context !== 'default') return readContext(context, env);
  return { url: DEFAULT_URL };
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

function dockerConfigFolder(env: NodeJS.ProcessEnv): string {
  return env.DOCKER_CONFIG ?? join(homedir(), '.docker');
}

function currentContext(env: NodeJS.ProcessEnv): string | undefined {
  const file = join(dockerConfigFolder(env), 'config.json');
  if (!existsSync(file)) return undefined;
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { currentContext?: string }).currentContext;
  } catch {
    return undefined; // the CLI warns of a damaged file and goes on; so do we
  }
}

/** A context's folder is named by the SHA-256 of its name. */
function readContext(name: string, env: NodeJS.ProcessEnv): Endpoint {
  const folder = createHash('sha256').update(name).digest('hex');
  const root = join(dockerConfigFolder(env), 'contexts');
  const meta = join(root, 'meta', folder, 'meta.json');
  if (!existsSync(meta)) return { url: DEFAULT_URL, context: name };
  const parsed = JSON.parse(readFileSync(meta, 'utf8')) as { Endpoints?: { docker?: { Host?: string } } };
  const certificates = join(root, 'tls', folder, 'docker');
  return {
    url: parsed.Endpoints?.docker?.Host ?? DEFAULT_URL,
    context: name,
    ...(existsSync(join(certificates, 'cert.pem')) ? { certificates } : {}),
  };
}
