import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from '../../src/domain/errors.js';
import { LABEL, type Labels } from '../../src/domain/labels.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { Replace } from '../../src/domain/override.js';
import type {
  ComposeRun,
  ContainerDetail,
  ContainerEvent,
  ContainerSummary,
  Engine,
  LabelFilter,
  LogLine,
  NetworkObject,
  VolumeObject,
} from '../../src/engine/engine.js';

type Container = { -readonly [K in keyof ContainerDetail]: ContainerDetail[K] } & {
  labels: Labels;
  published: ContainerDetail['ports'];
};

/** What a started service does. Times are milliseconds. */
export interface Behaviour {
  readonly healthyAfter?: number;
  readonly exitAfter?: number;
  readonly exitCode?: number;
  readonly startError?: string;
  readonly oomKilled?: boolean;
  /** What it has written, from the moment it is created. */
  readonly log?: string;
  readonly healthLog?: ContainerDetail['healthLog'];
}

/** An engine in memory, for the logic above engine.ts: it keeps objects and sends events, nothing more. */
export class FakeEngine implements Engine {
  readonly endpoint = 'fake://';
  readonly environment = {};
  readonly host = '127.0.0.1';
  readonly calls: string[] = [];
  readonly #model: ComposeModel;
  readonly #behaviour: Readonly<Record<string, Behaviour>>;
  readonly #containers = new Map<string, Container>();
  readonly #networks = new Map<string, NetworkObject>();
  readonly #volumes = new Map<string, VolumeObject>();
  readonly #listeners = new Set<(event: ContainerEvent) => void>();
  /** Made to fail: operation → error. */
  readonly failures = new Map<string, EnvironmentError>();

  constructor(model: ComposeModel, behaviour: Readonly<Record<string, Behaviour>> = {}) {
    this.#model = model;
    this.#behaviour = behaviour;
  }

  /** Something that is not ours. */
  addForeignVolume(name: string): void {
    this.#volumes.set(name, { id: name, name, labels: {}, createdAt: 0 });
  }

  /** Something that is not ours, whatever its labels say. */
  addForeign(kind: 'container' | 'network' | 'volume', name: string, labels: Labels): void {
    if (kind === 'volume') this.#volumes.set(name, { id: name, name, labels, createdAt: Date.now() });
    else if (kind === 'network') this.#networks.set(name, { id: name, name, labels, driver: 'bridge', subnets: [] });
    else this.#containers.set(name, { ...newContainer(name, 'foreign', name, labels), status: 'running' });
  }

  /** As after the end of its process: nothing runs any more, everything is still there. */
  restartEngine(): void {
    for (const container of this.#containers.values()) {
      if (container.status === 'running') Object.assign(container, { status: 'exited', exitCode: 143 });
    }
  }

  async ping() {
    this.#called('ping');
    return { engine: '26.1.5', api: '1.45' };
  }

  /** Bytes; {@link info}. */
  memory = 64 * 1024 ** 3;

