import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { execa } from 'execa';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { NO_NODE_24, NODE_24 } from '../../support/node-24.js';
import { FIXTURE_IMAGE, POSTGRES_IMAGE, Scope } from '../../support/scope.js';
import { fixture } from '../../support/stacks.js';
import { Job } from './support/job.js';

/** One that a URL has to encode, and that no log may show in any form. */
const PASSWORD = 'p@ss/wörd 42';

const DATABASE = `
services:
  postgres:
    image: ${POSTGRES_IMAGE}
    container_name: the-database
    environment: { POSTGRES_PASSWORD: "${PASSWORD}", POSTGRES_DB: app }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"], interval: 10s, retries: 5 }
  web:
    image: ${FIXTURE_IMAGE}
    ports: ["8080:8080"]
    depends_on: { postgres: { condition: service_healthy } }
  other: { image: ${FIXTURE_IMAGE} }
`;

/** Everything that this store's environments have is gone, as the scope asserts when it ends; here also the rows. */
async function nothingLeft(scope: Scope): Promise<void> {
  await expect.poll(() => scope.manager.status(), { timeout: 20_000 }).toEqual([]);
}

describe.skipIf(NO_NODE_24)(
  `the Action in a job (${NO_NODE_24 ?? 'its bundle on Node 24'})`,
  { timeout: 60_000 },
  () => {
    it('hands an environment to the steps that follow, and takes it away at the end', async () => {
      await using scope = new Scope();
      await using job = new Job(scope, DATABASE, { services: 'web', 'wait-timeout': '50s' });
      expect(await job.main(), job.log.text).toEqual({ code: 0, signal: null });

      expect(job.log.commands[0]?.name).toBe('add-mask'); // before anything that could show it
      const masks = job.log.named('add-mask').map(({ value }) => value);
      expect(masks).toEqual(expect.arrayContaining([PASSWORD, encodeURIComponent(PASSWORD)]));
      expect(masks).not.toContain('app');
      const { project, lease, ports, urls, logs } = job.outputs;
      expect(project).toMatch(/^shop-[0-9a-f]{8}$/);
      const [status] = await scope.manager.status();
      expect(status?.record).toMatchObject({ id: lease, project, state: 'ready', owner: { kind: 'session' } });
      const published = JSON.parse(ports as string);
      expect(Object.keys(published).sort()).toEqual(['postgres', 'web']); // what web needs, and not `other`
      expect(job.env).toMatchObject({ DM_PROJECT: project, PGPASSWORD: PASSWORD, DM_LEASE: lease });
      expect(job.env.DM_POSTGRES_PORT).toBe(String(published.postgres['5432/tcp']));
      const client = new Client(JSON.parse(urls as string).postgres);
      await client.connect();
      expect((await client.query('SELECT current_database() AS name')).rows).toEqual([{ name: 'app' }]);
      await client.end();

      const envFile = job.outputs['env-file'] as string;
      expect(statSync(envFile).mode & 0o777).toBe(0o600);
      expect(parseEnv(readFileSync(envFile, 'utf8'))).toMatchObject({ DATABASE_URL: job.env.DATABASE_URL });
      expect(existsSync(join(logs as string, 'environment.json'))).toBe(true);
      const command = await execa('docker-manual', ['status', '--json'], {
        env: { ...job.env, PATH: `${job.path.join(':')}:${process.env.PATH}`, DOCKER_MANUAL_HOME: scope.stateDir },
      });
      expect(JSON.parse(command.stdout)).toMatchObject({ success: true, data: { leases: [{ project }] } });

      expect(job.summary).toContain(`${project} is ready`);
      expect(job.summary).toContain(`127.0.0.1&#58;${published.web['8080/tcp']}`);
      expect(job.summary).toMatch(/Where the time went: .*start/);
      for (const shown of [
        job.log.text,
        job.summary,
        readdirSync(logs as string)
          .map((f) => readFileSync(join(logs as string, f), 'utf8'))
          .join(),
      ]) {
        for (const form of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(shown).not.toContain(form);
      }

      expect(await job.post(), job.log.text).toEqual({ code: 0, signal: null });
      expect(await scope.manager.status()).toEqual([]);
      expect(existsSync(envFile)).toBe(false);
      expect(job.log.named('error', 'warning')).toEqual([]);
      expect(job.log.text).not.toContain('logs of'); // all went well
    });

    it('prints and keeps the logs of the services when a later step has failed', async () => {
      await using scope = new Scope();
      const entrypoint = `    entrypoint: ["sh", "-c", "echo hello $$DATABASE_PASSWORD; exec /entry.sh"]`;
      const compose = fixture({ DATABASE_PASSWORD: PASSWORD }, entrypoint);
      await using job = new Job(scope, compose, { 'logs-folder': 'logs' });
      expect(await job.main(), job.log.text).toMatchObject({ code: 0 });
      job.fail();
      await job.post();
      expect(job.log.text).toMatch(/group: logs of web\n.*\n?hello \*\*\*\nlistening/);
      expect(job.log.named('error')).toEqual([]);
      expect(readFileSync(join(job.workspace, 'logs', 'web-1.log'), 'utf8')).toMatch(/^hello \*\*\*\n/);
      await nothingLeft(scope);
    });

    it('fails when a service fails: at its line, with its last words, and with everything in a folder', async () => {
      await using scope = new Scope();
      const compose = `services:
  # a comment
  web:
    image: ${FIXTURE_IMAGE}
    entrypoint: ["sh", "-c", "echo cannot open the ledger; exit 3"]
    ports: ["8080:8080"]
`;
      await using job = new Job(scope, compose);
      expect(await job.main()).toMatchObject({ code: 1 });
      expect(job.log.named('error')).toMatchObject([
        {
          properties: { file: 'compose.yml', line: '3', title: 'SERVICE_FAILED' },
          value: expect.stringContaining('"web"'),
        },
      ]);
      expect(job.log.text).toContain('cannot open the ledger');
      expect(job.summary).toContain('did not start');
      expect(job.summary).toContain('cannot open the ledger');
      const kept = readdirSync(job.outputs.logs as string);
      expect(kept).toContain('web-1.log');
      expect(await job.post()).toMatchObject({ code: 0 });
      expect(job.log.named('warning')).toEqual([]);
      await nothingLeft(scope);
    });

    it('names the input that is wrong, and makes nothing', async () => {
      await using scope = new Scope();
      await using job = new Job(scope, fixture(), { logs: 'on-failrue' });
      expect(await job.main()).toMatchObject({ code: 1 });
      expect(job.log.named('error')).toMatchObject([
        { properties: { title: 'INPUT_INVALID' }, value: expect.stringContaining('did you mean "on-failure"?') },
      ]);
      expect(await job.post()).toMatchObject({ code: 0 });
    });

    it('tries a pull again, and says which cause it had', async () => {
      await using scope = new Scope();
      const compose = 'services:\n  web:\n    image: 127.0.0.1:1/nothing:1\n';
      await using job = new Job(scope, compose, { 'pull-attempts': '2' });
      expect(await job.main()).toMatchObject({ code: 1 });
      expect(job.log.named('warning')).toMatchObject([
        { value: expect.stringMatching(/^REGISTRY_UNREACHABLE, attempt 1 of 2/) },
      ]);
      expect(job.log.named('error')).toMatchObject([{ properties: { file: 'compose.yml', line: '3' } }]);
      await job.post();
    });

    it('does nothing in post where main was never run', async () => {
      await using scope = new Scope();
      await using job = new Job(scope, fixture());
      expect(await job.post()).toEqual({ code: 0, signal: null });
      expect(job.log.text).toBe('');
      expect(existsSync(scope.stateDir)).toBe(false);
    });

    it('takes nothing that files, names and logs say for a command, and shows no secret in any form', async () => {
      await using scope = new Scope();
      const expression = ['$', '{{ github.token }}'].join('');
      const secret = `it's "q" ${expression}\n::set-output name=evil::1\n##[add-path]/evil`;
      const line =
        '::set-env name=EVIL::1\r::error::evil\n##[error]evil ::add-path::/evil $(touch pwned) `touch pwned`';
      const yaml = (text: string) => JSON.stringify(text.replaceAll('$', '$$$$'));
      const compose = `
services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: ${yaml(secret)}, "EVIL\\n::error::": ${yaml(line)} }
    ports: ["5432:5432"]
  web:
    image: ${FIXTURE_IMAGE}
    entrypoint: ["printf", "%s\\\\n", ${yaml(line)}, ${yaml(secret)}]
    depends_on: [db]
`;
      await using job = new Job(scope, compose, { env: 'EVIL=%0A::error::evil' }, "it's $(touch pwned) `touch pwned`");
      const failing = compose.replace('"printf",', '"sh", "-c", "printf \\"$$@\\"; exit 1", "sh",');
      expect(failing).not.toBe(compose);
      expect(await job.main(), job.log.text).toMatchObject({ code: 0 });
      expect(job.env.PGPASSWORD).toBe(secret);
      job.fail();
      await job.post();
      await using other = new Job(scope, failing, {}, 'fails');
      expect(await other.main(), other.log.text).toMatchObject({ code: 1 });
      await other.post();

      for (const { log, outputs, env, path, summary, workspace } of [job, other]) {
        const names = ['add-mask', 'group', 'endgroup', 'stop-commands', 'error'];
        expect(log.commands.filter(({ name }) => !names.includes(name))).toEqual([]);
        expect(log.named('error').filter(({ properties }) => properties.title !== 'SERVICE_FAILED')).toEqual([]);
        expect(Object.keys({ ...outputs, ...env }).filter((name) => /evil/i.test(name))).toEqual([]);
        expect(path.join()).not.toContain('evil');
        expect(summary).not.toMatch(/[<>]|\]\(/);
        expect(readdirSync(workspace)).not.toContain('pwned');
        for (const part of ['it\'s "q"', 'github.token', encodeURIComponent(secret).slice(0, 12)]) {
          expect(log.text + summary).not.toContain(part);
        }
      }
      expect(job.log.text).toContain('$(touch pwned)'); // the log itself is there, as it was written
      await nothingLeft(scope);
    });

    it('runs as two shards side by side, each with its own', async () => {
      await using scope = new Scope();
      await using one = new Job(scope, fixture(), {}, 'one');
      await using other = new Job(scope, fixture(), {}, 'other');
      const results = await Promise.all([one.main(), other.main()]);
      expect(results, one.log.text + other.log.text).toMatchObject([{ code: 0 }, { code: 0 }]);
      expect(one.outputs.ports).not.toBe(other.outputs.ports);
      expect(one.env.DM_WEB_PORT).not.toBe(other.env.DM_WEB_PORT);
      await one.post();
      const left = await scope.manager.status();
      expect(left.map(({ record }) => record.project)).toEqual([other.outputs.project]); // the sweep has left it alone
      await other.post();
      expect(await scope.manager.status()).toEqual([]);
    });
  },
);

describe.skipIf(NO_NODE_24)('the Action in a job that is cancelled', { timeout: 60_000 }, () => {
  /** A registry that takes connections and never answers. */
  async function silentRegistry(): Promise<AsyncDisposable & { readonly port: number; readonly asked: Promise<void> }> {
    let ask = () => {};
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const sockets = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      ask();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return {
      port: (server.address() as { port: number }).port,
      asked,
      async [Symbol.asyncDispose]() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  it('while it pulls', async () => {
    await using scope = new Scope();
    await using registry = await silentRegistry();
    await using job = new Job(scope, `services: { web: { image: "127.0.0.1:${registry.port}/slow:1" } }`);
    const main = job.main();
    await registry.asked;
    job.cancel();
    expect((await main).code, job.log.text).toBe(1);
    expect(job.log.text).toContain('cancelled: Stopped by the runner');
    await job.post();
    expect(await scope.manager.status()).toEqual([]);
  });

  const UNREADY = fixture({}, '    healthcheck: { test: ["CMD", "false"], interval: 1s, retries: 100 }');

  it.each([
    ['creates', /· 1 service ·/],
    ['waits', /web starting after/],
  ])('while it %s', async (_, moment) => {
    await using scope = new Scope();
    await using job = new Job(scope, UNREADY);
    const main = job.main();
    await job.log.saw(moment);
    job.cancel();
    expect(await main, job.log.text).toEqual({ code: 1, signal: null }); // by itself, before the runner kills it
    expect(job.log.named('error')).toEqual([]);
    await job.post();
    expect(job.log.named('warning')).toEqual([]);
    expect(await scope.manager.status()).toEqual([]);
  });

  it('while it waits, and is killed at once: post removes what is left', async () => {
    await using scope = new Scope();
    await using job = new Job(scope, UNREADY, { env: 'DOCKER_MANUAL_WATCHDOG=off' }); // which would be faster
    const main = job.main();
    await job.log.saw(/web starting after/);
    job.kill();
    expect(await main).toEqual({ code: null, signal: 'SIGKILL' });
    expect(job.state.project).toMatch(/^shop-/);
    expect(await job.post(), job.log.text).toEqual({ code: 0, signal: null });
    expect(await scope.manager.status()).toEqual([]);
  });

  it('after it was ready, and its runner dies without post: the watchdog of the bundle removes it', async () => {
    await using scope = new Scope();
    await using job = new Job(scope, fixture());
    expect(await job.main(), job.log.text).toMatchObject({ code: 0 });
    const store = scope.store();
    const watchdog = store.watch.holder()?.pid as number;
    store.close();
    const environment = readFileSync(`/proc/${watchdog}/environ`, 'utf8');
    expect(environment).not.toContain('RUNNER_TRACKING_ID');
    expect(readFileSync(`/proc/${watchdog}/cmdline`, 'utf8')).toContain(NODE_24);
    await job.end('killed');
    await nothingLeft(scope);
    await expect.poll(() => existsSync(`/proc/${watchdog}`), { timeout: 20_000 }).toBe(false);
  });

  it('leaves no process that the runner would have to end', async () => {
    await using scope = new Scope();
    await using job = new Job(scope, fixture());
    await job.main();
    await job.post();
    await job.end();
    expect(job.orphans).toBe(0);
  });
});
