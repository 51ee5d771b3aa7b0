// What a fresh build costs, and whether it is ever stale: node bench/build.mjs [--runs N] [--edits N]
//
// Three cases (dependencies only, code change, full) by `rebuild()` in a process that has worked before, by the command
// `docker-manual rebuild`, by `docker compose build` and `docker compose build --no-cache`, each in a tree of its own; a case's change is new in each run. Installing takes
// INSTALL s, compiling COMPILE s. Then random edits of a tree, after each of which the image must hold what the tree does:
// also by `docker compose build`, on the same edits. Ratios are of medians of one run of this bench; raw runs go to
// bench/results/build.json.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManager } from '../dist/index.js';
import { must } from './support/command.mjs';
import { against, alternate, keep, median, numberOption } from './support/figures.mjs';

const TARGET = 0.25;
const INSTALL = 4;
const COMPILE = 0.3;
const runs = numberOption('--runs', 3);
const edits = numberOption('--edits', 10);
const base = process.env.FIXTURE_IMAGE ?? 'dm-test-fixture';
const cli = new URL('../dist/surfaces/cli/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'dm-build-bench-'));
let serial = 0;

function tree(name, dockerfile) {
  const root = join(folder, name);
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'compose.yml'), `services: { app: { image: "dm-bench-${name}", build: . } }\n`);
  writeFileSync(join(root, 'Dockerfile'), dockerfile);
  writeFileSync(join(root, '.dockerignore'), 'compose.yml\n*.log\n');
  writeFileSync(join(root, 'deps.lock'), `${process.pid} ${name}`);
  for (let i = 0; i < 20; i++) writeFileSync(join(root, 'src', `file${i}`), `content ${i}`);
  return root;
}

const STAGES = `FROM ${base} AS deps
COPY deps.lock /
RUN sleep ${INSTALL}
FROM deps
COPY . /app
RUN sleep ${COMPILE}
`;

const CASES = {
  unchanged: () => {},
  code: (root) => writeFileSync(join(root, 'src/file0'), `edit ${serial++}`),
  dependencies: (root) => writeFileSync(join(root, 'deps.lock'), `${process.pid} ${root} ${serial++}`),
};

/** Of a program that has worked before; the others are commands. */
const inProgram = createManager({ stateDir: join(folder, 'state'), watchdog: false, onProgress: () => {} });

async function build(builder, root) {
  if (builder) return (await must(...builder(root))).ms;
  const began = performance.now();
  await inProgram.rebuild({ files: [join(root, 'compose.yml')], cwd: root });
  return Math.round(performance.now() - began);
}

const BUILDERS = {
  'in a program': undefined,
  'docker-manual': (root) => [
    process.execPath,
    [cli, 'rebuild', '--state-dir', join(folder, 'state'), '-f', join(root, 'compose.yml')],
  ],
  'docker-manual --no-cache': (root) => [
    process.execPath,
    [cli, 'rebuild', '--no-cache', '--state-dir', join(folder, 'state'), '-f', join(root, 'compose.yml')],
  ],
  compose: (root) => ['docker', ['compose', '-f', join(root, 'compose.yml'), 'build', '--quiet']],
  'compose --no-cache': (root) => [
    'docker',
    ['compose', '-f', join(root, 'compose.yml'), 'build', '--quiet', '--no-cache'],
  ],
};

async function measure() {
  const roots = Object.fromEntries(Object.keys(BUILDERS).map((name, i) => [name, tree(`t${i}`, STAGES)]));
  const samples = {};
  for (const [name, builder] of Object.entries(BUILDERS)) await build(builder, roots[name]);
  for (const [what, change] of Object.entries(CASES)) {
    samples[what] = await alternate(
      runs,
      Object.entries(BUILDERS).map(([name, builder]) => ({
        name,
        run: async () => {
          change(roots[name]);
          return build(builder, roots[name]);
        },
      })),
    );
  }
  return samples;
}