  async resolve() {
    this.#called('resolve');
    return structuredClone(this.#model);
  }

  resolveRun() {
    return this.resolve();
  }

  async image() {
    return { id: 'sha256:0', labels: {}, hasHealthcheck: false, exposedPorts: [], volumes: [] };
  }

  async pull() {}
  async build() {}
  async tagImage() {}
  async removeImage() {
    return true;
  }
  async images() {
    return [];
  }

  async create(run: ComposeRun) {
    this.#called('create');
    mkdirSync(dirname(run.overrideFile), { recursive: true });
    writeFileSync(run.overrideFile, JSON.stringify(run.override));
    const labels = Object.values(run.override.services)[0]?.labels as Labels;
    this.#networks.set(`${run.project}_default`, {
      id: `${run.project}_default`,
      name: `${run.project}_default`,
      labels,
      driver: 'bridge',
      subnets: [],
    });
    for (const volume of Object.keys(run.override.volumes)) {
      const name = `${run.project}_${volume}`;
      this.#volumes.set(name, { id: name, name, labels, createdAt: Date.now() });
    }
    for (const service of Object.keys(run.override.services)) this.#createContainer(run, service);
  }

  async up(_: ComposeRun, service: string) {
    this.#called('up');
    for (const { id, ...container } of this.#containers.values()) {
      if (container.service === service) await this.start(id);
    }
  }

  async containers(labels: LabelFilter): Promise<ContainerSummary[]> {
    this.#called('containers');
    return [...this.#containers.values()]
      .filter((c) => matches(c.labels, labels))
      .map((c) => ({
        ...c,
        text: c.status,
        volumes: [],
        published: c.status === 'running' ? listed(c.published) : [],
      }));
  }

  async inspect(id: string) {
    const found = this.#containers.get(id);
    return found && { ...found, ports: found.status === 'running' ? found.published : {} };
  }

  async start(id: string) {
    this.#called('start');
    const container = this.#containers.get(id) as Container;
    const {
      startError,
      healthyAfter,
      exitAfter,
      exitCode,
      oomKilled = false,
    } = this.#behaviour[container.service] ?? {};
    if (startError) throw new EnvironmentError('ENGINE_FAILED', { operation: 'start container', reason: startError });
    Object.assign(container, {
      status: 'running',
      startedAt: Date.now(),
      health: healthyAfter === undefined ? 'none' : 'starting',
    });
    this.#emit(container, 'start');
    if (healthyAfter !== undefined) {
      setTimeout(() => this.#change(container, { health: 'healthy' }, 'health_status: healthy'), healthyAfter);
    }
    if (exitAfter !== undefined) {
      setTimeout(
        () => this.#change(container, { status: 'exited', exitCode: exitCode ?? 0, oomKilled }, 'die'),
        exitAfter,
      );
    }
  }

  async stop() {
    this.#called('stop');
  }

  async removeContainer(id: string) {
    this.#called('removeContainer');
    this.#containers.delete(id);
  }

  async networks(labels: LabelFilter) {
    return [...this.#networks.values()].filter((n) => matches(n.labels, labels));
  }

  async removeNetwork(id: string) {
    this.#called('removeNetwork');
    this.#networks.delete(id);
  }

  async volumes(labels: LabelFilter) {
    return [...this.#volumes.values()].filter((v) => matches(v.labels, labels));
  }

  async createVolume(name: string, _: string | undefined, labels: Labels) {
    this.#called('createVolume');
    if (!this.#volumes.has(name)) this.#volumes.set(name, { id: name, name, labels, createdAt: Date.now() });
  }

  async removeVolume(name: string) {
    this.#called('removeVolume');
    this.#volumes.delete(name);
  }

  async restart() {}
  async reconnect() {}
  async recreate() {}
  async createMissing() {}

  async exec() {
    this.#called('exec');
    return { exitCode: 0, output: '' };
  }

  async copyIntoVolume() {}

  async volumeSizes() {
    return {};
  }

  async logTail() {
    return 'the last line';
  }

  async logs(id: string, _maxBytes?: number, _signal?: AbortSignal) {
    this.#called('logs');
    return this.#behaviour[this.#containers.get(id)?.service ?? '']?.log ?? '';
  }

  async logLines(id: string): Promise<AsyncIterable<LogLine>> {
    const lines = (this.#behaviour[this.#containers.get(id)?.service ?? '']?.log ?? '').split('\n');
    return (async function* () {
      for (const text of lines) yield { stream: 'stdout', time: 0, text } as const;
    })();
  }

  async attach() {
    return 0;
  }

  async stats() {
    return undefined;
  }

  async info() {
    this.#called('info');
    const folder = '/var/lib/docker';
    return {
      version: '26.1.5',
      system: 'Linux',
      cpus: 2,
      memoryBytes: this.memory,
      virtual: false,
      storageDriver: 'overlay2',
      folder,
      ...NO_EXTRAS,
    };
  }

  async composeVersion() {
    return '2.26.1';
  }

  async events(_: LabelFilter, signal: AbortSignal): Promise<AsyncIterable<ContainerEvent>> {
    const queue: ContainerEvent[] = [];
    let wake = () => {};
    const listener = (event: ContainerEvent) => {
      queue.push(event);
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener('abort', () => wake());
    return (async function* () {
      while (!signal.aborted) {
        yield* queue.splice(0);
        if (queue.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    })();
  }

  #createContainer(run: ComposeRun, service: string): void {
    const id = randomBytes(32).toString('hex');
    const override = run.override.services[service] ?? {};
    const ports = override.ports instanceof Replace ? (override.ports.value as Published[]) : [];
    this.#containers.set(id, {
      ...newContainer(id, service, `${run.project}-${service}-1`, override.labels as Labels),
      published: Object.fromEntries(
        ports.map((p) => [`${p.target}/${p.protocol}`, [{ host: p.host_ip, port: Number(p.published.split('-')[0]) }]]),
      ),
      networks: [`${run.project}_default`],
      healthLog: this.#behaviour[service]?.healthLog ?? [],
    });
  }

  #change(container: Container, change: Partial<Container>, action: string): void {
    Object.assign(container, change);
    this.#emit(container, action);
  }

  #emit(container: Container, action: string): void {
    const exitCode = action === 'die' ? container.exitCode : undefined;
    const lease = container.labels[LABEL.lease] ?? '';
    const event = { id: container.id, lease, service: container.service, action, exitCode, time: Date.now() };
    for (const listener of this.#listeners) listener(event);
  }

  #called(operation: string): void {
    this.calls.push(operation);
    const failure = this.failures.get(operation);
    if (failure) throw failure;
  }
}

const NO_EXTRAS = { rootless: false, addressPools: [], warnings: [] };

function newContainer(id: string, service: string, name: string, labels: Labels): Container {
  return {
    id,
    service,
    name,
    image: 'fake',
    labels,
    status: 'created',
    health: 'none',
    exitCode: 0,
    oomKilled: false,
    startedAt: 0,
    error: '',
    restartCount: 0,
    ports: {},
    published: {},
    mounts: [],
    networks: [],
    addresses: [],
    command: ['/entry'],
    healthLog: [],
  };
}

interface Published {
  readonly target: number;
  readonly protocol: string;
  readonly host_ip: string;
  readonly published: string;
}

function listed(ports: ContainerDetail['ports']): ContainerSummary['published'] {
  return Object.entries(ports).flatMap(([key, bindings]) => {
    const [target, protocol] = key.split('/');
    return bindings.map(({ port }) => ({ target: Number(target), protocol: String(protocol), port }));
  });
}

function matches(labels: Labels, filter: LabelFilter): boolean {
  return Object.entries(filter).every(([key, value]) => (value === null ? key in labels : labels[key] === value));
}
