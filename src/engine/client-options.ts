import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import type { Endpoint } from './endpoint.js';

/** The endpoint as dockerode takes it. */
export function clientOptions(endpoint: Endpoint): Docker.DockerOptions {
  const { url, certificates } = endpoint;
  if (url.startsWith('unix://')) return { socketPath: url.slice('unix://'.length) };
  if (url.startsWith('npipe://')) return { socketPath: url.slice('npipe://'.length) };
  const { protocol, hostname, port, username } = new URL(url);
  if (protocol === 'ssh:') {
    return {
      protocol: 'ssh',
      host: hostname,
      port: port || 22,
      username,
      sshOptions: { agent: process.env.SSH_AUTH_SOCK },
    } as Docker.DockerOptions;
  }
  if (!certificates) return { protocol: 'http', host: hostname, port: port || 2375 };
  const pem = (name: string) => readFileSync(join(certificates, `${name}.pem`));
  return { protocol: 'https', host: hostname, port: port || 2376, ca: pem('ca'), cert: pem('cert'), key: pem('key') };
}
