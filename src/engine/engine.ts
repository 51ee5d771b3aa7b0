import type { Published } from '../domain/identity.js';
import type { Labels } from '../domain/labels.js';
import type { Spec } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Override, VolumeCopy } from '../domain/override.js';
import type { HealthProbe, Observation } from '../domain/readiness.js';

/**
 * What the manager needs of Docker, and nothing else. Every call is bounded by its signal, by an own time limit where
 * it has one, and throws EnvironmentError only (ENGINE_* and what classify.ts knows).
 */
export interface Engine {
  /** Where the engine is, for messages: "unix:///var/run/docker.sock". */
  readonly endpoint: string;
  /** What the Docker CLI has to be told to use it: DOCKER_HOST, DOCKER_CONTEXT and the like. */
  readonly environment: Readonly<Record<string, string>>;
  /** The address at which published ports are reached: 127.0.0.1, or a remote engine's host. */
  readonly host: string;

  /** Answers within 2 s or throws ENGINE_UNAVAILABLE, ENGINE_FORBIDDEN or ENGINE_HUNG. */
  ping(signal: AbortSignal): Promise<EngineVersion>;
  /** `docker compose config`: the model of the user's files under the given project name. */
  resolve(spec: Spec, project: string, signal: AbortSignal): Promise<ComposeModel>;
  /** The same with the run's override: what Compose would really create. */
  resolveRun(run: ComposeRun, signal: AbortSignal): Promise<ComposeModel>;
  /** What the engine knows of an image; undefined where it does not have it. */
  image(reference: string, signal: AbortSignal): Promise<ImageDetail | undefined>;
  /** `docker compose pull` of one service's image; told each line that it writes. */
  pull(
    spec: Spec,
    project: string,
    service: string,
    signal: AbortSignal,
    onLine?: (line: string) => void,
  ): Promise<void>;
  /** `docker compose build`. @throws BUILD_FAILED */
  build(run: BuildRun, signal: AbortSignal): Promise<void>;
  /** Gives an image one more name, "repository:tag"; whatever had it loses it. */
  tagImage(reference: string, name: string, signal: AbortSignal): Promise<void>;
  /** Takes a name, or an image without one, away. False when a container still needs it; already gone counts as done. */
  removeImage(reference: string, signal: AbortSignal): Promise<boolean>;
  /** Images that bear the labels. */
  images(labels: LabelFilter, signal: AbortSignal): Promise<ImageObject[]>;
  /** `docker compose create`: networks, volumes and containers, nothing started. */
  create(run: ComposeRun, signal: AbortSignal): Promise<void>;
  /** `docker compose up` of one service whose containers are there, waiting for no other. */
  up(run: ComposeRun, service: string, signal: AbortSignal): Promise<void>;

