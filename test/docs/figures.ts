import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from './pages.js';

const FOLDER = `${ROOT}bench/results/`;
const FILES = readdirSync(FOLDER).sort();

interface Machine {
  readonly node: string;
  readonly cores: number;
  readonly load: readonly number[];
}

/** What bench/start.mjs keeps of one way: runs with milliseconds up and down. */
type Runs = readonly {
  readonly up?: number;
  readonly down?: number;
  readonly total?: number;
  readonly remove?: number;
}[];

function raw<T>(file: string): T {
  return JSON.parse(readFileSync(FOLDER + file, 'utf8')) as T;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return ((sorted[middle] ?? Number.NaN) + (sorted[sorted.length % 2 === 1 ? middle : middle - 1] ?? Number.NaN)) / 2;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const seconds = (ms: number) => (Number.isNaN(ms) ? '–' : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`);
const whole = (ms: number) => `${Math.round(ms)} ms`;
const spread = (values: readonly number[]) => `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`;

function startTable(up: boolean): string {
  const { results } = raw<{ results: Record<string, Record<string, Runs>> }>('start.json');
  const ways = ['ours', 'uncached', 'command', 'compose', 'testcontainers', 'floor'];
  const figure = (runs: Runs = []) =>
    seconds(median(runs.map((run) => (up ? (run.up ?? run.total) : (run.down ?? run.remove)) ?? Number.NaN)));
  return table(
    [
      'stack',
      'in a program',
      '… nothing cached',
      '`docker-manual` command',
      '`docker compose`',
      'testcontainers-node',
      'engine alone',
    ],
    Object.entries(results).map(([name, by]) => [name, ...ways.map((way) => figure(by[way]))]),
  );
}

function readiness(): string {
  interface Verdict {
    readonly right: boolean;
    readonly ms: number;
  }
  const { results } = raw<{
    results: { name: string; expected: string; ours: Verdict; compose: Verdict; testcontainers: Verdict }[];
  }>('readiness.json');
  const cell = ({ right, ms }: Verdict) => `${right ? '' : '**wrong**, '}${seconds(ms)}`;
  const right = (tool: 'ours' | 'compose' | 'testcontainers') =>
    `${results.filter((each) => each[tool].right).length} of ${results.length}`;
  return table(
    ['situation', 'right answer', 'docker-manual', '`docker compose up --wait`', 'testcontainers-node'],
    [
      ['**right**', '', right('ours'), right('compose'), right('testcontainers')],
      ...results.map((each) => [
        each.name,
        each.expected,
        cell(each.ours),
        cell(each.compose),
        cell(each.testcontainers),
      ]),
    ],
  );
}

/** Milliseconds by name, each a list of runs. */
function runs(samples: object): string {
  const rows = Object.entries(samples).filter(([, values]) => Array.isArray(values) && typeof values[0] === 'number');
  return table(
    ['what', 'median', 'least–most', 'runs'],
    rows.map(([name, values]) => [name, whole(median(values)), spread(values), String(values.length)]),
  );
}

function capacity(): string {
  const ours = raw<{ copies: number; acquires: number[]; releaseMs: number }>('capacity.json');
  const compose = raw<{ copies: number; failure: string }>('capacity-compose.json');
  const at = (from: number, to: number) => whole(median(ours.acquires.slice(from, to)));
  return table(
    ['', 'copies at once', 'one acquire, first 20', 'last 20', 'ended by'],
    [
      ['docker-manual', String(ours.copies), at(0, 20), at(-20, ours.acquires.length), 'the end of the bench'],
      [
        '`docker compose`',
        String(compose.copies),
        '–',
        '–',
        /[^:]*$/
          .exec(compose.failure)?.[0]
          .trim()
          .replace(/ among.*/, '') ?? '',
      ],
    ],
  );
}

function rowsOf(file: string): string {
  const { head, rows } = raw<{ head: string[]; rows: (string | number)[][] }>(file);
  return table(
    head,
    rows.map((cells) => cells.map((cell) => String(cell).split('\n')[0]?.replaceAll('|', '\\|') ?? '')),
  );
}

function runners(): string {
  const { suites, deaths } = raw<{
    suites: { runner: string; node: number; codes: number[] }[];
    deaths: { cleanMs?: number | null | (number | null)[] }[];
  }>('runners.json');
  const green = suites.filter(({ codes }) => codes.every((code) => code === 0));
  const clean = deaths.flatMap(({ cleanMs = [] }) => cleanMs);
  const known = clean.filter((ms) => ms !== null);
  return table(
    ['what', 'figure'],
    [
      ['runners × versions of Node', `${green.length} of ${suites.length} green`],
      ['deaths of runners after which nothing was left', `${known.length} of ${clean.length}`],
      ['from the death to nothing left: median, longest', `${seconds(median(known))}, ${seconds(Math.max(...known))}`],
    ],
  );
}

/** What bench/warm.mjs keeps of one way; of `node` only milliseconds. */
type WarmRuns = readonly ({ readonly total: number; readonly acquired?: number } | number)[];

function warm() {
  const { results } = raw<{ results: { pool: Record<string, WarmRuns> } }>('warm.json');
  const { pool = [], command = [], node = [], cold = [], testcontainers = [], compose = [] } = results.pool;
  return {
    pool: pool.flatMap((run) => (typeof run === 'number' ? [] : [run])),
    command,
    node,
    cold,
    testcontainers,
    compose,
  };
}

const totals = (of: WarmRuns) => of.map((run) => (typeof run === 'number' ? run : run.total));

/** The figures of a name in docs/performance.md. */
export const FIGURES: Readonly<Record<string, () => string>> = {
  'start.json, to ready': () => startTable(true),
  'start.json, to the end': () => startTable(false),
  'stop.json': () => runs(raw('stop.json')),
  'readiness.json': readiness,
  'capacity.json': capacity,
  'cli.json': () => runs(raw('cli.json')),
  'runner.json': () => {
    const { samples, addedMs } = raw<{ samples: Record<string, { call: number }[]>; addedMs: number }>('runner.json');
    const calls = Object.entries(samples).map(([name, each]) => [name, each.map(({ call }) => call)]);
    return `${runs(Object.fromEntries(calls))}\n\nWhat the setup adds to the acquire: ${whole(addedMs)}.`;
  },
  'runners.json': runners,
  'reset.json': () => runs(raw<{ samples: object }>('reset.json').samples),
  'warm.json': () => {
    const found = warm();
    const { pool } = found;
    const names = {
      pool: 'from a pool, to both answers',
      command: '… by `docker-manual start --pool`, the whole process',
      node: 'an empty Node process',
      cold: 'our cold start, to both answers',
      testcontainers: 'testcontainers-node, to its return',
      compose: '`docker compose up --wait`, to its return',
    } as const;
    const times = Object.entries(names).map(([key, name]) => [name, totals(found[key as keyof typeof names])]);
    const slowest = totals(pool).toSorted((a, b) => a - b)[Math.ceil(pool.length * 0.99) - 1] ?? Number.NaN;
    const acquired = median(pool.map((run) => run.acquired ?? Number.NaN));
    const told = `99 of 100 from a pool within ${whole(slowest)}. The acquire alone: ${acquired.toFixed(1)} ms; the rest is the queries.`;
    return `${runs(Object.fromEntries(times))}\n\n${told}`;
  },
  'warm-seeded.json': () => {
    type Samples = Record<'migrated' | 'seeded', { ms: number }[]>;
    const { ratio, clean, ...samples } = raw<Samples & { ratio: number; clean: boolean }>('warm-seeded.json');
    const times = (['migrated', 'seeded'] as const).map((name) => [name, samples[name].map(({ ms }) => ms)]);
    const told = `Seeded against migrated: ${ratio.toFixed(2)}. Data of another environment seen: ${clean ? 'never' : 'yes'}.`;
    return `${runs(Object.fromEntries(times))}\n\n${told}`;
  },
  'queue.json': () => {
    const queue = raw<Record<string, unknown>>('queue.json');
    const told = ['ready', 'waited', 'killed', 'failed', 'overtaken', 'mostContainers', 'oomEvents'];
    return table(told, [told.map((key) => String(queue[key]))]);
  },
  'chaos-peers.json': () => rowsOf('chaos-peers.json'),
  'chaos-kills.json': () => rowsOf('chaos-kills.json'),
  'chaos-store.json': () => rowsOf('chaos-store.json'),
  'chaos-engine.json': () => rowsOf('chaos-engine.json'),
  'chaos-pool.json': () => rowsOf('chaos-pool.json'),
  'all files': () =>
    table(
      ['file', 'Node', 'cores', 'load at the end (1, 5, 15 min)'],
      FILES.map((file) => {
        const { machine } = raw<{ machine?: Machine }>(file);
        return machine
          ? [`\`${file}\``, machine.node, String(machine.cores), machine.load.join(', ')]
          : [`\`${file}\``, 'not kept', '–', '–'];
      }),
    ),
};

