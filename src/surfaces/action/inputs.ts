import { resolve } from 'node:path';
import {
  type AcquireOptions,
  ENTRIES,
  EnvironmentError,
  type ManagerOptions,
  type OptionName,
  suggest,
} from '../../index.js';
import { composeFlags, downFlags, type FlagSettings, upFlags } from './compose-flags.js';

/** When the logs of the services are printed at the end of the job. */
const LOGS = ['on-failure', 'always', 'never'] as const;

interface Input {
  readonly meaning: string;
  /** As it is written in action.yml, for people: what counts when the input is empty. */
  readonly otherwise?: string;
  /** @throws a string that says what is wrong with the text */
  readonly read: (text: string) => unknown;
}

/**
 * Every input of the Action, stated once. action.yml, docs/action.md and the reading below are held against this table
 * by a test. What is left empty is what the config file says, else the default.
 */
export const INPUTS = {
  'compose-file': { meaning: 'compose files, one a line', otherwise: 'as Compose finds it', read: lines },
  services: { meaning: 'only these services and what they depend on', otherwise: 'all', read: words },
  profiles: { meaning: 'profiles to include', read: words },
  'env-files': { meaning: 'files with variables for the compose file, one a line', read: lines },
  env: { meaning: 'variables for the compose file, NAME=value, one a line', read: variables },
  cwd: { meaning: 'folder that paths count from', otherwise: 'the workspace', read: one },
  name: option('name'),
  variant: option('variant'),
  'wait-timeout': option('waitTimeout'),
  ttl: {
    meaning: 'how long the environment may live at most; it ends with the job',
    otherwise: '6h',
    read: entry('ttl').read,
  },
  ports: option('ports'),
  'exclude-ports': option('excludePorts'),
  'port-mode': option('portMode'),
  'network-pool': option('networkPool'),
  'memory-budget': option('memoryBudget'),
  'max-environments': option('maxEnvironments'),
  priority: option('priority'),
  'state-dir': option('stateDir'),
  accelerate: { ...option('noAccelerate'), meaning: 'probe more often while services start' },
  'start-engine': option('startEngine'),
  external: option('external'),
  'host-network': option('hostNetwork'),
  binds: option('binds'),
  foreign: option('foreign'),
  'keep-on-failure': option('keepOnFailure'),
  'pull-attempts': {
    meaning: 'how often a start is tried whose pull fails for a reason that may pass',
    otherwise: '3',
    read: entry('limit').read,
  },
  export: { meaning: 'set the variables for the steps that follow', otherwise: 'true', read: entry('json').read },
  'add-path': {
    meaning: 'let the steps that follow run `docker-manual`',
    otherwise: 'true',
    read: entry('json').read,
  },
  logs: {
    meaning: `when to print what the services have logged, at the end of the job: ${LOGS.join(', ')}`,
    otherwise: 'on-failure',
    read: oneOf(LOGS),
  },
  'logs-folder': {
    meaning: 'folder for logs and evidence, ready to be uploaded',
    otherwise: "one in the runner's temporary folder",
    read: one,
  },
  'up-flags': { meaning: 'flags of `docker compose up`, for who comes from another action', read: upFlags },
  'down-flags': { meaning: 'flags of `docker compose down`; all of them are what happens anyway', read: downFlags },
  'compose-flags': {
    meaning: 'flags of `docker compose`: --profile, --env-file, --file, --project-name',
    read: composeFlags,
  },
  'job-status': { meaning: 'not to be set: how the job has gone', read: one },
} as const satisfies Record<string, Input>;

export type InputName = keyof typeof INPUTS;

/** What the user asks for. */
export interface ActionInputs {
  readonly manager: Omit<ManagerOptions, 'onProgress'>;
  readonly acquire: AcquireOptions;
  readonly pullAttempts: number;
  readonly export: boolean;
  readonly addPath: boolean;
  readonly logs: (typeof LOGS)[number];
  /** Absolute; undefined for one of ours. */
  readonly logsFolder: string | undefined;
  /** The runner's word for it: "success", "failure", "cancelled". */
  readonly jobStatus: string;
}

/** The Action's lease ends with its job at the latest; jobs of GitHub's own runners end after this long. */
const LONGEST_JOB = 6 * 60 * 60_000;
const PULL_ATTEMPTS = 3;

/**
 * From INPUT_* to typed options.
 *
 * @throws INPUT_INVALID with the likeliest value
 */
