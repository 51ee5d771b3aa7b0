import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { archiveDossier } from '../../src/index.js';
import { CLI, runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, NEVER, POSTGRES_IMAGE, Scope } from '../support/scope.js';

/** One secret for each place that it can be written in; which one was found says where it came from. */
const CANARIES: Readonly<Record<string, string>> = Object.fromEntries(
  ['environment', 'variable', 'env_file', 'secret file', 'URL', 'database'].map((place) => [
    place,
    `cnry${randomBytes(8).toString('hex')}`,
  ]),
);

const COMPOSE = `
services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: "${CANARIES.database}" }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"] }
  web: &web
    image: ${FIXTURE_IMAGE}
    environment:
      API_TOKEN: "${CANARIES.environment}"
      OTHER_TOKEN: "\${FROM_OUTSIDE}"
      PUBLIC_URL: "http://admin:${CANARIES.URL}@localhost:8080/"
    env_file: [web.env]
    secrets: [signing]
    ports: ["8080:8080"]
  broken:
    <<: *web
    profiles: [broken]
    ports: []
    entrypoint: ["sh", "-c", "env; cat /run/secrets/signing; echo \\"FATAL: no login as $$API_TOKEN\\" >&2; exit 1"]
    healthcheck: { disable: true }
secrets:
  signing: { file: ./signing.key }
`;

/** A runner's global setup whose failure ends the process, as in a CI job. */
const JOB = `
import setup from ${JSON.stringify(new URL('../../dist/surfaces/runner/jest-setup.js', import.meta.url).href)};
const [rootDir, stateDir] = process.argv.slice(1);
await setup({ maxWorkers: 1 }, { rootDir, globals: { dockerManual: { profiles: ['broken'], manager: { stateDir } } } });
`;

/** The places whose secret is in the text. */
function foundIn(text: string): string[] {
  return Object.entries(CANARIES).flatMap(([place, canary]) => (text.includes(canary) ? [place] : []));
}

/** File below the folder → the secrets in it; archives are looked into. Only files that hold one. */
function filesWithSecrets(folder: string): Record<string, string[]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const found = files.map((entry) => {
    const path = join(entry.parentPath, entry.name);
    const content = readFileSync(path);
    const text = (path.endsWith('.gz') ? gunzipSync(content) : content).toString('latin1');
    return [relative(folder, path), foundIn(text)] as const;
  });
  return Object.fromEntries(found.filter(([, places]) => places.length > 0));
}

/** Reads the arguments of all processes again and again until it is ended, and gives those with a secret. */
function watchArguments(): { end(): Promise<{ readonly seen: string[]; readonly looks: number }> } {
  const seen = new Set<string>();
  let looks = 0;
  let ended = false;
  const watching = (async () => {
    for (; !ended; looks++) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        const args = argumentsOf(pid);
        if (foundIn(args).length > 0) seen.add(args.replaceAll('\0', ' '));
      }
      await sleep(5);
    }
  })();
  return {
    async end() {
      ended = true;
      await watching;
      return { seen: [...seen], looks };
    },
  };
}

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

function damage(file: string): void {
  const open = openSync(file, 'r+');
  writeSync(open, 'no database any more', 0);
  closeSync(open);
}