/** Cells of README's table that come from a file; each is `docker-manual | docker compose | testcontainers-node | dockest`. */
export function comparison(): string[] {
  const { results } = raw<{ results: { [tool: string]: { right: boolean } }[] }>('readiness.json');
  const right = ['ours', 'compose', 'testcontainers'].map(
    (tool) => `${results.filter((each) => each[tool]?.right).length} of ${results.length}`,
  );
  const { rows } = raw<{ rows: string[][] }>('chaos-peers.json');
  const left = rows.map(([, deaths, leaving]) => `${leaving} of ${deaths}`);
  const start = raw<{ results: Record<string, Record<string, Runs>> }>('start.json').results;
  const up = (stack: string, way: string) =>
    `${(median((start[stack]?.[way] ?? []).map((run) => run.up ?? Number.NaN)) / 1000).toFixed(1)} s`;
  const [one, six] = ['one service, 1 s interval', 'six in four levels, 10 s interval'];
  const stop = raw<Record<string, number[]>>('stop.json');
  const end = (way: string) => `${(median(stop[way] ?? []) / 1000).toFixed(1)} s`;
  const fromPool = `${(median(totals(warm().pool)) / 1000).toFixed(3)} s`;
  const up2 = (way: 'compose' | 'testcontainers') => `${(median(totals(warm()[way])) / 1000).toFixed(1)} s`;
  const copies = ['capacity.json', 'capacity-compose.json'].map((file) => String(raw<{ copies: number }>(file).copies));
  return [
    [...right, '–'],
    left,
    [up(one, 'ours'), up(one, 'compose'), up(one, 'testcontainers'), '–'],
    [up(six, 'ours'), up(six, 'compose'), '–', '–'],
    [fromPool, up2('compose'), up2('testcontainers'), '–'],
    [end('release'), end('docker compose down'), '–', '–'],
    [...copies, '–', '–'],
  ].map((cells) => `| ${cells.join(' | ')} |`);
}
