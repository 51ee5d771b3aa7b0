// The package as a stranger has it: packed, installed by npm into an empty project, used there.
//   node scripts/package.mjs [--nodes 20,22,24]        `npm run package`
//
// On each Node: the command and the API start an environment of one Redis (REDIS_IMAGE) and end it, `require` gives the same
// manager as `import`, and a consumer's TypeScript accepts every entry with moduleResolution node16 and bundler. What the
// archive holds, its size and the packages that come with it go to bench/results/package.json.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installNode, nodeBinary, npmInstall } from './node-versions.mjs';

const ROOT = new URL('../', import.meta.url).pathname;
const CONSUMER = join(ROOT, 'scripts/package/');
const NODES = (process.argv.includes('--nodes') ? process.argv[process.argv.indexOf('--nodes') + 1] : '20,22,24')
  .split(',')
  .map(Number);
const folder = mkdtempSync(join(tmpdir(), 'dm-package-'));

function run(file, args, cwd, env = {}) {
  return execFileSync(file, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 2],
  });
}

/** One empty project on one Node. @returns how many packages npm has put there, and their bytes */
function use(archive, node) {
  const project = join(folder, `node-${node}`);
  const program = nodeBinary(node);
  npmInstall(project, { 'docker-manual': `file:${archive}` }, { type: 'module' }, program);
  cpSync(CONSUMER, project, { recursive: true });
  const env = {
    DOCKER_MANUAL_HOME: join(project, 'state'),
    NO_COLOR: '1',
    PATH: `${join(program, '..')}:${process.env.PATH}`,
  };
  const said = run(program, ['use.mjs'], project, env);
  if (!said.includes('+PONG')) throw new Error(`Node ${node}: ${said}`);
  const lock = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const bytes = Number(run('du', ['-sb', 'node_modules'], project).split('\t')[0]);
  return { node: run(program, ['--version'], project).trim(), packages: Object.keys(lock.packages).length - 1, bytes };
}

/** With the compiler of this project, and the types of one that has installed ours. */
function checkTypes(project) {
  const types = join(ROOT, 'node_modules/@types');
  for (const [module, moduleResolution] of [
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ]) {
    const compilerOptions = {
      ...{
        module,
        moduleResolution,
        target: 'es2022',
        lib: ['es2023', 'esnext.disposable'],
        strict: true,
        noEmit: true,
      },
      ...{ skipLibCheck: false, types: ['node'], typeRoots: [types] },
    };
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['types.mts'] }));
    run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', '.'], project);
  }
}

try {
  mkdirSync(folder, { recursive: true });
  const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder], ROOT));
  const archive = join(folder, packed.filename);
  for (const node of NODES) installNode(node);
  const installed = NODES.map((node) => use(archive, node));
  checkTypes(join(folder, `node-${NODES[0]}`));
  const files = packed.files.map(({ path, size }) => ({ path, size })).sort((a, b) => b.size - a.size);
  const report = {
    packed: packed.size,
    unpacked: packed.unpackedSize,
    files: files.length,
    largest: files.slice(0, 10),
    installed,
  };
  writeFileSync(join(ROOT, 'bench/results/package.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log(`archive: ${packed.size} bytes, ${files.length} files of ${packed.unpackedSize} bytes`);
  for (const { node, packages, bytes } of installed) console.log(`${node}: used; ${packages} packages, ${bytes} bytes`);
  console.log('types: node16 and bundler');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
