import { ON_FULL } from '../admission.js';
import { BUILD_POLICIES, PULL_POLICIES } from '../build/policy.js';
import { MODES } from '../lease.js';
import { PORT_MODES } from '../ports.js';
import { ON_UNHEALTHY } from '../recovery.js';
import { FAST_STORAGE, LIMITS } from '../resource-choices.js';
import {
  choice,
  count,
  decision,
  duration,
  kind,
  lifetime,
  memory,
  moment,
  network,
  onOff,
  path,
  paths,
  pool,
  port,
  portList,
  portRange,
  text,
  texts,
  type Value,
  waitedFor,
  whole,
} from './values.js';

/** One option, wherever it may be given. */
export interface OptionEntry {
  /** As commander reads it; absent where the command line has none. */
  readonly flags?: string;
  /** Variable that is read where no flag is given. */
  readonly variable?: string;
  /** Compose's own variable for it: where that is set, what the config file says does not count. */
  readonly composeVariable?: string;
  /** Key of the config file, and of the API; a dot leads into a map. Absent where only a command line can ask for it. */
  readonly key?: string;
  /** As a user would write it; absent where there is none. */
  readonly default?: string;
  /** What `default` is where that is no value but a rule. */
  readonly otherwise?: string;
  readonly meaning: string;
  readonly value: Value;
}

/**
 * Every option, stated once: flag, variable, config key, default, meaning, check. From here come the parsing and the help
 * of the command line, the validation of the config file and its JSON Schema, and the reference in docs/cli.md.
 */
