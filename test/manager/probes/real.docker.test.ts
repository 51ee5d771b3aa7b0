import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { imageFamily } from '../../../src/domain/image-family.js';
import { connectEngine } from '../../../src/engine/docker-engine.js';
import { probeFor } from '../../../src/manager/probes/index.js';
import type { ProbeTarget } from '../../../src/manager/probes/probe.js';
import { NEVER, POSTGRES_IMAGE, REDIS_IMAGE } from '../../support/scope.js';

/** Only what bears it was started here; it goes by id in the end. */
const LABEL = `dev.docker-manual.test=probes-${randomUUID()}`;
const { host } = connectEngine(process.env);

const present = new Set((await docker('image', 'ls', '--format', '{{.Repository}}')).split('\n'));

afterAll(async () => {
  const ids = (await docker('ps', '-aq', '--no-trunc', '--filter', `label=${LABEL}`)).split('\n').filter(Boolean);
  if (ids.length > 0) await docker('rm', '-f', '-v', ...ids);
  expect(await docker('ps', '-aq', '--filter', `label=${LABEL}`)).toBe('');
});

async function docker(...args: string[]): Promise<string> {
  return (await execa('docker', args, { stdin: 'ignore' })).stdout.trim();
}

interface Started {
  readonly id: string;
  readonly target: ProbeTarget;
  /** One attempt. */
  ask(): Promise<string | undefined>;
  /** What the attempts said until one said "ready"; the test's time limit is the limit. */
  untilReady(): Promise<(string | undefined)[]>;
}

/** Starts a container with the family's port published; `script` is what runs in it, else the image's command. */
async function start(image: string, options: { env?: Record<string, string>; script?: string; command?: string[] }) {
  const family = imageFamily(image);
  if (!family) throw new Error(`${image} is of no known family`);
  const { env = {}, script, command = [] } = options;
  const variables = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const address = host === '127.0.0.1' ? '127.0.0.1::' : '';
  const publish = ['-p', `${address}${family.port}`, '--label', LABEL, ...variables];
  const id = await docker(
    ...['run', '-d', ...publish],
    ...(script === undefined ? [image, ...command] : ['--entrypoint', 'sh', image, '-c', script]),
  );
  const published = (await docker('port', id, `${family.port}/tcp`)).split('\n')[0];
  const target = { host, port: Number(published?.split(':').at(-1)), env, command, signal: NEVER };
  const ask = () => probeFor(family.name)(target);
  const untilReady = async () => {
    const said: (string | undefined)[] = [];
    await vi.waitUntil(async () => said[said.push(await ask()) - 1] === undefined, { timeout: 50_000, interval: 20 });
    return said;
  };
  return { id, target, ask, untilReady } satisfies Started;
}

/** A container that runs nothing until the file /go is there: Docker's proxy listens, nothing is behind it. */
const held = (command: string) => `while [ ! -e /go ]; do sleep 0.05; done; exec ${command}`;
const release = (id: string) => docker('exec', id, 'touch', '/go');

const servers: [string, string, Record<string, string>, string][] = [
  ['postgres', POSTGRES_IMAGE, { POSTGRES_PASSWORD: 'secret' }, 'docker-entrypoint.sh postgres'],
  ['redis', REDIS_IMAGE, {}, 'docker-entrypoint.sh redis-server'],
  ['nats', 'dm-test-nats', {}, 'nats-server'],
  ['mariadb', 'dm-test-mariadb', { MARIADB_ROOT_PASSWORD: 'secret' }, 'docker-entrypoint.sh mariadbd'],
  ['rabbitmq', 'dm-test-rabbitmq', {}, 'docker-entrypoint.sh rabbitmq-server'],
  ['nginx', 'dm-test-nginx', {}, "nginx -g 'daemon off;'"],
];

