import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { LABEL } from '../../src/domain/labels.js';
import type { ComposeModel } from '../../src/domain/model.js';
import type { AcquireOptions } from '../../src/index.js';
import { archiveDossier } from '../../src/manager/dossier-archive.js';
import { pruneDossiers } from '../../src/manager/dossier-retention.js';
import { type Behaviour, FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

const CANARY = 'cAnArY-4711$/x';
const model: ComposeModel = {
  name: 'x',
  services: {
    db: { image: 'postgres', environment: { POSTGRES_PASSWORD: CANARY }, healthcheck: { test: ['CMD', 'true'] } },
    api: {
      image: 'api',
      environment: { DATABASE_URL: `postgres://app:${encodeURIComponent(CANARY)}@db/app` },
      depends_on: { db: { condition: 'service_healthy' } },
    },
  },
};
const healthLog = [
  { exitCode: 0, output: 'ok', endedAt: 1 },
  { exitCode: 7, output: `curl: (7) refused for ${CANARY}`, endedAt: 2 },
];
const log = [
  'starting',
  `Error: getaddrinfo ENOTFOUND postgres with ${CANARY} and ${encodeURIComponent(CANARY)}`,
  ...Array.from({ length: 20 }, (_, i) => `line ${i}`),
].join('\n');
const crash: Record<string, Behaviour> = {
  db: { healthyAfter: 1, log: `password is ${CANARY}` },
  api: { exitAfter: 5, exitCode: 3, log, healthLog },
};

async function failedStart(engine: FakeEngine, options: AcquireOptions = {}) {
  const scope = new Scope({ engine });
  scope.file('compose.yml', 'services: {}');
  const failure = scope.manager.acquire({ cwd: scope.folder, name: 'shop', ...options });
  const error = (await failure.catch((caught) => caught)) as EnvironmentError;
  expect(error).toBeInstanceOf(EnvironmentError);
  return { scope, error };
}

function everything(folder: string): string {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

describe('the dossier', () => {
  it('is in the error: probe, exit code, first error, last lines, likely cause, folder', async () => {
    const { scope, error } = await failedStart(new FakeEngine(model, crash));
    await using _ = scope;
    const folder = error.dossier as string;
    expect(error.message).toBe(
      [
        'Service "api" exited with code 3.',
        '  last health probe of api (exit code 7): curl: (7) refused for ***',
        '  first error of api: Error: getaddrinfo ENOTFOUND postgres with *** and ***',
        '  last log lines of api:',
        ...Array.from({ length: 10 }, (_, i) => `    | line ${i + 10}`),
        '  likely cause: no service is called "postgres": services are db, api; a name of another stack needs a shared network or an alias',
        `  full logs: ${folder}`,
      ].join('\n'),
    );
    expect(error.toJSON()).toMatchObject({ dossier: folder, step: 'start' });
    expect(dirname(folder)).toBe(join(scope.stateDir, 'dossiers'));
    expect(basename(folder)).toMatch(/^shop-[0-9a-f]+-\d{8}T\d{6}$/);
  });

  it('has every container, the journal, the model and the machine, readable by its owner only', async () => {
    const { scope, error } = await failedStart(new FakeEngine(model, crash));
    await using _ = scope;
    const folder = error.dossier as string;
    const names = ['api-1.json', 'api-1.log', 'db-1.json', 'db-1.log', 'events.ndjson', 'host.json', 'model.json'];
    expect(readdirSync(folder).sort()).toEqual([...names, 'summary.md']);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    expect(read('api-1.json')).toMatchObject({ service: 'api', image: 'fake', status: 'exited', exitCode: 3 });
    expect(read('api-1.json').healthLog).toHaveLength(2);
    expect(read('model.json').services.db.environment).toEqual({ POSTGRES_PASSWORD: '***' });
    expect(read('host.json').containers).toEqual({ all: 2, running: 1 });
    const events = readFileSync(join(folder, 'events.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events).toContainEqual(
      expect.objectContaining({ source: 'engine', event: expect.objectContaining({ action: 'die' }) }),
    );
    expect(events).toContainEqual(expect.objectContaining({ progress: { type: 'step', step: 'start' } }));
    expect(events.map((e) => e.at)).toEqual(events.map((e) => e.at).sort());
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('| api | exited | none | 3 | 0 | no |');
  });

  it('holds no secret of the model, and neither does the error', async () => {
    const { scope, error } = await failedStart(new FakeEngine(model, crash));
    await using _ = scope;
    const shown = [
      everything(error.dossier as string),
      error.message,
      JSON.stringify(error),
      String(error.stack),
    ].join();
    for (const form of [CANARY, encodeURIComponent(CANARY), 'cAnArY']) expect(shown).not.toContain(form);
    expect(shown).toContain('line 19');
  });

  it('masks what the engine quotes in its refusal', async () => {
    const behaviour = { ...crash, api: { startError: `exec: "/run --pw ${CANARY}": permission denied` } };
    const { scope, error } = await failedStart(new FakeEngine(model, behaviour));
    await using _ = scope;
    expect(error).toMatchObject({
      code: 'START_FAILED',
      params: { reason: 'exec: "/run --pw ***": permission denied' },
    });
    expect(error.message).toContain(`full logs: ${error.dossier}`);
  });

  it('is written without containers when the engine has just died, and the first error stays', async () => {
    const engine = new FakeEngine(model, { ...crash, api: { startError: 'the engine goes' } });
    const start = engine.start.bind(engine);
    engine.start = async (id) => {
      const gone = (await engine.inspect(id))?.service === 'api';
      if (gone)
        engine.failures.set(
          'containers',
          new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint: 'x', reason: 'ECONNREFUSED' }),
        );
      return start(id);
    };
    const { scope, error } = await failedStart(engine);
    engine.failures.clear();
    await using _ = scope;
    expect(error.code).toBe('START_FAILED');
    expect(readdirSync(error.dossier as string).sort()).toEqual([
      'events.ndjson',
      'host.json',
      'model.json',
      'summary.md',
    ]);
    expect(readFileSync(join(error.dossier as string, 'summary.md'), 'utf8')).toContain(
      '- containers: No Docker engine',
    );
    await scope.manager.clean({ all: true });
  });

  it('keeps its time limit with an engine that hangs in the middle, and has what was there until then', async () => {
    const engine = new FakeEngine(model, crash);
    engine.logs = () => new Promise(() => {});
    const { scope, error } = await failedStart(engine);
    await using _ = scope;
    const failed = scope.progress.findIndex((p) => p.type === 'service' && p.verdict.state === 'failed');
    expect(failed).toBeGreaterThan(-1);
    expect(error.message).toContain('last health probe of api (exit code 7)');
    expect(error.message).toContain('the log of api could not be read');
    expect(readFileSync(join(error.dossier as string, 'summary.md'), 'utf8')).toContain('- api: log: ');
  }, 10_000);

  it('is not made where no container was, and never hides the error when it cannot be written', async () => {
    const engine = new FakeEngine(model, crash);
    engine.failures.set('create', new EnvironmentError('CREATE_FAILED', { project: 'p', reason: 'boom' }));
    const early = await failedStart(engine);
    expect(early.error).toMatchObject({ code: 'CREATE_FAILED', dossier: undefined });
    expect(existsSync(join(early.scope.stateDir, 'dossiers'))).toBe(false);
    await early.scope[Symbol.asyncDispose]();

    const scope = new Scope({ engine: new FakeEngine(model, crash) });
    await using _ = scope;
    scope.file('compose.yml', 'services: {}');
    scope.file('state/dossiers', 'a file where the folder is to be');
    chmodSync(scope.stateDir, 0o700);
    const failure = scope.manager.acquire({ cwd: scope.folder });
    await expect(failure).rejects.toThrow(/exited with code 3[\s\S]*first error of api/);
    await expect(failure).rejects.toMatchObject({ dossier: undefined });
  });
});

describe('keepOnFailure', () => {
  it('leaves the environment to a session for half an hour, safe from sweeps, until it is stopped', async () => {
    const engine = new FakeEngine(model, crash);
    const { scope, error } = await failedStart(engine, { keepOnFailure: true });
    await using _ = scope;
    const [kept] = await scope.manager.status();
    expect(kept?.record).toMatchObject({ state: 'degraded', owner: { kind: 'session' } });
    expect(kept?.over).toBeUndefined();
    expect((kept?.record.expiresAt ?? 0) - Date.now()).toBeGreaterThan(29 * 60_000);
    expect((kept?.record.expiresAt ?? 0) - Date.now()).toBeLessThanOrEqual(30 * 60_000);
    const project = kept?.record.project as string;
    expect(error.message).toContain(`docker exec -it ${project}-api-1 sh`);
    expect(error.message).toContain(`docker-manual stop ${project}`);
    expect((await scope.manager.clean()).removed).toEqual([]);
    expect(await engine.containers({ [LABEL.lease]: kept?.record.id as string })).toHaveLength(2);
    await scope.manager.stop({ names: [project] });
  });

  it('does not keep what the caller aborts', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 60_000 } });
    const scope = new Scope({ engine });
    await using _ = scope;
    scope.file('compose.yml', 'services: {}');
    const controller = new AbortController();
    const start = engine.start.bind(engine);
    engine.start = async (id) => {
      await start(id);
      controller.abort(new Error('Ctrl-C'));
    };
    const failure = scope.manager.acquire({ cwd: scope.folder, keepOnFailure: true, signal: controller.signal });
    await expect(failure).rejects.toMatchObject({ code: 'ABORTED', dossier: expect.stringContaining('dossiers') });
    expect(await engine.containers({ [LABEL.lease]: null })).toEqual([]);
  });
});