const TABLE = {
  file: {
    flags: '-f, --file <file>',
    variable: 'DOCKER_COMPOSE_PATH',
    composeVariable: 'COMPOSE_FILE',
    key: 'files',
    meaning: 'compose file; repeat for several',
    otherwise: 'as Compose finds it',
    value: paths,
  },
  template: {
    flags: '--template <name>',
    key: 'template',
    meaning: 'one service without a compose file: postgres, redis, mysql, mongo, kafka and others',
    value: text,
  },
  image: {
    flags: '--image <image>',
    key: 'image',
    meaning: 'the same with this image: redis:7',
    value: text,
  },
  profile: {
    flags: '--profile <name>',
    composeVariable: 'COMPOSE_PROFILES',
    key: 'profiles',
    meaning: 'profile to include; repeatable',
    value: texts,
  },
  envFile: {
    flags: '--env-file <file>',
    composeVariable: 'COMPOSE_ENV_FILES',
    key: 'envFiles',
    meaning: 'file with variables for the compose file; repeatable',
    value: paths,
  },
  name: {
    flags: '-n, --name <name>',
    variable: 'COMPOSE_PROJECT_NAME',
    key: 'name',
    meaning: 'first part of the project name',
    otherwise: "the folder's name",
    value: text,
  },
  env: {
    flags: '--env <kind>',
    variable: 'DOCKER_ENV',
    key: 'env',
    default: 'test',
    meaning: 'what the environment is for; decides which compose file is taken, and what is kept',
    value: kind,
  },
  variant: {
    flags: '--variant <name>',
    key: 'variant',
    otherwise: '`alpine` for tests that have such a file, else `regular`',
    meaning: 'which variant of it: alpine, regular, or one of the config file',
    value: text,
  },
  alpine: {
    flags: '--alpine',
    variable: 'USE_ALPINE',
    key: 'alpine',
    meaning: 'the variant alpine',
    value: onOff,
  },
  noAlpine: { flags: '--no-alpine', meaning: 'the variant regular', value: onOff },
  productionImages: {
    variable: 'USE_PRODUCTION_IMAGES',
    key: 'productionImages',
    default: 'false',
    otherwise: 'true in mode production',
    meaning: 'run the published image of services that could be built as well',
    value: onOff,
  },
  mode: {
    flags: '--mode <mode>',
    key: 'mode',
    default: 'dedicated',
    meaning: 'one for itself, one for all who ask for the same, or one of production images (and of the kind prod)',
    value: choice(MODES),
  },
  ttl: {
    flags: '--ttl <duration>',
    key: 'ttl',
    default: '2h',
    meaning: 'how long an environment may live that `start` makes: 30m, 2h, none',
    value: lifetime,
  },
  keepWarm: {
    key: 'keepWarm',
    meaning: 'how long a shared environment stays after its last use',
    otherwise: 'not at all',
    value: duration,
  },
  pool: {
    flags: '--pool <size>',
    key: 'pool',
    otherwise: 'none',
    meaning: 'keep so many environments ready, and take one of them',
    value: pool,
  },
  poolKey: { flags: '--key <key>', meaning: 'the pool that is meant, by its key or the beginning of it', value: text },
  resetOnJoin: {
    key: 'resetOnJoin',
    default: 'false',
    meaning: 'bring the data of a shared environment back to its beginning for who comes when all others have left',
    value: onOff,
  },
  waitTimeout: {
    flags: '--wait-timeout <duration>',
    key: 'waitTimeout',
    default: '60s',
    meaning: 'how long services may take to become ready: 90s, 2m',
    value: duration,
  },
  noAccelerate: {
    flags: '--no-accelerate',
    key: 'accelerate',
    default: 'true',
    meaning: "leave the health checks' timing as the file has it",
    value: onOff,
  },
  keepOnFailure: {
    flags: '--keep-on-failure',
    key: 'keepOnFailure',
    default: 'false',
    meaning: 'when a start fails, leave what is there running for 30 minutes',
    value: onOff,
  },
  build: {
    flags: '--build <what>',
    key: 'build',
    default: 'app',
    meaning:
      'build what has changed, everything without the cache, only what was never built, or as the situation says',
    value: choice(BUILD_POLICIES),
  },
  noCacheAppCode: {
    key: 'noCacheAppCode',
    meaning: 'true is `build: app`, false is `build: none`; `build` goes first',
    value: onOff,
  },
  noRebuild: {
    flags: '--no-rebuild',
    meaning: 'the same as --build none',
    value: onOff,
  },
  rebuildAll: {
    flags: '--rebuild-all',
    meaning: 'the same as --build all',
    value: onOff,
  },
  noCache: {
    flags: '--no-cache',
    meaning: 'build everything anew, dependencies too',
    value: onOff,
  },
  pull: {
    flags: '--pull <when>',
    key: 'pull',
    meaning: 'when to pull images',
    otherwise: "the file's pull_policy, else missing",
    value: choice(PULL_POLICIES),
  },
  onUnhealthy: {
    flags: '--on-unhealthy <action>',
    key: 'onUnhealthy',
    default: 'ignore',
    meaning: 'what to do when a service is lost while the command runs',
    value: choice(ON_UNHEALTHY),
  },
  startEngine: {
    flags: '--start-engine',
    variable: 'DOCKER_MANUAL_START_ENGINE',
    key: 'startEngine',
    default: 'false',
    meaning: 'start the engine where it does not run',
    value: onOff,
  },
  onUnavailable: {
    flags: '--on-unavailable <what>',
    default: 'fail',
    meaning: 'without an engine: fail, or do not run the command and end with 0',
    value: choice(['fail', 'skip']),
  },
  ports: {
    flags: '--ports <first-last>',
    variable: 'DOCKER_MANUAL_PORTS',
    key: 'ports',
    default: '30000-40000',
    meaning: 'ports to lease from',
    value: portRange,
  },
  stateDir: {
    flags: '--state-dir <folder>',
    variable: 'DOCKER_MANUAL_HOME',
    key: 'stateDir',
    otherwise: '~/.local/state/docker-manual',
    meaning: 'where leases are recorded',
    value: path,
  },
  portMode: {
    flags: '--port-mode <mode>',
    key: 'portMode',
    default: 'range',
    meaning:
      "leased ports, the engine's choice, the file's own (one copy only), or those where free and else the same at each start",
    value: choice(PORT_MODES),
  },
  excludePorts: {
    flags: '--exclude-ports <list>',
    variable: 'DOCKER_MANUAL_EXCLUDE_PORTS',
    key: 'excludePorts',
    meaning: 'ports never to lease: 30010,30100-30200',
    value: portList,
  },
  networkPool: {
    flags: '--network-pool <cidr>',
    variable: 'DOCKER_MANUAL_NETWORK_POOL',
    key: 'networkPool',
    default: '10.231.0.0/16',
    meaning: 'small networks for when the engine has none left',
    value: network,
  },
  memoryBudget: {
    flags: '--memory-budget <size>',
    variable: 'DOCKER_MANUAL_MEMORY_BUDGET',
    key: 'memoryBudget',
    otherwise: "what the engine's machine has, less a reserve",
    meaning: 'memory that all environments may take together: 24g, off',
    value: memory,
  },
  maxEnvironments: {
    flags: '--max-environments <n>',
    variable: 'DOCKER_MANUAL_MAX_ENVIRONMENTS',
    key: 'maxEnvironments',
    otherwise: 'any number',
    meaning: 'how many environments may be there at once',
    value: count,
  },
  priority: {
    flags: '--priority <n>',
    key: 'priority',
    default: '0',
    meaning: 'who waits for room with a higher number goes first',
    value: whole,
  },
  onFull: {
    key: 'onFull',
    default: 'wait',
    meaning: 'where there is no room: wait in the queue, or fail',
    value: choice(ON_FULL),
  },
  noQueue: {
    flags: '--no-queue',
    meaning: 'where there is no room, fail at once instead of waiting',
    value: onOff,
  },
  queueTimeout: {
    flags: '--queue-timeout <duration>',
    key: 'queueTimeout',
    default: '10m',
    meaning: 'how long to wait for room: 90s, 2h',
    value: duration,
  },
  limits: {
    flags: '--limits <which>',
    key: 'limits',
    default: 'none',
    meaning: 'memory limits and health checks for known services that have none',
    value: choice(LIMITS),
  },
  fastStorage: {
    flags: '--fast-storage <where>',
    key: 'fastStorage',
    default: 'volume',
    meaning: 'where known databases keep their data; tmpfs: in memory',
    value: choice(FAST_STORAGE),
  },
  tuneDatabases: {
    flags: '--tune-databases',
    key: 'tuneDatabases',
    default: 'false',
    meaning: 'PostgreSQL without fsync and the like: fast, and lost in a crash of the machine',
    value: onOff,
  },
  watchdog: {
    variable: 'DOCKER_MANUAL_WATCHDOG',
    key: 'watchdog',
    default: 'true',
    meaning: 'whether a process of its own removes what dead owners leave, within seconds of their death',
    value: onOff,
  },
  reconcile: {
    key: 'reconcile',
    default: 'fix',
    meaning: 'what an acquire does with the leftovers of dead owners: remove them, or only tell',
    value: choice(['fix', 'report']),
  },
  external: {
    flags: '--external <choice>',
    key: 'decisions.external',
    meaning: 'volumes and networks that the file calls external',
    value: decision('external'),
  },
  hostNetwork: {
    flags: '--host-network <choice>',
    key: 'decisions.hostNetwork',
    meaning: "services on the host's network",
    value: decision('hostNetwork'),
  },
  binds: {
    flags: '--binds <choice>',
    key: 'decisions.binds',
    meaning: 'writable host paths, by path or service:target',
    value: decision('binds'),
  },
  foreign: {
    flags: '--foreign <choice>',
    key: 'decisions.foreign',
    meaning: "the host's namespaces, containers and interfaces",
    value: decision('foreign'),
  },
  twice: {
    flags: '--twice',
    meaning: 'plan two copies and prove that they have nothing in common',
    value: onOff,
  },
  format: {
    flags: '--format <format>',
    default: 'sh',
    meaning: 'how to print',
    value: choice(['sh', 'dotenv', 'json']),
  },
  graphFormat: {
    flags: '--graph-format <format>',
    default: 'mermaid',
    meaning: 'kind of text',
    value: choice(['mermaid', 'dot']),
  },
  services: { flags: '-s, --services <names...>', meaning: 'services that are meant', value: texts },
  swap: {
    flags: '--swap',
    meaning: 'make a second shared environment, which takes the place of the old one when it is ready',
    value: onOff,
  },
  rolling: {
    flags: '--rolling',
    meaning: 'one container at a time, each ready before the next; stop at the first that fails',
    value: onOff,
  },
  timeline: { flags: '--timeline', meaning: 'where the seconds of each start went', value: onOff },
  limit: {
    flags: '--limit <n>',
    default: '50',
    meaning: 'how many events, the newest (10000 are kept)',
    value: count,
  },
  follow: {
    flags: '-f, --follow',
    meaning: 'go on as it comes, until Ctrl-C or the end of the environment',
    value: onOff,
  },
  tail: { flags: '--tail <n>', meaning: 'only the last so many lines of each container', value: count },
  since: { flags: '--since <when>', meaning: 'only what came since then', value: moment },
  timestamps: { flags: '-t, --timestamps', meaning: 'begin each line with its time', value: onOff },
  user: {
    flags: '-u, --user <name>',
    meaning: 'user inside the container',
    otherwise: 'that of its image',
    value: text,
  },
  workdir: { flags: '-w, --workdir <folder>', meaning: 'folder inside the container', value: text },
  holder: { flags: '--holder <port>', meaning: 'who holds this port of the machine, whoever that is', value: port },
  for: { flags: '--for <service=state>', meaning: 'what to wait for', otherwise: 'all ready', value: waitedFor },
  redirect: {
    flags: '--redirect',
    meaning: 'let Node processes reach leased ports under the numbers of the file (localhost:5432)',
    value: onOff,
  },
  json: { flags: '--json', meaning: 'print one JSON document: {"success": …, "data": …}', value: onOff },
  explain: {
    flags: '--explain',
    meaning: 'every value with the place that it comes from, defaults too',
    value: onOff,
  },
  quiet: { flags: '-q, --quiet', meaning: 'print errors and the result, nothing else', value: onOff },
  verbose: {
    flags: '-v, --verbose',
    meaning: 'print each step and each call to the engine as it happens',
    value: onOff,
  },
  watch: { flags: '--watch', meaning: 'go on showing how things change, until Ctrl-C', value: onOff },
  all: { flags: '--all', meaning: 'every one that is meant, and not only some', value: onOff },
  volumes: {
    flags: '--volumes',
    meaning: 'also the named volumes that environments for dev and prod keep',
    value: onOff,
  },
  seeds: { flags: '--seeds', meaning: 'data that was prepared for environments (docs/volumes.md)', value: onOff },
  snapshots: { flags: '--snapshots', meaning: 'snapshots with a name', value: onOff },
  kept: { flags: '--kept', meaning: 'what environments for dev and prod have kept', value: onOff },
  idle: { flags: '--idle <duration>', meaning: 'only what was not used for so long: 12h, 7d', value: duration },
  dryRun: { flags: '--dry-run', meaning: 'only say what would be removed, and why', value: onOff },
} as const satisfies Record<string, OptionEntry>;

/** Name of an option in the API and in the table of options. */
export type OptionName = keyof typeof TABLE;

/** Each entry by its name, as the general type. */
export const ENTRIES: Readonly<Record<OptionName, OptionEntry>> = TABLE;

/** The default as a value; undefined where there is none. */
export function defaultOf(name: OptionName): unknown {
  const { default: written, value } = ENTRIES[name];
  return written === undefined ? undefined : value.read(written);
}
