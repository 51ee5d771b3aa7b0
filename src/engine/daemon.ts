import type { IncomingMessage } from 'node:http';
import { addAbortSignal, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { EnvironmentError } from '../domain/errors.js';
import type { Labels } from '../domain/labels.js';
import type { VolumeCopy } from '../domain/override.js';
import { boundedCall, unlessGone } from './calls.js';
import { clientOptions } from './client-options.js';
import { containerDetail } from './container-detail.js';
import { labelFilters } from './container-list.js';
import { containerStats } from './container-stats.js';
import { copyVolume } from './copy-volume.js';
import Client from './dockerode.js';
import type { Endpoint } from './endpoint.js';
import type {
  ContainerDetail,
  ContainerEvent,
  ContainerStats,
  Ending,
  EngineInfo,
  EngineVersion,
  ImageDetail,
  ImageObject,
  LabelFilter,
  LogLine,
  LogOptions,
  NetworkObject,
  VolumeObject,
} from './engine.js';
import { engineInfo } from './engine-info.js';
import { readEvents } from './event-stream.js';
import { classifyEngineError } from './failures/classify.js';
import { LogLines } from './log-lines.js';
import { LogText, logText } from './log-text.js';

/** A healthy engine answers `version` in about 2 ms; a hung one never does. */
const PING_TIMEOUT = 2000;
/** What changes a verdict. Without this filter every health probe sends three events of its own. */
const WATCHED_EVENTS = ['create', 'start', 'die', 'oom', 'health_status', 'pause', 'unpause', 'destroy'] as const;

/** What its types leave out. Sizes are bytes; -1 where the engine cannot tell. */
interface Measuring {
  df(options: object): Promise<{ Volumes?: { Name: string; UsageData?: { Size: number } | null }[] | null }>;
}

/** The engine's HTTP API, through dockerode. */
export class Daemon {
  readonly #endpoint: Endpoint;
  readonly #docker: Docker;

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    this.#docker = new Client(clientOptions(endpoint));
  }

  async ping(signal: AbortSignal): Promise<EngineVersion> {
    const version = await this.#call('version', signal, () => this.#docker.version(), PING_TIMEOUT);
    return { engine: version.Version, api: version.ApiVersion };
  }

  async image(reference: string, signal: AbortSignal): Promise<ImageDetail | undefined> {
    const inspect = () => this.#call('inspect image', signal, () => this.#docker.getImage(reference).inspect());
    const found = await unlessGone(inspect).catch((error: unknown) => {
      if (!(error instanceof EnvironmentError)) throw error;
      throw new EnvironmentError(error.code, { ...error.params, image: reference }, error);
    });
    if (!found) return undefined;
    const test = (found.Config.Healthcheck as { Test?: string[] } | undefined)?.Test;
    return {
      id: found.Id,
      labels: found.Config.Labels ?? {},
      hasHealthcheck: test !== undefined && test.length > 0 && test[0] !== 'NONE',
      exposedPorts: Object.keys(found.Config.ExposedPorts ?? {}),
      volumes: Object.keys(found.Config.Volumes ?? {}),
    };
  }

  async tagImage(reference: string, name: string, signal: AbortSignal): Promise<void> {
    const cut = name.lastIndexOf(':');
    const [repo, tag] = [name.slice(0, cut), name.slice(cut + 1)];
    await this.#call('tag image', signal, (abortSignal) =>
      this.#docker.getImage(reference).tag({ repo, tag, abortSignal }),
    );
  }

  async removeImage(reference: string, signal: AbortSignal): Promise<boolean> {
    try {
      await unlessGone(() =>
        this.#call('remove image', signal, (abortSignal) => this.#docker.getImage(reference).remove({ abortSignal })),
      );
      return true;
    } catch (error) {
      const cause =
        error instanceof EnvironmentError ? (error.cause as { statusCode?: number } | undefined) : undefined;
      if (cause?.statusCode === 409) return false;
      throw error;
    }
  }

  async images(labels: LabelFilter, signal: AbortSignal): Promise<ImageObject[]> {
    const list = await this.#call('list images', signal, (abortSignal) =>
      this.#docker.listImages({ filters: { label: labelFilters(labels) }, abortSignal }),
    );
    return list.map((image) => ({
      id: image.Id,
      names: (image.RepoTags ?? []).filter((name) => name !== '<none>:<none>'),
      labels: image.Labels ?? {},
      createdAt: image.Created * 1000,
    }));
  }

  async inspect(id: string, signal: AbortSignal): Promise<ContainerDetail | undefined> {
    const found = await unlessGone(() =>
      this.#call('inspect container', signal, (abortSignal) => this.#docker.getContainer(id).inspect({ abortSignal })),
    );
    return found && containerDetail(found);
  }

  async start(id: string, signal: AbortSignal): Promise<void> {
    await this.#call('start container', signal, (abortSignal) => this.#docker.getContainer(id).start({ abortSignal }));
  }

  async restart(id: string, ending: Ending, signal: AbortSignal): Promise<void> {
    const grace = ending === 'kill' ? { t: 0 } : {};
    await this.#call('restart container', signal, (abortSignal) =>
      this.#docker.getContainer(id).restart({ ...grace, abortSignal }),
    );
  }

  async reconnect(id: string, signal: AbortSignal): Promise<void> {
    const container = this.#docker.getContainer(id);
    const found = await this.#call('inspect container', signal, (abortSignal) => container.inspect({ abortSignal }));
    for (const [name, endpoint] of Object.entries(found.NetworkSettings.Networks)) {
      const network = this.#docker.getNetwork(name);
      const { Aliases, IPAMConfig } = endpoint;
      await this.#call('disconnect network', signal, () => network.disconnect({ Container: id, Force: true }));
      await this.#call('connect network', signal, () =>
        network.connect({ Container: id, EndpointConfig: { Aliases, IPAMConfig } }),
      );
    }
  }

  async stop(id: string, signal: AbortSignal): Promise<void> {
    const stop = (abortSignal: AbortSignal) =>
      this.#docker
        .getContainer(id)
        .stop({ abortSignal })
        .catch((error: { readonly statusCode?: number }) => {
          if (error.statusCode !== 304) throw error; // it has ended already
        });
    await unlessGone(() => this.#call('stop container', signal, stop));
  }

  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(() =>
      this.#call('remove container', signal, (abortSignal) =>
        this.#docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
      ),
    );
  }

  async networks(labels: LabelFilter, signal: AbortSignal): Promise<NetworkObject[]> {
    const list = await this.#call('list networks', signal, (abortSignal) =>
      this.#docker.listNetworks({ filters: { label: labelFilters(labels) }, abortSignal }),
    );
    return list.map((n) => ({
      id: n.Id,
      name: n.Name,
      labels: n.Labels ?? {},
      driver: n.Driver,
      subnets: (n.IPAM?.Config ?? []).flatMap((c) => (c.Subnet ? [c.Subnet] : [])),
    }));
  }

  async removeNetwork(id: string, signal: AbortSignal): Promise<void> {
    await unlessGone(() =>
      this.#call('remove network', signal, (abortSignal) => this.#docker.getNetwork(id).remove({ abortSignal })),
    );
  }

  async volumes(labels: LabelFilter, signal: AbortSignal): Promise<VolumeObject[]> {
    const { Volumes } = await this.#call('list volumes', signal, (abortSignal) =>
      this.#docker.listVolumes({ filters: { label: labelFilters(labels) }, abortSignal }),
    );
    return (Volumes ?? []).map((v) => ({
      id: v.Name,
      name: v.Name,
      labels: v.Labels ?? {},
      createdAt: Date.parse((v as { CreatedAt?: string }).CreatedAt ?? ''),
    }));
  }

  async createVolume(name: string, driver: string | undefined, labels: Labels, signal: AbortSignal): Promise<void> {
    const volume = { Name: name, Labels: { ...labels }, ...(driver === undefined ? {} : { Driver: driver }) };
    await this.#call('create volume', signal, (abortSignal) => this.#docker.createVolume({ ...volume, abortSignal }));
  }

  async removeVolume(name: string, signal: AbortSignal): Promise<void> {
    await unlessGone(() =>
      this.#call('remove volume', signal, (abortSignal) => this.#docker.getVolume(name).remove({ abortSignal })),
    );
  }

  async copyIntoVolume(copy: VolumeCopy, labels: Labels, signal: AbortSignal): Promise<void> {
    await copyVolume(
      this.#docker,
      (operation, run, timeout) => this.#call(operation, signal, run, timeout),
      copy,
      labels,
    );
  }

  async volumeSizes(signal: AbortSignal): Promise<Readonly<Record<string, number>>> {
    const client = this.#docker as unknown as Measuring;
    const { Volumes } = await this.#call('measure volumes', signal, (abortSignal) =>
      client.df({ type: 'volume', abortSignal }),
    );
    const known = (Volumes ?? []).filter(({ UsageData }) => (UsageData?.Size ?? -1) >= 0);
    return Object.fromEntries(known.map(({ Name, UsageData }) => [Name, UsageData?.Size ?? 0]));
  }

  async exec(
    id: string,
    command: readonly string[],
    signal: AbortSignal,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ exitCode: number; output: string }> {
    const container = this.#docker.getContainer(id);
    const created = await this.#call('create exec', signal, (abortSignal) =>
      container.exec({
        Cmd: [...command],
        Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
        AttachStdout: true,
        AttachStderr: true,
        abortSignal,
      }),
    );
    const stream = await this.#call('start exec', signal, (abortSignal) => created.start({ abortSignal }));
    const chunks: Buffer[] = [];
    // The client ties the signal to the request only, and the answer to that has begun.
    addAbortSignal(signal, stream);
    try {
      for await (const chunk of stream) chunks.push(Buffer.from(chunk));
    } catch (cause) {
      signal.throwIfAborted();
      throw classifyEngineError('read exec', this.#endpoint.described, cause);
    }
    const { ExitCode } = await this.#call('inspect exec', signal, (abortSignal) => created.inspect({ abortSignal }));
    return { exitCode: ExitCode ?? -1, output: logText(Buffer.concat(chunks)) };
  }

  async logTail(id: string, lines: number, signal: AbortSignal): Promise<string> {
    const raw = await unlessGone(() =>
      this.#call('read logs', signal, (abortSignal) =>
        this.#docker.getContainer(id).logs({ stdout: true, stderr: true, tail: lines, follow: false, abortSignal }),
      ),
    );
    return raw ? logText(raw as unknown as Buffer) : '';
  }

  async logs(id: string, maxBytes: number, signal: AbortSignal): Promise<string> {
    const text = new LogText(maxBytes);
    // The client reads a log that it does not follow into memory as a whole, however long it is; this streams it.
    const stream = await unlessGone(() =>
      this.#call('read logs', signal, () => this.#logStream(id, signal, undefined)),
    );
    if (!stream) return '';
    try {
      for await (const chunk of stream) text.push(chunk as Buffer);
    } catch {
      // What has come until the engine went or the time was over is better than nothing.
    }
    return text.toString();
  }

  async logLines(id: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<LogLine>> {
    const stream = await unlessGone(() => this.#call('read logs', signal, () => this.#logStream(id, signal, options)));
    return stream ? linesOf(stream, this.#endpoint.described, signal) : (async function* () {})();
  }

  async stats(id: string, signal: AbortSignal): Promise<ContainerStats | undefined> {
    const raw = await unlessGone(() =>
      this.#call('read stats', signal, () => this.#docker.getContainer(id).stats({ stream: false })),
    );
    return raw && containerStats(raw);
  }

  async info(signal: AbortSignal): Promise<EngineInfo> {
    return engineInfo(await this.#call('info', signal, () => this.#docker.info()));
  }

  async events(
    labels: LabelFilter,
    signal: AbortSignal,
    options: { readonly background?: boolean } = {},
  ): Promise<AsyncIterable<ContainerEvent>> {
    const stream = await this.#call('subscribe to events', signal, () =>
      this.#docker.getEvents({
        filters: { type: ['container'], event: [...WATCHED_EVENTS], label: labelFilters(labels) },
        abortSignal: signal,
      }),
    );
    if (options.background) (stream as Partial<IncomingMessage>).socket?.unref?.();
    return readEvents(stream as Readable, signal);
  }

  /** With `options` each line bears its time. */
  #logStream(id: string, abortSignal: AbortSignal, options: LogOptions | undefined): Promise<Readable> {
    const { follow, tail = 'all', since = 0 } = options ?? {};
    const asked = options ? { follow, tail, since: since / 1000, timestamps: true } : {};
    const query = { stdout: true, stderr: true, ...asked };
    const request = {
      path: `/containers/${id}/logs?`,
      method: 'GET',
      isStream: true,
      options: query,
      abortSignal,
      statusCodes: { 200: true, 404: 'no such container' },
    };
    return new Promise((resolve, reject) => {
      this.#docker.modem.dial(request, (error, stream) => (error ? reject(error) : resolve(stream as Readable)));
    });
  }

  #call<T>(operation: string, signal: AbortSignal, run: (s: AbortSignal) => Promise<T>, timeout?: number): Promise<T> {
    return boundedCall(this.#endpoint.described, operation, signal, run, timeout);
  }
}

async function* linesOf(stream: Readable, endpoint: string, signal: AbortSignal): AsyncIterable<LogLine> {
  const lines = new LogLines();
  try {
    for await (const chunk of stream) yield* lines.push(chunk as Buffer);
    yield* lines.end();
  } catch (error) {
    if (!signal.aborted) throw classifyEngineError('read logs', endpoint, error);
  } finally {
    stream.destroy();
  }
}