describe('an engine that hangs when the caller aborts', () => {
  it('is left alone, and the next sweep removes what was made', async () => {
    const engine = new FakeEngine(model, { db: { healthyAfter: 1 }, api: { healthyAfter: 1 } });
    await using scope = new Scope({ engine });
    scope.file('compose.yml', 'services: {}');
    const controller = new AbortController();
    const { ping } = engine;
    const hang = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const create = engine.create.bind(engine);
    engine.create = async (run) => {
      await create(run);
      engine.ping = hang as unknown as FakeEngine['ping'];
      controller.abort(new Error('Ctrl-C'));
    };
    const acquiring = scope.manager.acquire({ cwd: scope.folder, signal: controller.signal });
    await expect(acquiring).rejects.toMatchObject({ code: 'ABORTED' });
    expect(engine.calls).not.toContain('removeContainer');
    engine.ping = ping;
    const { removed } = await scope.manager.clean();
    expect(removed).toMatchObject([{ cause: 'lease is failed' }]);
  });
});

describe('old dossiers', () => {
  const HOUR = 3_600_000;
  const now = Date.now();

  function dossier(root: string, name: string, ageMs: number, bytes = 10): void {
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, 'x.log'), 'x'.repeat(bytes));
    utimesSync(join(root, name), new Date(now - ageMs), new Date(now - ageMs));
  }

  it('go by number, age and size, the newest never', async () => {
    await using scope = new Scope({ engine: new FakeEngine(model) });
    const root = join(scope.folder, 'dossiers');
    for (let i = 0; i < 5; i++) dossier(root, `p-2026010${i + 1}T000000`, (5 - i) * HOUR, 100);
    pruneDossiers(root, { count: 4, ageMs: 10 * HOUR, bytes: 1000 }, now);
    expect(readdirSync(root)).toHaveLength(4);
    pruneDossiers(root, { count: 4, ageMs: 2.5 * HOUR, bytes: 1000 }, now);
    expect(readdirSync(root)).toEqual(['p-20260104T000000', 'p-20260105T000000']);
    pruneDossiers(root, { count: 4, ageMs: 10 * HOUR, bytes: 150 }, now);
    expect(readdirSync(root)).toEqual(['p-20260105T000000']);
    pruneDossiers(root, { count: 0, ageMs: 0, bytes: 0 }, now);
    expect(readdirSync(root)).toEqual(['p-20260105T000000']);
  });

  it('are the only thing that goes: no other name, nothing behind a link', async () => {
    await using scope = new Scope({ engine: new FakeEngine(model) });
    const root = join(scope.folder, 'dossiers');
    const precious = join(scope.folder, 'precious-20260101T000000');
    dossier(scope.folder, 'precious-20260101T000000', 0);
    dossier(root, 'notes', 99 * HOUR);
    dossier(root, 'new-20260102T000000', 0);
    dossier(root, 'old-20260101T000000', 99 * HOUR);
    symlinkSync(precious, join(root, 'link-20260101T000000'));
    pruneDossiers(root, { count: 0, ageMs: 0, bytes: 0 }, now);
    expect(readdirSync(root).sort()).toEqual(['link-20260101T000000', 'new-20260102T000000', 'notes']);
    expect(existsSync(join(precious, 'x.log'))).toBe(true);

    symlinkSync(scope.folder, join(scope.folder, 'linked'));
    pruneDossiers(join(scope.folder, 'linked'), { count: 0, ageMs: 0, bytes: 0 }, now);
    expect(existsSync(join(precious, 'x.log'))).toBe(true);
  });

  it('can be packed, and tar unpacks what was in them', async () => {
    await using scope = new Scope({ engine: new FakeEngine(model) });
    const contents = ['', 'x', 'y'.repeat(512), 'ä'.repeat(5000)];
    const folder = join(scope.folder, 'p-20260101T000000');
    mkdirSync(folder);
    contents.forEach((content, i) => {
      writeFileSync(join(folder, `file-${i}.log`), content);
    });
    const archive = await archiveDossier(folder);
    expect(archive).toBe(`${folder}.tar.gz`);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    const target = join(scope.folder, 'unpacked');
    mkdirSync(target);
    execFileSync('tar', ['-xzf', archive, '-C', target]);
    const unpacked = contents.map((_, i) => readFileSync(join(target, basename(folder), `file-${i}.log`), 'utf8'));
    expect(unpacked).toEqual(contents);
  });
});
