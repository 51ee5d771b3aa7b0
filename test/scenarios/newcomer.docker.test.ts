import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

/** The package as `npm pack` makes it, installed into an empty project with a compose file: what a new user has. */
const ROOT = new URL('../../', import.meta.url).pathname;
const REDIS = `services: { redis: { image: ${REDIS_IMAGE}, ports: ["6379:6379"] } }\n`;
const SHOP = `services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: shop, POSTGRES_DB: shop }
    ports: ["5432:5432"]
  redis:
    image: ${REDIS_IMAGE}
    ports: ["6379:6379"]
`;

let unpacked: string;

beforeAll(async () => {
  unpacked = mkdtempSync(join(tmpdir(), 'dm-packed-'));
  await execa('npm', ['pack', '--ignore-scripts', '--pack-destination', unpacked], { cwd: ROOT });
  const [archive] = readdirSync(unpacked);
  await execa('tar', ['xzf', join(unpacked, archive as string), '-C', unpacked]);
  // What npm would install beside it is this project's own.
  symlinkSync(join(ROOT, 'node_modules'), join(unpacked, 'package/node_modules'));
});
afterAll(() => rmSync(unpacked, { recursive: true, force: true }));

/** `npm install docker-manual vitest`, without a registry. */
function install(scope: Scope): void {
  const modules = join(scope.folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(join(unpacked, 'package'), join(modules, 'docker-manual'));
  symlinkSync(join(ROOT, 'node_modules/vitest'), join(modules, 'vitest'));
  symlinkSync('../vitest/vitest.mjs', join(modules, '.bin/vitest'));
  // npm makes a program of it; in the archive it is a file like others.
  const program = `#!/bin/sh\nexec "${process.execPath}" "${unpacked}/package/dist/surfaces/cli/main.js" "$@"\n`;
  writeFileSync(join(modules, '.bin/docker-manual'), program, { mode: 0o755 });
  scope.file(
    'package.json',
    '{ "name": "shop", "private": true, "devDependencies": { "docker-manual": "*", "vitest": "*" } }',
  );
}

async function type(scope: Scope, command: string, env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa('sh', ['-c', command], {
    cwd: scope.folder,
    reject: false,
    stdin: 'ignore',
    env: {
      PATH: `${scope.folder}/node_modules/.bin:${process.env.PATH}`,
      DOCKER_MANUAL_HOME: scope.stateDir,
      DOCKER_MANUAL_WATCHDOG: 'off',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      CI: '',
      VITEST: '',
      ...env,
    },
  });
  // What npm says of its own settings on this machine.
  const said = `${stdout}\n${stderr}`.replace(/^npm warn .*\n?/gm, '');
  return { code: exitCode, said };
}

it('from an empty project to a green test: install, init, and what init says', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', SHOP);
  install(scope);
  const made = await type(scope, 'npx docker-manual init');
  expect(made).toMatchObject({ code: 0 });
  const next =
    made.said
      .split('Next:\n')[1]
      ?.trim()
      .split('\n')
      .map((line) => line.trim()) ?? [];
  expect(next).toEqual(['npx docker-manual doctor', 'npx vitest run --config vitest.docker.config.mts']);
  for (const command of next) {
    const { code, said } = await type(scope, command);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/all is well|1 passed/) });
    expect(said).not.toContain('(!)'); // Vite's warnings;
  }
});

interface Mistake {
  readonly mistake: string;
  readonly typed: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** What is there before, besides files. */
  readonly before?: (scope: Scope) => Promise<undefined | (() => void)>;
  readonly code: number;
  /** What tells how to go on. */
  readonly says: readonly (string | RegExp)[];
}

const redis = (more: string) => ({ 'compose.yml': `services:\n  redis:\n    image: ${REDIS_IMAGE}\n    ${more}\n` });
const start = 'docker-manual start --quiet';

