import { InvalidArgumentError, Option } from 'commander';
import { DECISIONS, type Decisions, ON_UNHEALTHY, PORT_MODES, parseDuration, parsePortRange } from '../../index.js';

/**
 * Every option of the command line, stated once: flag, meaning, environment variable, default, check. Parsing and help
 * come from here.
 */
export const OPTIONS = {
  file: () =>
    new Option('-f, --file <file>', 'compose file; repeat for several (default: as Compose finds it)').argParser(
      collect,
    ),
  profile: () => new Option('--profile <name>', 'profile to include; repeatable').argParser(collect),
  envFile: () =>
    new Option('--env-file <file>', 'file with variables for the compose file; repeatable').argParser(collect),
  name: () =>
    new Option(
      '-n, --name <name>',
      "first part of the project name (default: COMPOSE_PROJECT_NAME, else the folder's name)",
    ),
  mode: () =>
    new Option('--mode <mode>', 'who may use the environment')
      .choices(['dedicated', 'shared', 'production'])
      .default('dedicated'),
  ttl: () =>
    new Option('--ttl <duration>', 'how long the environment may live: 30m, 2h, none')
      .argParser(ttl)
      .default(7_200_000, '2h'),
  waitTimeout: () =>
    new Option('--wait-timeout <duration>', 'how long services may take to become ready: 90s, 2m')
      .argParser(duration)
      .default(60_000, '60s'),
  noAccelerate: () => new Option('--no-accelerate', "leave the health checks' timing as the file has it"),
  keepOnFailure: () =>
    new Option('--keep-on-failure', 'when a start fails, leave what is there running for 30 minutes'),
  onUnhealthy: () =>
    new Option('--on-unhealthy <action>', 'what to do when a service is lost while the command runs')
      .choices([...ON_UNHEALTHY])
      .default('ignore'),
  startEngine: () =>
    new Option('--start-engine', 'start the engine where it does not run (also by DOCKER_MANUAL_START_ENGINE=1)'),
  onUnavailable: () =>
    new Option('--on-unavailable <what>', 'without an engine: fail, or do not run the command and end with 0')
      .choices(['fail', 'skip'])
      .default('fail'),
  ports: () =>
    new Option('--ports <first-last>', 'ports to lease from (default: 30000-40000)')
      .env('DOCKER_MANUAL_PORTS')
      .argParser(portRange),
  stateDir: () =>
    new Option('--state-dir <folder>', 'where leases are recorded (default: ~/.local/state/docker-manual)').env(
      'DOCKER_MANUAL_HOME',
    ),
  portMode: () =>
    new Option('--port-mode <mode>', "leased ports, the engine's choice, or the file's own (one copy only)")
      .choices([...PORT_MODES])
      .default('range'),
  excludePorts: () =>
    new Option('--exclude-ports <list>', 'ports never to lease: 30010,30100-30200').env('DOCKER_MANUAL_EXCLUDE_PORTS'),
  networkPool: () =>
    new Option(
      '--network-pool <cidr>',
      'small networks for when the engine has none left (default: 10.231.0.0/16)',
    ).env('DOCKER_MANUAL_NETWORK_POOL'),
  external: () => decision('external', '--external <choice>', 'volumes and networks that the file calls external'),
  hostNetwork: () => decision('hostNetwork', '--host-network <choice>', "services on the host's network"),
  binds: () => decision('binds', '--binds <choice>', 'writable host paths, by path or service:target'),
  foreign: () => decision('foreign', '--foreign <choice>', "the host's namespaces, containers and interfaces"),
  twice: () => new Option('--twice', 'plan two copies and prove that they have nothing in common'),
  format: () => new Option('--format <format>', 'how to print').choices(['sh', 'dotenv', 'json']).default('sh'),
  graphFormat: () =>
    new Option('--graph-format <format>', 'kind of text').choices(['mermaid', 'dot']).default('mermaid'),
  services: (meaning: string) => new Option('-s, --services <names...>', meaning),
  timeline: () => new Option('--timeline', 'where the seconds of each start went'),
  limit: () =>
    new Option('--limit <n>', 'how many events, the newest (10000 are kept)').argParser(positive).default(50),
  redirect: () =>
    new Option('--redirect', 'let Node processes reach leased ports under the numbers of the file (localhost:5432)'),
  json: () => new Option('--json', 'print one JSON document: {"success": …, "data": …}'),
  all: (meaning: string) => new Option('--all', meaning),
  dryRun: () => new Option('--dry-run', 'only say what would be removed, and why'),
} as const;

/** "share" for all, "NAME=share" for one; repeatable. */
function decision(kind: keyof Decisions, flags: string, meaning: string): Option {
  const values: readonly string[] = DECISIONS[kind];
  const parse = (text: string, previous: Readonly<Record<string, string>> | undefined) => {
    const cut = text.lastIndexOf('=');
    const [name, value] = cut < 0 ? ['*', text] : [text.slice(0, cut), text.slice(cut + 1)];
    if (!values.includes(value)) {
      throw new InvalidArgumentError(`"${value}" is none of ${values.join(', ')} (or NAME=${values[0]}).`);
    }
    return { ...previous, [name]: value };
  };
  return new Option(flags, `${meaning}: ${values.join(', ')}; or NAME=choice, repeatable`).argParser(parse);
}

function collect(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError(`"${text}" is no duration such as 90s or 2m.`);
  return ms;
}

function positive(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1) throw new InvalidArgumentError(`"${text}" is no number from 1 on.`);
  return number;
}

function ttl(text: string): number | null {
  return text === 'none' ? null : duration(text);
}

function portRange(text: string): string {
  if (!parsePortRange(text)) throw new InvalidArgumentError(`"${text}" is no port range such as 30000-40000.`);
  return text;
}
