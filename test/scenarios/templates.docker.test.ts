import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { candidates } from '../../src/domain/compose-selection.js';
import { LABEL } from '../../src/domain/labels.js';
import { NEVER, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

const FOLDER = new URL('../../compose/', import.meta.url).pathname;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'));
const IMAGES = { POSTGRES_IMAGE, REDIS_IMAGE };

interface Template {
  readonly services: Record<
    string,
    { healthcheck?: unknown; deploy?: { resources?: { limits?: { memory?: string } } } }
  >;
}

it('there is one for each kind and variant, by the word of its file name', () => {
  const words = [
    ...candidates({ kind: 'test', alpine: undefined }),
    ...candidates({ kind: 'dev', alpine: true }),
    ...candidates({ kind: 'dev', alpine: false }),
    ...candidates({ kind: 'prod', alpine: undefined }),
  ].flatMap((names) => names.flatMap((name) => /^compose\.([\w-]+)\.yml$/.exec(name)?.[1] ?? []));
  expect(FILES.map((name) => name.replace('.yml', '')).sort()).toEqual([...new Set(words)].sort());
});

it.each(FILES)('%s: every service has a health check and a memory limit', (name) => {
  const { services } = parse(readFileSync(FOLDER + name, 'utf8'), { merge: true }) as Template;
  for (const [service, { healthcheck, deploy }] of Object.entries(services)) {
    expect(healthcheck, service).toBeDefined();
    expect(deploy?.resources?.limits?.memory, service).toMatch(/^\d+[MG]$/);
  }
});

describe('those for tests, with the images that are here', () => {
  it.each([
    ['test.yml', 'the disk'],
    ['alpine-test.yml', 'memory'],
  ])('%s: PostgreSQL without fsync and with its data in %s, Redis without its dump', async (name, place) => {
    await using scope = new Scope({ env: { ...process.env, ...IMAGES } });
    await using lease = await scope.manager.acquire({ files: [FOLDER + name], name: 'template' });
    const containers = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    const run = async (service: string, ...command: string[]) => {
      const id = containers.find((container) => container.service === service)?.id as string;
      return (await scope.engine.exec(id, command, NEVER, { PGPASSWORD: 'test' })).output;
    };
    const asked = "SELECT current_setting('fsync') || current_setting('synchronous_commit')";
    expect(await run('postgres', 'psql', '-h', '127.0.0.1', '-U', 'test', '-Atc', asked, 'test')).toContain('offoff');
    const mount = await run('postgres', 'sh', '-c', 'grep /var/lib/postgresql/data /proc/mounts');
    expect(/^tmpfs /.test(mount)).toBe(place === 'memory');
    expect(await run('redis', 'redis-cli', 'config', 'get', 'save')).toBe('save\n\n');
    expect(lease.services.postgres?.url).toMatch(/^postgresql:\/\/test:test@127\.0\.0\.1:\d{5}\/test$/);
  });
});