const MISTAKES: readonly Mistake[] = [
  {
    mistake: 'no compose file',
    typed: start,
    files: { 'compose.yml': '', 'stack.yml': REDIS },
    env: { GONE: 'compose.yml' },
    code: 2,
    says: ['COMPOSE_FILE_MISSING', 'with -f FILE', 'There are: stack.yml'],
  },
  {
    mistake: 'a wrong -f',
    typed: `${start} -f compoes.yml`,
    code: 2,
    says: ['compoes.yml is not there', 'Did you mean compose.yml?'],
  },
  {
    mistake: 'the file without -f',
    typed: `${start} compose.yml`,
    code: 2,
    says: ['A compose file is named with -f FILE'],
  },
  {
    mistake: 'a misspelt option',
    typed: 'docker-manual start --prots 1-2',
    code: 2,
    says: ['Did you mean --ports?', 'docker-manual start --help'],
  },
  {
    mistake: 'an option before the command',
    typed: 'docker-manual --state-dir x status',
    code: 2,
    says: ['Options come after the command: docker-manual status --state-dir'],
  },
  { mistake: 'a misspelt command', typed: 'docker-manual strat', code: 2, says: ['Did you mean start?'] },
  {
    mistake: 'a misspelt config key',
    typed: start,
    files: { 'docker-manual.config.yaml': 'waitTimout: 3s\n' },
    code: 2,
    says: ['line 1, column 1', 'did you mean "waitTimeout"?'],
  },
  {
    mistake: 'a wrong mode',
    typed: `${start} --mode shard`,
    code: 2,
    says: ['dedicated, shared, production', '--help'],
  },
  { mistake: 'an unknown variant', typed: `${start} --variant alpnie`, code: 2, says: ['alpnie', /alpine/] },
  {
    mistake: 'a misspelt service',
    typed: start,
    files: redis('depends_on: [reddis]'),
    code: 2,
    says: ['line 4', 'did you mean "redis"?'],
  },
  {
    mistake: 'a misspelt key of the compose file',
    typed: start,
    files: redis('prots: ["6379:6379"]'),
    code: 2,
    says: ['line 4; did you mean "ports"?'],
  },
  {
    mistake: 'an error of YAML',
    typed: start,
    files: redis('ports: ["6379'),
    code: 2,
    says: [/compose\.yml, line \d+, column \d+: /, 'docker compose -f'],
  },
  {
    mistake: 'a variable that is not set',
    typed: start,
    files: redis(`environment: { A: "\${SECRET:?set it}" }`),
    code: 2,
    says: ['needs the variable SECRET', '.env beside the compose file'],
  },
  {
    mistake: 'a file of variables that is not there',
    typed: start,
    files: redis('env_file: secrets.env'),
    code: 2,
    says: ['secrets.env', 'Create it or correct its path'],
  },
  {
    mistake: "the host's network",
    typed: start,
    files: redis('network_mode: host'),
    code: 2,
    says: ['compose.yml:4', '--host-network=convert', 'docker-manual plan'],
  },
  {
    mistake: 'a folder outside the project',
    typed: start,
    files: redis('volumes: ["/absent/data:/data"]'),
    code: 2,
    says: ['/absent/data', '--binds=private'],
  },
  {
    mistake: 'an image that there is not',
    typed: start,
    files: { 'compose.yml': 'services: { web: { image: "127.0.0.1:1/nothing:1" } }\n' },
    code: 4,
    says: ['127.0.0.1:1/nothing:1 of service "web"', /hint: .*(docker load|docker login)/],
  },
  {
    mistake: 'a crash at the start',
    typed: start,
    files: redis('command: redis-server --prot 1'),
    code: 4,
    says: ['first error of redis', 'FATAL CONFIG FILE ERROR', 'Read its log above'],
  },
  {
    mistake: 'a health check that fails',
    typed: `${start} --wait-timeout 5s`,
    files: redis('healthcheck: { test: ["CMD", "redis-cli", "-p", "1", "ping"], interval: 1s }'),
    code: 4,
    says: ['Connection refused', 'likely cause', '--wait-timeout'],
  },
  {
    mistake: 'no engine',
    typed: start,
    env: { DOCKER_HOST: 'unix:///nowhere.sock' },
    code: 3,
    says: ['from DOCKER_HOST', 'sudo systemctl start docker', '--start-engine'],
  },
  {
    mistake: 'a file as the state folder',
    typed: `${start} --state-dir compose.yml`,
    code: 5,
    says: ['there is a file of that name', 'Name another with --state-dir'],
  },
  {
    mistake: 'a state folder where none can be',
    typed: `${start} --state-dir /proc/x`,
    code: 5,
    says: ['no folder can be made in /proc', 'Name another with --state-dir'],
  },
  {
    mistake: 'an environment that there is not',
    typed: 'docker-manual logs nope',
    code: 5,
    says: ['There is no environment', 'docker-manual status', 'docker-manual start'],
  },
  {
    mistake: 'a stop twice',
    typed: `${start} --name shop >out && P=$(grep -o 'shop-[0-9a-f]*' out | head -1) && docker-manual stop $P && docker-manual stop $P`,
    code: 5,
    says: [/shop-\w+ has ended: `docker-manual history shop-\w+`/],
  },
  {
    mistake: 'a command that is not there',
    typed: 'docker-manual run --quiet -- ptyest',
    code: 2,
    says: ['ptyest', 'cannot be run'],
  },
  {
    mistake: 'a port of the file that is held',
    typed: `${start} --port-mode fixed`,
    before: holdPort,
    files: { 'compose.yml': 'services: { redis: { image: IMAGE, ports: ["PORT:6379"] } }\n' },
    code: 4,
    says: ['is held by', '--port-mode'],
  },
  {
    mistake: 'the example without its config file',
    typed: 'npx vitest run test/environment.example.test.ts',
    before: initialised,
    code: 1,
    says: ['run it by the command above'],
  },
  {
    mistake: 'a misspelt option of the plugin',
    typed: 'npx vitest run --config wrong.config.mts',
    files: {
      'a.test.ts': "import { test } from 'vitest'; test('x', () => {});",
      'wrong.config.mts':
        "import { dockerManual } from 'docker-manual/vitest';\nexport default { plugins: [dockerManual({ fiels: ['compose.yml'] } as object)] };\n",
    },
    code: 1,
    says: ['OPTION_INVALID', 'fiels', 'files'],
  },
];

async function initialised(scope: Scope): Promise<undefined> {
  await type(scope, 'docker-manual init');
}

/** The file's port is held by this process. */
async function holdPort(scope: Scope): Promise<() => void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  scope.file('compose.yml', REDIS.replace('6379:', `${port}:`));
  return () => server.close();
}

describe('a mistake is answered by what to do:', () => {
  it.concurrent.each(MISTAKES)('$mistake', async ({ typed, files = {}, env = {}, before, code, says }) => {
    await using scope = new Scope();
    scope.file('compose.yml', REDIS);
    for (const [name, text] of Object.entries(files)) scope.file(name, text);
    if (env.GONE) rmSync(join(scope.folder, env.GONE));
    install(scope);
    const undo = await before?.(scope);
    const answer = await type(scope, typed, env).finally(() => undo?.());
    await scope.manager.clean({ all: true }).catch(() => undefined);
    expect(answer, answer.said).toMatchObject({ code });
    for (const words of says)
      expect(answer.said).toMatch(typeof words === 'string' ? new RegExp(escaped(words)) : words);
    expect(answer.said).not.toMatch(/this is a bug|\n\s+at .*node_modules\/docker-manual/);
    expect(existsSync(join(scope.folder, 'x'))).toBe(false);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