/** Path, mode and hash of everything that goes to the image. */
function contentOf(root) {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => path !== join(root, 'compose.yml') && !/^[^/]*\.log$/.test(path.slice(root.length + 1)))
    .map((path) => {
      const stat = statSync(path);
      const hash = stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : 'folder';
      return `.${path.slice(root.length)} ${(stat.mode & 0o777).toString(8)} ${hash}`;
    })
    .sort()
    .join('\n');
}

async function contentOfImage(image) {
  const script = `cd /app; find . -mindepth 1 | while read -r p; do if [ -f "$p" ]; then h=$(sha256sum < "$p" | cut -c1-64); else h=folder; fi; echo "$p $(stat -c %a "$p") $h"; done`;
  const { stdout } = await must('docker', [
    'run',
    '--rm',
    '--network',
    'none',
    '--entrypoint',
    'sh',
    image,
    '-c',
    script,
  ]);
  return stdout.trim().split('\n').sort().join('\n');
}

/** A generator of numbers from 0 to 1 that gives the same for the same seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Whole milliseconds, since no finer time can be set again. */
const stamped = (file) => utimesSync(file, new Date(), new Date());

const EDITS = {
  content: (file, next) => {
    writeFileSync(file, `edit ${next()} ${serial++}`);
    stamped(file);
  },
  'same size and time': (file) => {
    const { mtime, size } = statSync(file);
    writeFileSync(file, String(serial++).padStart(size, '#').slice(-size));
    utimesSync(file, mtime, mtime);
  },
  mode: (file) => chmodSync(file, (statSync(file).mode & 0o777) ^ 0o111),
  rename: (file) => renameSync(file, `${file}-${serial++}`),
  new: (file) => writeFileSync(`${file}+${serial++}`, 'new'),
  ignored: (file) => writeFileSync(join(file, '../../x.log'), String(serial++)),
  nothing: () => {},
};

async function randomEdits() {
  const root = tree('edited', `FROM ${base}\nCOPY . /app\n`);
  const manager = createManager({ stateDir: join(folder, 'state'), watchdog: false, onProgress: () => {} });
  const next = random(20261121);
  const stale = { 'docker-manual': [], compose: [] };
  try {
    for (let i = 0; i < edits; i++) {
      const files = readdirSync(join(root, 'src'));
      const kinds = Object.keys(EDITS);
      const kind = kinds[i % kinds.length];
      EDITS[kind](join(root, 'src', files[Math.floor(next() * files.length)]), next);
      const { images } = await manager.rebuild({ files: [join(root, 'compose.yml')], cwd: root });
      const expected = contentOf(root);
      if ((await contentOfImage(images.app)) !== expected) stale['docker-manual'].push({ i, kind });
      await must(...BUILDERS.compose(root));
      if ((await contentOfImage('dm-bench-edited')) !== expected) stale.compose.push({ i, kind });
    }
    await manager.clean({ all: true });
  } finally {
    await manager.close();
  }
  return stale;
}

try {
  const samples = await measure();
  const of = (what, name) => median(samples[what][name]);
  for (const what of Object.keys(CASES)) {
    console.log(
      `${what}: ${Object.keys(BUILDERS)
        .map((name) => `${name} ${of(what, name)} ms`)
        .join(', ')}`,
    );
  }
  const noCache = of('code', 'compose --no-cache');
  const ratio = of('code', 'in a program') / noCache;
  const commandRatio = of('code', 'docker-manual') / noCache;
  console.log(
    `a code change, against --no-cache: ${against(ratio, TARGET)}; by the command ${commandRatio.toFixed(2)}`,
  );
  const stale = await randomEdits();
  console.log(
    `stale after ${edits} edits: docker-manual ${stale['docker-manual'].length} (target 0), docker compose build ${stale.compose.length}`,
  );
  keep('build.json', { targetRatio: TARGET, ratio, commandRatio, edits, stale, samples });
  if (stale['docker-manual'].length > 0) process.exitCode = 1;
} finally {
  await inProgram.close();
  for (const name of ['t0', 't1', 't2', 't3', 't4', 'edited'])
    await must('docker', ['rmi', '-f', `dm-bench-${name}`]).catch(() => {});
  rmSync(folder, { recursive: true, force: true });
}