it('a secret is in no database, label, argument, log or output, through the whole life of an environment', async () => {
  await using scope = new Scope();
  const file = scope.file('compose.yml', COMPOSE);
  scope.file('web.env', `SESSION_SECRET=${CANARIES.env_file}\n`);
  scope.file('signing.key', `${CANARIES['secret file']}\n`);
  const env = { FROM_OUTSIDE: CANARIES.variable as string, DOCKER_MANUAL_WATCHDOG: 'off' };
  const state = ['--state-dir', scope.stateDir];
  const broken = ['start', '-f', file, ...state, '--profile', 'broken'];
  await using _left = { [Symbol.asyncDispose]: async () => void (await runCli(['clean', '--all', ...state])) };
  const output: Record<string, string[]> = {};
  const cli = async (args: readonly string[], exitCode = 0) => {
    const result = await runCli(args, { env, cwd: scope.folder });
    expect(result, args.join(' ')).toMatchObject({ exitCode });
    const found = foundIn(result.stdout + result.stderr);
    if (found.length > 0) output[args.filter((arg) => !arg.startsWith('/')).join(' ')] = found;
    return result;
  };
  const watch = watchArguments();

  await cli(['plan', '-f', file, ...state, '--twice']);
  await cli(['plan', '-f', file, ...state, '--json']);
  const started = await cli(['start', '-f', file, ...state, '--json']);
  const { project } = JSON.parse(started.stdout).data.lease;
  for (const command of ['status', 'history']) {
    await cli([command, ...state]);
    await cli([command, ...state, '--json']);
  }
  await cli(['status', '--timeline', ...state]);
  await cli(['reset', project, ...state, '--json']);
  await cli(['reset', project, ...state]);
  await cli(['env', project, ...state]);

  // A command that runs keeps the database open, with its log of writes beside it.
  const held = spawn(
    process.execPath,
    [CLI, 'run', '-f', file, ...state, '--', process.execPath, '-e', 'console.log("up"); process.stdin.resume()'],
    { env: { ...process.env, ...env, CI: '' }, cwd: scope.folder, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const said: string[] = [];
  for (const stream of [held.stdout, held.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
  await once(createInterface({ input: held.stdout }), 'line');
  expect(readdirSync(scope.stateDir)).toContain('store.db-wal');

  const store = scope.store();
  const labels = { [LABEL.store]: store.id };
  const leases = store.list();
  store.close();
  const objects = await Promise.all([
    scope.engine.containers(labels, NEVER),
    scope.engine.networks(labels, NEVER),
    scope.engine.volumes(labels, NEVER),
  ]);
  expect(objects.map((kind) => kind.length > 0)).toEqual([true, true, false]);
  expect(foundIn(JSON.stringify(objects.map((kind) => kind.map((object) => object.labels))))).toEqual([]);

  // While it lives, what Compose has to be told: the new port in the URL.
  const overrides = leases.map(({ id }) => `leases/${id}/override.yml`).sort();
  expect(filesWithSecrets(scope.stateDir)).toEqual(Object.fromEntries(overrides.map((name) => [name, ['URL']])));
  for (const name of overrides) expect(statSync(join(scope.stateDir, name)).mode & 0o777).toBe(0o600);

  held.stdin.end();
  await once(held, 'close');
  output.run = foundIn(said.join(''));

  const failed = await cli(broken, 4);
  expect(failed.stderr).toContain('FATAL: no login as ***');
  await cli([...broken, '--json'], 4);
  const job = await execa(process.execPath, ['--input-type=module', '-e', JOB, scope.folder, scope.stateDir], {
    reject: false,
    env: { ...env, GITHUB_ACTIONS: 'true' },
  });
  expect(job.stderr).toContain('::group::docker-manual: SERVICE_FAILED');
  output['GitHub job'] = foundIn(job.stdout + job.stderr);
  const dossiers = readdirSync(join(scope.stateDir, 'dossiers')).map((name) => join(scope.stateDir, 'dossiers', name));
  expect(dossiers).toHaveLength(3);
  const archive = await archiveDossier(dossiers[0] as string);
  expect(gunzipSync(readFileSync(archive)).toString('latin1')).toContain('FATAL: no login as ***');

  await cli(['stop', project, ...state]);
  await cli(['history', ...state, '--json']);
  damage(join(scope.stateDir, 'store.db'));
  const { stderr } = await cli(['clean', ...state]);
  expect(stderr).toContain('was damaged');

  expect(filesWithSecrets(scope.stateDir)).toEqual({});
  const { seen, looks } = await watch.end();
  expect(looks).toBeGreaterThan(100);
  expect(seen).toEqual([]);
  // The address of a database is what a start is for; it is told to whoever asks for it, and to nobody else.
  expect(output).toEqual({
    'start -f --state-dir --json': ['database'],
    [`env ${project} --state-dir`]: ['database'],
    run: [],
    'GitHub job': [],
  });
}, 180_000);