export function readInputs(env: NodeJS.ProcessEnv): ActionInputs {
  const given = Object.fromEntries(Object.keys(INPUTS).flatMap((name) => readInput(name as InputName, env)));
  const value = <T>(name: InputName) => given[name] as T | undefined;
  const workspace = env.GITHUB_WORKSPACE || process.cwd();
  const cwd = resolve(workspace, value<string>('cwd') ?? '.');
  const folder = value<string>('logs-folder');
  const flags = { ...value<FlagSettings>('compose-flags'), ...value<FlagSettings>('up-flags') };
  return {
    manager: {
      cwd,
      env: { ...env, ...value<NodeJS.ProcessEnv>('env') },
      ...defined({
        ports: value<string>('ports'),
        excludePorts: value<string>('exclude-ports'),
        networkPool: value<string>('network-pool'),
        memoryBudget: value<string>('memory-budget'),
        maxEnvironments: value<number>('max-environments'),
        stateDir: value<string>('state-dir'),
      }),
    },
    acquire: {
      cwd,
      ttl: value<number | null>('ttl') === undefined ? LONGEST_JOB : (value<number | null>('ttl') ?? null),
      owner: 'GitHub Action',
      ...defined({
        files: value<string[]>('compose-file') ?? flags.files,
        only: value<string[]>('services'),
        profiles: value<string[]>('profiles') ?? flags.profiles,
        envFiles: value<string[]>('env-files') ?? flags.envFiles,
        name: value<string>('name') ?? flags.name,
        variant: value<string>('variant'),
        waitTimeout: value<number>('wait-timeout') ?? flags.waitTimeout,
        priority: value<number>('priority'),
        portMode: value<AcquireOptions['portMode']>('port-mode'),
        accelerate: value<boolean>('accelerate'),
        startEngine: value<boolean>('start-engine'),
        keepOnFailure: value<boolean>('keep-on-failure'),
        decisions: decisions(given),
      }),
    },
    pullAttempts: value<number>('pull-attempts') ?? PULL_ATTEMPTS,
    export: value<boolean>('export') ?? true,
    addPath: value<boolean>('add-path') ?? true,
    logs: value<ActionInputs['logs']>('logs') ?? 'on-failure',
    logsFolder: folder === undefined ? undefined : resolve(workspace, folder),
    jobStatus: value<string>('job-status') ?? '',
  };
}

/** Of how many lines the text is made does not matter to any input: what is empty is not given. */
function readInput(name: InputName, env: NodeJS.ProcessEnv): [InputName, unknown][] {
  const text = (env[`INPUT_${name.toUpperCase()}`] ?? '').trim();
  if (text === '') return [];
  try {
    return [[name, INPUTS[name].read(text)]];
  } catch (reason) {
    if (typeof reason !== 'string') throw reason;
    throw new EnvironmentError('INPUT_INVALID', { input: name, reason });
  }
}

function decisions(given: Readonly<Record<string, unknown>>): AcquireOptions['decisions'] | undefined {
  const { external, 'host-network': hostNetwork, binds, foreign } = given;
  const made = defined({ external, hostNetwork, binds, foreign });
  return Object.keys(made).length === 0 ? undefined : (made as AcquireOptions['decisions']);
}

/** An input that is an option of the command line as well. */
function option(name: OptionName): Input {
  const { meaning, default: usual, otherwise = usual } = ENTRIES[name];
  return { meaning, ...(otherwise === undefined ? {} : { otherwise }), read: entry(name).read };
}

function entry(name: OptionName): Pick<Input, 'read'> {
  const { value } = ENTRIES[name];
  const repeats = value.form !== undefined;
  return {
    read(text) {
      let read: unknown;
      for (const part of repeats ? words(text) : [one(text)]) {
        read = value.read(part, read);
        if (read === undefined) throw `"${part}" ${value.wrong}${meant(part, value.choices ?? [])}`;
      }
      return read;
    },
  };
}

function oneOf(choices: readonly string[]): Input['read'] {
  return (text) => {
    if (choices.includes(text)) return text;
    throw `"${text}" is none of ${choices.join(', ')}${meant(text, choices)}`;
  };
}

function meant(text: string, choices: readonly string[]): string {
  const near = suggest(text, choices);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function one(text: string): string {
  if (/[\r\n\0]/.test(text)) throw 'it takes one line';
  return text;
}

function lines(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function variables(text: string): Record<string, string> {
  const pairs = lines(text).map((line) => {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw 'a line is not NAME=value'; // it may be a secret: not shown
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what was not given, which is another thing than undefined to the manager. */
function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
