import { plainText } from './plain-text.js';

/** Families of failures; each has one exit code (docs/errors.md lists every code). */
export type ErrorFamily = 'config' | 'engine' | 'start' | 'lease' | 'cleanup' | 'capacity' | 'aborted';

/** What a command ends with, by the family of its error. 0 is success; 1 is a bug of ours. */
export const EXIT_CODES: Readonly<Record<ErrorFamily, number>> = {
  config: 2,
  engine: 3,
  start: 4,
  lease: 5,
  cleanup: 6,
  capacity: 7,
  aborted: 130,
};

interface CatalogueEntry {
  readonly family: ErrorFamily;
  /** What happened; `{name}` is replaced by the parameter of that name. */
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
  /** What may help when it is allocated anew; absent where trying again changes nothing. */
  readonly alternative?: Alternative;
}

/** What an environment is given by us, and can be given otherwise. */
export type Alternative = 'ports' | 'subnets';

/** Every failure this project reports. A test holds it against docs/errors.md in both directions. */
export const CATALOGUE = {
  OPTION_INVALID: {
    family: 'config',
    message: '{option}: {reason}.',
    hint: 'See `docker-manual {command} --help`.',
  },
  INPUT_INVALID: {
    family: 'config',
    message: 'The input "{input}" of the action: {reason}.',
    hint: 'docs/action.md says what each input takes.',
  },
  CONFIG_FILE_INVALID: {
    family: 'config',
    message: 'The config file {file} is not right:{problems}',
    hint: 'docs/configuration.md has every key; `docker-manual config --explain` shows what counts, and where each value comes from.',
  },
  COMPOSE_FILE_MISSING: {
    family: 'config',
    message: 'No compose file: {file}.',
    hint: 'Name one with -f FILE, or run in a folder that has compose.yaml, compose.yml or docker-compose.yml.{suggestion}',
  },
  COMPOSE_FILE_INVALID: {
    family: 'config',
    message: 'Compose does not accept {file}: {reason}',
    hint: 'Correct the file; `docker compose -f {file} config` repeats this check.',
  },
  REFERENCED_FILE_MISSING: {
    family: 'config',
    message: '{file} names a file that is not there: {missing}.',
    hint: 'Create it or correct its path, which counts from the folder of the first compose file; an env_file may also be `required: false`.',
  },
  VARIABLE_MISSING: {
    family: 'config',
    message: '{file} needs the variable {variable}, which has no value: {reason}.',
    hint: 'Set it in the environment, in a file .env beside the compose file, or in one named with --env-file.',
  },
  EXTERNAL_MISSING: {
    family: 'config',
    message: 'The {kind} "{name}", which the file calls external, does not exist.',
    hint: 'Create it (`docker {kind} create {name}`), or give each copy one of its own with --external fresh.',
  },
  IMAGE_REFERENCE_INVALID: {
    family: 'config',
    message: '"{image}" of service "{service}" is no name of an image: {reason}',
    hint: 'A name is lowercase, with an optional tag: registry/team/name:tag. Is a variable in it empty?',
  },
  HAZARD_UNISOLATABLE: {
    family: 'config',
    message: '{where}: "{service}" cannot run twice as it is: {kind} {was}{others}.',
    hint: 'Decide what a copy may do: {choices}. `docker-manual plan` shows every case.',
  },
  REDIRECT_REMOTE: {
    family: 'config',
    message: 'Ports of this environment are on {host}; the redirect reaches only those of this machine.',
    hint: 'Use the addresses in the variables (DM_<SERVICE>_HOST and _PORT, DATABASE_URL …), or a local engine.',
  },
  PROJECT_NAME_INVALID: {
    family: 'config',
    message: '"{name}" is no project name: {reason}.',
    hint: 'Use lowercase letters, digits, "-" and "_", for example --name shop.',
  },
  RESET_UNSUPPORTED: {
    family: 'config',
    message: '"{service}" has no {what}: {reason}.',
    hint: 'Leave it out, or give a command of your own for it: see docs/reset.md.',
  },
  CONTEXT_UNKNOWN: {
    family: 'config',
    message: 'There is no Docker context "{name}" ({source}).',
    hint: '`docker context ls` lists them.{suggestion}',
  },
  ENGINE_UNAVAILABLE: {
    family: 'engine',
    message: 'No Docker engine answers at {endpoint}: {reason}.',
    hint: 'Start Docker (Linux: sudo systemctl start docker; macOS and Windows: open Docker Desktop), let --start-engine try, or point DOCKER_HOST or DOCKER_CONTEXT at an engine.',
  },
  ENGINE_START_FAILED: {
    family: 'engine',
    message: 'No Docker engine answers at {endpoint}, and it could not be started:{attempts}',
    hint: 'Start Docker by hand, or point DOCKER_HOST or DOCKER_CONTEXT at an engine that runs.',
  },
  ENGINE_FORBIDDEN: {
    family: 'engine',
    message: 'The Docker engine at {endpoint} refuses this user: {reason}.',
    hint: 'Add the user to the group "docker" and log in again, or use a rootless engine.',
  },
  ENGINE_HUNG: {
    family: 'engine',
    message: 'The Docker engine at {endpoint} did not answer "{operation}" within {seconds} s.',
    hint: 'Restart Docker; what this run had made is removed by the next docker-manual command.',
  },
  ENGINE_FAILED: {
    family: 'engine',
    message: 'The Docker engine failed at "{operation}": {reason}',
    hint: 'The text above is the engine’s own; `docker info` and the engine’s log say more.',
  },
  ENGINE_BROKEN: {
    family: 'engine',
    message: 'The Docker engine at {endpoint} cannot do its part at "{operation}": {reason}',
    hint: 'Restart Docker (Linux: sudo systemctl restart docker): a reloaded firewall takes its rules away. After an update of the kernel, restart the machine.',
  },
  COMPOSE_UNAVAILABLE: {
    family: 'engine',
    message: 'Docker Compose 2.24.4 or later is needed: {reason}.',
    hint: 'Install the Compose plugin (package docker-compose-plugin, or Docker Desktop).',
  },
  IMAGE_UNAVAILABLE: {
    family: 'start',
    message: 'The image {image} of service "{service}" is neither here nor to be had: {reason}',
    hint: 'Check the name and tag, `docker login` for a private registry, or build it first.',
  },
  IMAGE_PLATFORM_MISSING: {
    family: 'start',
    message: 'The image {image} of service "{service}" does not exist for the platform of this engine: {reason}',
    hint: 'Set `platform: linux/amd64` for the service where the engine can emulate it, or take another image.',
  },
  REGISTRY_UNREACHABLE: {
    family: 'start',
    message: 'The image {image} of service "{service}" is not here, and its registry does not give it: {reason}',
    hint: 'Check the network, the proxy and the registry’s name. Offline, bring the image with `docker load`.',
  },
  REGISTRY_RATE_LIMITED: {
    family: 'start',
    message: 'The registry limits pulls; the image {image} of service "{service}" is not to be had now: {reason}',
    hint: '`docker login` raises the limit; a mirror, or an image that is pulled beforehand, avoids it.',
  },
  CREDENTIAL_HELPER_FAILED: {
    family: 'start',
    message: 'Docker could not get the credentials for the image {image} of service "{service}": {reason}',
    hint: 'Install or start the credential helper, or take "credsStore" and "credHelpers" out of ~/.docker/config.json.',
  },
  BUILD_FAILED: {
    family: 'start',
    message: 'Building service "{service}" by {dockerfile} failed{at}: {reason}{log}',
    hint: '`docker compose build {service}` with the same files shows the whole build log.',
  },
  CREATE_FAILED: {
    family: 'start',
    message: 'Compose could not create the containers of {project}: {reason}{evidence}',
    hint: 'The text above is Compose’s own; `docker compose create` with the same files repeats it.',
  },
  START_FAILED: {
    family: 'start',
    message: 'Service "{service}" could not be started: {reason}{evidence}',
    hint: 'Check its command, entrypoint and mounts in {file}.',
  },
  COMMAND_INVALID: {
    family: 'start',
    message: 'Service "{service}" cannot run "{command}": {reason}{evidence}',
    hint: 'Correct its command or entrypoint: is the program in the image, and may it be executed?',
  },
  MOUNT_INVALID: {
    family: 'start',
    message: 'A mount of service "{service}" is not possible: {reason}{evidence}',
    hint: 'Create the path or correct it; a file goes onto a file, a folder onto a folder. Docker Desktop also has to share it (Settings, Resources, File sharing).',
  },
  SERVICE_FAILED: {
    family: 'start',
    message: 'Service "{service}" {reason}.{evidence}',
    hint: 'Read its log above; `docker-manual start` again after the cause is mended.',
  },
  READY_TIMEOUT: {
    family: 'start',
    message: 'Not ready within {seconds} s: {services}.{evidence}',
    hint: 'Give more time with --wait-timeout, or mend the health check of what is named above.',
  },
  ROLLING_STOPPED: {
    family: 'start',
    message:
      'The rolling restart of {project} stopped at {container}: {reason} Restarted before it: {done}. Untouched: {untouched}.',
    hint: 'Mend the cause, then repeat it; `docker-manual restart` without --rolling makes a container anew that does not come back.',
  },
  UPDATE_FAILED: {
    family: 'start',
    message: '{project} was not {what}: {reason} {after}.{evidence}',
    hint: 'Mend what is named, then repeat it; `docker-manual history {project}` has each step.',
  },
  IMAGE_GONE: {
    family: 'start',
    message: 'Service "{service}" of {project} ran the image {image} ({id}), which is not on this engine any more.',
    hint: 'Pull or load that image again by its digest, or go on with `docker-manual update`.',
  },
  UPDATE_UNFIT: {
    family: 'lease',
    message: '{project} cannot be changed in its place: {reason}.',
    hint: 'Start a new environment; for a shared one `docker-manual update --swap` makes it beside the old one.',
  },
  NOTHING_TO_ROLL_BACK: {
    family: 'lease',
    message: 'Nothing is kept that {project} could be rolled back to: {reason}.',
    hint: 'The state before the last update or rebuild is kept, of shared environments and those for dev and prod.',
  },
  HOOK_FAILED: {
    family: 'start',
    message: 'The hook {hook} ({command}) {reason}.{said}{evidence}',
    hint: 'Run it by itself in the folder of the compose file; `docker-manual env` gives the variables that it had.',
  },
  SEED_GONE: {
    family: 'start',
    message: 'The prepared data of service "{service}" was removed while it was copied.{evidence}',
    hint: 'Somebody has purged it at that moment. Start again: it is prepared anew.',
  },
  RESET_FAILED: {
    family: 'start',
    message: 'Service "{service}" of {project}: {what} failed: {reason}',
    hint: 'The text is what the command in the container said. The data may be as it was, or half done: mend the cause and reset again.',
  },
  PORT_CONFLICT: {
    family: 'start',
    message: 'Port {port} for service "{service}" is held by {holder}{tried}.{evidence}',
    hint: 'Stop that holder, or choose other ports with --ports FIRST-LAST or --port-mode.',
    alternative: 'ports',
  },
  ADDRESS_NOT_ON_HOST: {
    family: 'start',
    message: 'The engine’s machine has no address {address} to publish service "{service}" on.{evidence}',
    hint: 'Name the engine in DOCKER_HOST by an address of its own machine.',
  },
  NAME_CONFLICT: {
    family: 'start',
    message: 'The {kind} name "{name}" is taken by {holder}.{evidence}',
    hint: 'Remove or rename that {kind} if it is yours; docker-manual leaves it as it is.',
  },
  SUBNET_CONFLICT: {
    family: 'start',
    message: 'A network of {project} overlaps with {holder}{tried}.{evidence}',
    hint: 'Choose another pool with --network-pool 10.232.0.0/16; `docker network ls` and `ip route` show what is taken.',
    alternative: 'subnets',
  },
  NETWORK_FULL: {
    family: 'start',
    message: 'The network {network} has no address left for service "{service}".{evidence}',
    hint: 'Give it a larger subnet, or take other containers off it (`docker network inspect {network}`).',
  },
  ISOLATION_BROKEN: {
    family: 'start',
    message: 'Service "{service}" has {what}, which its lease does not hold.{evidence}',
    hint: 'This is a bug of docker-manual: please report it with the output of `docker-manual start --json`.',
  },
  LEASE_NOT_FOUND: {
    family: 'lease',
    message: 'There is no environment {name}.',
    hint: '`docker-manual status` lists them, `docker-manual start` makes one.{suggestion}',
  },
  LEASE_AMBIGUOUS: {
    family: 'lease',
    message: '{count} environments match: {names}.',
    hint: 'Name one of them, or use --all.',
  },
  ENVIRONMENT_BROKEN: {
    family: 'lease',
    message: 'The shared environment {project} is not what it was: {reason} It is still used by {users}.',
    hint: 'Stop it by name (`docker-manual stop {project}`) and start again.',
  },
  LEASE_LOST: {
    family: 'lease',
    message: 'The lease of {project} is no longer ours (generation {generation}): it was released or taken over.',
    hint: 'Acquire a new environment; `docker-manual status` shows what is held now.',
  },
  ENVIRONMENT_CHANGED: {
    family: 'lease',
    message: '{project} is no longer what its lease says: {what}.',
    hint: 'Nothing was touched. `docker-manual restart {project}` brings services back; else acquire a new environment.',
  },
  STORE_TOO_NEW: {
    family: 'lease',
    message: 'The state database {file} has version {version}; this docker-manual knows up to {known}.',
    hint: 'Upgrade docker-manual, or use another folder with --state-dir.',
  },
  STORE_DAMAGED: {
    family: 'lease',
    message: 'The state database {file} is damaged: {reason}{aside}.',
    hint: 'Environments run on; the next call begins a new database and finds them again by their labels.',
  },
  STORE_LOST: {
    family: 'lease',
    message: 'The state database {file} was deleted or replaced while it was in use.',
    hint: 'Environments run on; the next call begins a new database and finds them again by their labels.',
  },
  STORE_BUSY: {
    family: 'lease',
    message: 'The state database {file} was locked for {seconds} s by {holder}.',
    hint: 'Try again; should that process hang, end it, and the lock goes with it.',
  },
  STORE_READ_ONLY: {
    family: 'lease',
    message: 'The state folder cannot be written: {file}: {reason}.',
    hint: 'Make it writable for this user, or name another with --state-dir or DOCKER_MANUAL_HOME.',
  },
  STORE_DRIVER_UNFIT: {
    family: 'lease',
    message: 'better-sqlite3 {version} would crash Node {node}; version {needed} is needed.',
    hint: 'npm install better-sqlite3@{needed}',
  },
  STATE_DIR_UNUSABLE: {
    family: 'lease',
    message: 'The state folder {folder} cannot be used: {reason}.',
    hint: 'Name another with --state-dir or DOCKER_MANUAL_HOME.',
  },
  SNAPSHOT_MISFIT: {
    family: 'lease',
    message: 'The snapshot {name} does not fit {project}, service "{service}": {reason}.',
    hint: 'Restore it into an environment of the same files and images, or save a new one.',
  },
  VOLUMES_NOT_FOUND: {
    family: 'lease',
    message: 'There is no seed, snapshot or kept volume {name}.',
    hint: '`docker-manual volumes list` shows what there is.',
  },
  OBJECT_IN_USE: {
    family: 'cleanup',
    message: 'The {kind} {name} is in use by {holder}.',
    hint: 'Stop what uses it; `docker-manual clean` then removes it.',
  },
  RELEASE_INCOMPLETE: {
    family: 'cleanup',
    message: 'Not everything of {project} could be removed; left: {left}.{evidence}',
    hint: 'The lease is kept; `docker-manual clean` tries again.',
  },
  STORE_FULL: {
    family: 'capacity',
    message: 'The disk of {file} is full: {reason}.',
    hint: 'Make room there; until then nothing is started, but `docker-manual stop` and `docker-manual clean` go on working.',
  },
  PORTS_EXHAUSTED: {
    family: 'capacity',
    message: 'No {count} ports in a row are free in {range} ({held} held by {leases} leases).',
    hint: 'Stop an environment (`docker-manual status`), or choose another range with --ports FIRST-LAST.',
  },
  SUBNETS_EXHAUSTED: {
    family: 'capacity',
    message: 'No free /{prefix} network is left in {pool}.',
    hint: 'Stop an environment, or choose another pool with --network-pool 10.232.0.0/16.',
  },
  NETWORKS_EXHAUSTED: {
    family: 'capacity',
    message: 'The engine has no address pool left for another network: {reason}',
    hint: 'Remove unused networks, or choose another pool with --network-pool 10.232.0.0/16.',
    alternative: 'subnets',
  },
  ENGINE_DISK_FULL: {
    family: 'capacity',
    message: 'The disk of the engine is full: {reason}{evidence}',
    hint: '`docker system df` shows what Docker takes there, `df` what else does; remove images and volumes that nobody needs.',
  },
  MEMORY_FULL: {
    family: 'capacity',
    message: 'No room for {name}: it needs {needs}{estimated}, and {free}; {held}.',
    hint: 'Wait for room (without --no-queue), stop an environment (`docker-manual status`), or raise --memory-budget or --max-environments.',
  },
  QUEUE_TIMEOUT: {
    family: 'capacity',
    message:
      'No room for {name} within {seconds} s: it was {position} of {of} in the queue, needs {needs}{estimated}, and {free}; {held}.',
    hint: 'Stop an environment (`docker-manual status`), wait longer with --queue-timeout, or raise --memory-budget or --max-environments.',
  },
  MEMORY_TOO_SMALL: {
    family: 'capacity',
    message: '{name} can never start here: it needs {needs}{estimated}, and the whole budget is {budget}.',
    hint: 'Lower the memory limits of its services, start fewer with --profile, or raise --memory-budget or --max-environments.',
  },
  EXCLUSIVE_HELD: {
    family: 'capacity',
    message: '{project} ({owner}) holds {what}, which only one environment of this machine may have.',
    hint: 'Wait for it or stop it: `docker-manual stop {project}`. A service on the host’s network can be taken off it with --host-network convert.',
  },
  ABORTED: {
    family: 'aborted',
    message: 'Stopped by {by} while {step}.',
    hint: 'Everything that was made has been removed.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** The steps of an acquire, in order, and those of a reset and a release. */
export type Step =
  | 'engine'
  | 'sweep'
  | 'resolve'
  | 'claim'
  | 'queue'
  | 'images'
  | 'create'
  | 'copy'
  | 'seed'
  | 'start'
  | 'verify'
  | 'hook'
  | 'reset'
  | 'release';

/** A code of the {@link CATALOGUE}; docs/errors.md has each with its message and what to do. */
export type ErrorCode = keyof typeof CATALOGUE;

/** What may be allocated anew against such a failure; undefined where that would not help. */
export function alternativeFor(code: ErrorCode): Alternative | undefined {
  const entry: CatalogueEntry = CATALOGUE[code];
  return entry.alternative;
}

export type ErrorParams = Readonly<Record<string, string | number>>;

interface ErrorOptions {
  readonly cause?: unknown;
  readonly step?: Step | undefined;
  readonly dossier?: string | undefined;
}

interface ErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly params: ErrorParams;
  readonly step: Step | null;
  readonly dossier: string | null;
}

/**
 * The one error of this project. Anything else that is thrown is a bug.
 *
 * `params` never hold secrets: they are printed, logged and stored. Much of them is what programs and files say: control
 * characters are taken out.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly hint: string;
  /** Where in an acquire or release it happened; set by the use case. */
  step?: Step;
  /** What a command exits with (2 config, 3 engine, 4 start, 5 lease, 6 cleanup, 7 capacity, 130 aborted). */
  readonly exitCode: number;
  /** Folder with everything that the failed environment has left behind: logs, states, events. */
  readonly dossier?: string;

  constructor(code: ErrorCode, params: ErrorParams = {}, options: ErrorOptions = {}) {
    const plain = plainParams(params);
    super(fill(CATALOGUE[code].message, plain), options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.params = plain;
    if (options.step) this.step = options.step;
    if (options.dossier) this.dossier = options.dossier;
    this.hint = fill(CATALOGUE[code].hint, plain);
    this.exitCode = EXIT_CODES[CATALOGUE[code].family];
  }

  /** As `--json` prints it; without stack and cause. */
  toJSON(): ErrorJson {
    const { code, message, hint, params, step = null, dossier = null } = this;
    return { code, message, hint, params, step, dossier };
  }
}

function plainParams(params: ErrorParams): ErrorParams {
  const plain = (value: string | number) => (typeof value === 'string' ? plainText(value) : value);
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, plain(value)]));
}

function fill(template: string, params: ErrorParams): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => String(params[key] ?? ''));
}
