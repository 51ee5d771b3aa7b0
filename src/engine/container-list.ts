import { type IncomingMessage, request as overHttp, type RequestOptions } from 'node:http';
import type { ContainerInfo } from 'dockerode';
import { boundedCall } from './calls.js';
import { clientOptions } from './client-options.js';
import { SERVICE_LABEL } from './container-detail.js';
import type { Endpoint } from './endpoint.js';
import type { ContainerSummary, LabelFilter } from './engine.js';

/** The engine's list of containers, for everybody who asks; it is all that `status` needs. */
export async function listContainers(
  endpoint: Endpoint,
  labels: LabelFilter,
  signal: AbortSignal,
): Promise<ContainerSummary[]> {
  const ask = endpoint.url.startsWith('ssh:') ? askOverSsh : askOverHttp;
  const list = await boundedCall(endpoint.described, 'list containers', signal, (s) => ask(endpoint, labels, s));
  return list.map((c) => ({
    id: c.Id,
    name: (c.Names[0] ?? '').replace(/^\//, ''),
    labels: c.Labels,
    image: c.Image,
    service: c.Labels[SERVICE_LABEL] ?? '',
    status: c.State as ContainerSummary['status'],
    text: c.Status,
    published: publishedPorts(c.Ports ?? []),
    networks: Object.keys(c.NetworkSettings?.Networks ?? {}),
    volumes: (c.Mounts ?? []).flatMap((mount) => (mount.Type === 'volume' && mount.Name ? [mount.Name] : [])),
  }));
}

/** The list has a line for each address family of the host, and one without a public port for what is only exposed. */
function publishedPorts(ports: ContainerInfo['Ports']): ContainerSummary['published'] {
  const bound = ports.filter((port) => port.PublicPort);
  return bound.map((port) => ({ target: port.PrivatePort, protocol: port.Type, port: port.PublicPort }));
}

/** As the engine's filters take labels. */
export function labelFilters(labels: LabelFilter): string[] {
  return Object.entries(labels).map(([label, value]) => (value === null ? label : `${label}=${value}`));
}

/** One GET without dockerode, whose import takes longer than all the rest of `status` (docs/decisions.md). */
async function askOverHttp(endpoint: Endpoint, labels: LabelFilter, signal: AbortSignal): Promise<ContainerInfo[]> {
  const { protocol, ...address } = clientOptions(endpoint);
  const request = protocol === 'https' ? (await import('node:https')).request : overHttp;
  const query = new URLSearchParams({ all: 'true', filters: JSON.stringify({ label: labelFilters(labels) }) });
  const options = { ...address, path: `/containers/json?${query}`, signal } as RequestOptions;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(options, resolve).on('error', reject).end();
  });
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${answer.statusMessage}: ${text.trim()}`);
  return JSON.parse(text) as ContainerInfo[];
}

/** The way through SSH is dockerode's. */
async function askOverSsh(endpoint: Endpoint, labels: LabelFilter, abortSignal: AbortSignal): Promise<ContainerInfo[]> {
  const { default: Client } = await import('./dockerode.js');
  const filters = { label: labelFilters(labels) };
  return new Client(clientOptions(endpoint)).listContainers({ all: true, filters, abortSignal });
}
