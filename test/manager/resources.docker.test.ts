import { execa } from 'execa';
import { expect, it } from 'vitest';
import { POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

const STACK = `
services:
  db:
    image: ${POSTGRES_IMAGE}
    environment: { POSTGRES_PASSWORD: secret }
    ports: ["5432"]
    volumes: ["data:/var/lib/postgresql/data"]
  cache: { image: ${REDIS_IMAGE}, ports: ["6379"] }
volumes: { data: {} }
`;

async function sql(project: string, text: string): Promise<string> {
  const { stdout } = await execa('docker', ['exec', `${project}-db-1`, 'psql', '-U', 'postgres', '-Atc', text]);
  return stdout.trim();
}

it('gives services the limits that were asked for, data in memory, and resets that work all the same', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', STACK);
  const lease = await scope.manager.acquire({
    cwd: scope.folder,
    limits: 'recommended',
    services: { cache: { cpus: 0.5 } },
    fastStorage: 'tmpfs',
    tuneDatabases: true,
  });
  const format =
    '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{range .Mounts}}{{.Type}} {{end}}{{.State.Health.Status}}';
  const inspect = ['inspect', '-f', format, `${lease.project}-db-1`, `${lease.project}-cache-1`];
  const { stdout } = await execa('docker', inspect);
  expect(stdout.split('\n')).toEqual([
    `${1024 ** 3} 0 tmpfs healthy`,
    expect.stringMatching(new RegExp(`^${256 * 1024 ** 2} 500000000 .*healthy$`)),
  ]);
  expect(lease.record.memory).toBe((1024 + 512 + 256) * 1024 ** 2);
  expect(await sql(lease.project, 'SHOW fsync')).toBe('off');

  await sql(lease.project, 'CREATE TABLE t AS SELECT 1 AS n');
  await lease.snapshot();
  await sql(lease.project, 'DELETE FROM t');
  await lease.reset();
  expect(await sql(lease.project, 'SELECT count(*) FROM t')).toBe('1');
  await lease.release();
});

it('decides by what is free, where that is left to it', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', STACK);
  const acquire = { cwd: scope.folder, fastStorage: 'auto' } as const;
  const plenty = await scope.manager.acquire(acquire);
  expect(plenty.record.memory).toBe((128 + 512 + 32) * 1024 ** 2);
  await plenty.release();
  const production = await scope.manager.acquire({ ...acquire, files: ['compose.yml'], mode: 'production' });
  expect(production.record.memory).toBe((128 + 32) * 1024 ** 2);
  await production.release();
});