  containers(labels: LabelFilter, signal: AbortSignal): Promise<ContainerSummary[]>;
  inspect(id: string, signal: AbortSignal): Promise<ContainerDetail | undefined>;
  start(id: string, signal: AbortSignal): Promise<void>;
  /** Stops, as `ending` says, and starts again. */
  restart(id: string, ending: Ending, signal: AbortSignal): Promise<void>;
  /** Takes a container off its networks and puts it on them again, with its aliases and static addresses. */
  reconnect(id: string, signal: AbortSignal): Promise<void>;
  /** `docker compose up --force-recreate --no-deps` of the named services. */
  recreate(
    spec: Spec,
    project: string,
    overrideFile: string,
    services: readonly string[],
    ending: Ending,
    signal: AbortSignal,
  ): Promise<void>;
  /** `docker compose create` of the named services, of those alone whose containers are gone. */
  createMissing(
    spec: Spec,
    project: string,
    overrideFile: string,
    services: readonly string[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Asks a container to end and gives it the time that its file says, 10 s by default; then it is killed. */
  stop(id: string, signal: AbortSignal): Promise<void>;
  /** Removes with force and with its anonymous volumes. Already gone counts as done. */
  removeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Networks that bear the labels; with no labels, every network. */
  networks(labels: LabelFilter, signal: AbortSignal): Promise<NetworkObject[]>;
  removeNetwork(id: string, signal: AbortSignal): Promise<void>;
  /** Volumes that bear the labels; with no labels, every volume. */
  volumes(labels: LabelFilter, signal: AbortSignal): Promise<VolumeObject[]>;
  /** One that is there already stays as it is. */
  createVolume(name: string, driver: string | undefined, labels: Labels, signal: AbortSignal): Promise<void>;
  removeVolume(name: string, signal: AbortSignal): Promise<void>;
  /** Name → bytes, of every volume whose size the engine can tell. It counts all files: seconds, where there are many. */
  volumeSizes(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /**
   * Copies what is in a volume or host folder into a volume; see copy-volume.ts. The containers that it needs for that
   * bear the labels and are removed again.
   */
  copyIntoVolume(copy: VolumeCopy, labels: Labels, signal: AbortSignal): Promise<void>;
  /**
   * Runs a command in a running container and returns what it wrote, stdout and stderr together. Secrets go into `env`:
   * arguments can be seen by every process of the machine.
   */
  exec(
    id: string,
    command: readonly string[],
    signal: AbortSignal,
    env?: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number; output: string }>;
  /** The last lines of stdout and stderr together, without terminal colours. */
  logTail(id: string, lines: number, signal: AbortSignal): Promise<string>;
  /** The whole log, stdout and stderr together, as plain text; of a longer one than `maxBytes` the beginning and the end. */
  logs(id: string, maxBytes: number, signal: AbortSignal): Promise<string>;
  /** The log line by line, oldest first, and with `follow` as it grows, until the container ends or the signal aborts. */
  logLines(id: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<LogLine>>;
  /**
   * Runs a command in a running container with this process's own stdin, stdout and stderr, as `docker exec` does.
   * Returns its exit code; 126 and 127 where the container cannot run it.
   */
  attach(id: string, command: readonly string[], options: AttachOptions, signal: AbortSignal): Promise<number>;
  /** What a container uses now; undefined while it does not run. Takes the second that a rate needs. */
  stats(id: string, signal: AbortSignal): Promise<ContainerStats | undefined>;
  /** What the engine says of itself and its machine. */
  info(signal: AbortSignal): Promise<EngineInfo>;
  /** "2.26.1" of the Compose plugin. @throws COMPOSE_UNAVAILABLE */
  composeVersion(signal: AbortSignal): Promise<string>;
  /**
   * Container events from the moment the promise resolves until the signal aborts. With `background` they alone keep no
   * process alive (an engine behind SSH cannot be listened to that way: its connection does).
   */
  events(
    labels: LabelFilter,
    signal: AbortSignal,
    options?: { readonly background?: boolean },
  ): Promise<AsyncIterable<ContainerEvent>>;
}

/**
 * How a container ends that is started again or replaced: killed at once, or asked and given the time that its file says
 * (10 s by default), so that it may write down what it has only in memory.
 */
export type Ending = 'kill' | 'ask';

export interface LogOptions {
  readonly follow: boolean;
  /** The last so many lines; all by default. */
  readonly tail?: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
  /** Without colours and control characters. */
  readonly text: string;
}

export interface AttachOptions {
  /** Gives the command a terminal: only where stdin and stdout of this process are one. */
  readonly tty: boolean;
  readonly user?: string;
  readonly workdir?: string;
}

/** What one container uses: processor and memory now, network and disk since its start. */
export interface ContainerStats {
  /** 100 is one whole processor. */
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  /** The container's limit, else the machine's memory. */
  readonly memoryLimitBytes: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly processes: number;
}

export interface EngineInfo {
  readonly version: string;
  readonly system: string;
  readonly cpus: number;
  /** Of the whole machine: all containers, and the engine itself. */
  readonly memoryBytes: number;
  /** It runs in a virtual machine of its own on this one (Docker Desktop). */
  readonly virtual: boolean;
  /** "overlay2", … */
  readonly storageDriver: string;
  /** Where images and volumes lie, on the engine's machine. */
  readonly folder: string;
  readonly rootless: boolean;
  /** Pools that networks are made of; empty where the engine has its standard ones. */
  readonly addressPools: readonly { readonly base: string; readonly size: number }[];
  readonly warnings: readonly string[];
}

export interface EngineVersion {
  readonly engine: string;
  readonly api: string;
}

export interface ComposeRun extends Spec {
  readonly project: string;
  readonly override: Override;
  /** Where the override is written (mode 0600). */
  readonly overrideFile: string;
}

export interface BuildRun extends ComposeRun {
  readonly services: readonly string[];
  readonly noCache: boolean;
  /** Asks the registry for newer base images. */
  readonly pull: boolean;
  /** Told each line that the builder writes. */
  readonly onLine?: (line: string) => void;
}

/** An image with the names that it has here; none when another image has got them. */
export interface ImageObject {
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Labels;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface ImageDetail {
  readonly id: string;
  readonly labels: Labels;
  readonly hasHealthcheck: boolean;
  /** "5432/tcp", … */
  readonly exposedPorts: readonly string[];
  /** Folders for which the engine makes a volume without a name, where the file mounts nothing there. */
  readonly volumes: readonly string[];
}

/** Label → value; null asks for the label with any value. */
export type LabelFilter = Readonly<Record<string, string | null>>;

export interface NamedObject {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface NetworkObject extends NamedObject {
  readonly driver: string;
  /** "172.18.0.0/16", … */
  readonly subnets: readonly string[];
}

export interface VolumeObject extends NamedObject {
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface ContainerSummary extends NamedObject {
  /** As it was named when the container was made; its id when that name has gone to another. */
  readonly image: string;
  readonly service: string;
  readonly status: Observation['status'];
  /** The engine's line for people, "Up 3 minutes (healthy)". */
  readonly text: string;
  /** Ports of the host that it holds; none while it does not run. */
  readonly published: readonly Published[];
  /** Names of the networks that it is on. */
  readonly networks: readonly string[];
  /** Names of the volumes that it has mounted, whether it runs or not. */
  readonly volumes: readonly string[];
}

export interface ContainerDetail extends Omit<Observation, 'exits'> {
  readonly name: string;
  readonly image: string;
  readonly restartCount: number;
  /** "5432/tcp" → where it is reached. Empty while the container does not run. */
  readonly ports: Readonly<Record<string, readonly { readonly host: string; readonly port: number }[]>>;
  readonly mounts: readonly {
    readonly type: string;
    readonly name: string;
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
  readonly networks: readonly string[];
  /** Its addresses on its networks; empty while it does not run. */
  readonly addresses: readonly string[];
  /** Entrypoint and arguments, as they are run. */
  readonly command: readonly string[];
  readonly healthLog: readonly HealthProbe[];
}

export interface ContainerEvent {
  readonly id: string;
  /** Lease id; "" of a container that is not ours. */
  readonly lease: string;
  readonly service: string;
  /** "start", "die", "oom", "health_status: healthy", … */
  readonly action: string;
  /** Of `die`. */
  readonly exitCode: number | undefined;
  /** Milliseconds since the epoch, by the engine's clock. */
  readonly time: number;
}