describe.each(servers)('a real %s', (family, image, env, command) => {
  const needed = family === 'postgres' || family === 'redis';

  it.skipIf(!needed && !present.has(image))('is not ready before its server runs, and ready after', async () => {
    const server = await start(image, { env, script: held(command) });
    expect(imageFamily(image)?.name).toBe(family);
    expect(await server.ask()).toBe('closes the connection without an answer');
    await release(server.id);
    const said = await server.untilReady();
    expect(said.slice(0, -1)).not.toContain(undefined);
    expect(await server.ask()).toBeUndefined();
    await docker('stop', '-t', '1', server.id);
    expect(await server.ask()).toBe('nothing listens on its port yet');
  });
});

describe('a real PostgreSQL', () => {
  const env = { POSTGRES_PASSWORD: 'secret', POSTGRES_DB: 'app' };

  it('is not ready while its init scripts run, though pg_isready on the socket says so', async () => {
    const initScript = 'while [ ! -e /go ]; do sleep 0.05; done';
    const script = `echo '${initScript}' >/docker-entrypoint-initdb.d/slow.sh; exec docker-entrypoint.sh postgres`;
    const server = await start(POSTGRES_IMAGE, { env: { ...env, REAL_INIT: '1' }, script });
    await vi.waitUntil(() => docker('exec', server.id, 'pg_isready').catch(() => false), { timeout: 50_000 });
    expect(await server.ask()).toBe('closes the connection without an answer');
    await release(server.id);
    await server.untilReady();
    // With the database that the init scripts made: the server that answers is the last one.
    await docker('exec', server.id, 'psql', '-U', 'postgres', '-d', 'app', '-c', 'select 1');
  });

  it('is not ready while it is in recovery and takes nobody', async () => {
    const script = [
      'cp -a /var/lib/postgresql/template/. "$PGDATA"/',
      'touch "$PGDATA/standby.signal"',
      'exec docker-entrypoint.sh postgres -c hot_standby=off',
    ].join(' && ');
    const server = await start(POSTGRES_IMAGE, { env, script });
    const REFUSES = 'the database system is not accepting connections';
    await vi.waitUntil(async () => (await server.ask()) === REFUSES, { timeout: 50_000 });
    await docker('exec', '-u', 'postgres', server.id, 'pg_ctl', 'promote');
    await server.untilReady();
  });
});

describe('a real Redis', () => {
  it('that wants a password is ready, whether the password is known or not', async () => {
    const server = await start(REDIS_IMAGE, { command: ['redis-server', '--requirepass', 'gehéim'] });
    await server.untilReady();
    const probe = probeFor('redis');
    expect(await probe({ ...server.target, command: [] })).toBeUndefined();
    expect(await probe({ ...server.target, command: ['redis-server', '--requirepass', 'wrong'] })).toBeUndefined();
  });

  it('is not ready while it loads its data, even if it wants a password first', async () => {
    // 20,000 keys at 10 ms each: it loads for longer than the test lasts, and answers every 50 keys.
    const script = [
      'redis-server --daemonize yes --save "" --dir /data --enable-debug-command yes',
      'until redis-cli ping; do sleep 0.05; done',
      'redis-cli debug populate 20000',
      'redis-cli save',
      'redis-cli shutdown nosave',
      'exec redis-server --protected-mode no --dir /data --requirepass secret --key-load-delay 10000 --loading-process-events-interval-bytes 1024',
    ].join('\n');
    const server = await start(REDIS_IMAGE, { script });
    const probe = probeFor('redis');
    const target = { ...server.target, command: ['redis-server', '--requirepass', 'secret'] };
    const LOADING = 'LOADING Redis is loading the dataset in memory';
    await vi.waitUntil(async () => (await probe(target)) === LOADING, { timeout: 50_000 });
    // It is all that a server says to a stranger, which is why the password is asked for.
    expect(await probe(server.target)).toBeUndefined();
    expect(await probe(target)).toBe(LOADING);
  });
});
