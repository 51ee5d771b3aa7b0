import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imageFamily } from '../../src/domain/image-family.js';
import { LABEL } from '../../src/domain/labels.js';
import { NEVER, POSTGRES_IMAGE, REDIS_IMAGE, Scope } from '../support/scope.js';

const FOLDER = new URL('../../compose/templates/', import.meta.url).pathname;
const NAMES = readdirSync(FOLDER).map((name) => basename(name, '.yml'));

interface Template {
  readonly services: Record<
    string,
    { image: string; ports?: unknown; healthcheck?: unknown; deploy?: { resources?: { limits?: { memory?: string } } } }
  >;
}

describe('a template of one service', () => {
  it.each(NAMES)('%s is called as its service and as the family of its image, and Compose takes it', async (name) => {
    const { stdout } = await execa('docker', ['compose', '-f', `${FOLDER}${name}.yml`, 'config', '--images']);
    expect(imageFamily(stdout)?.name).toBe(name);
    const { services } = parse(readFileSync(`${FOLDER}${name}.yml`, 'utf8')) as Template;
    expect(Object.keys(services)).toEqual([name]);
    expect(services[name]).toMatchObject({
      ports: expect.anything(),
      healthcheck: expect.anything(),
      deploy: { resources: { limits: { memory: expect.stringMatching(/^\d+[MG]$/) } } },
    });
  });

  it('is an environment without a compose file, named after the folder', async () => {
    await using scope = new Scope({ env: { ...process.env, POSTGRES_IMAGE } });
    await using lease = await scope.manager.acquire({ template: 'postgres', cwd: scope.folder });
    expect(lease.services.postgres?.url).toMatch(/^postgresql:\/\/test:test@127\.0\.0\.1:\d{5}\/test$/);
    expect(lease.project).toMatch(new RegExp(`^${basename(scope.folder).toLowerCase()}-`));
  });

  it('runs the image that is named, by the template of its family', async () => {
    await using scope = new Scope();
    await using lease = await scope.manager.acquire({ image: REDIS_IMAGE, cwd: scope.folder });
    const [container] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
    expect(container).toMatchObject({ service: 'redis', image: REDIS_IMAGE });
    expect(lease.services.redis).toMatchObject({ state: 'healthy' });
  });
});

describe('a template or image that cannot be meant', () => {
  it.each([
    [{ template: 'postgress' }, /template: there is no template "postgress"; did you mean "postgres"\?/],
    [{ image: 'shop/api:3' }, /image: no template knows how "shop\/api:3" is run/],
    [{ image: 'redis:7', template: 'redis' }, /image: template and image are asked for at once/],
    [{ files: ['compose.yml'], template: 'redis' }, /template: files and template are asked for at once/],
  ])('%j', async (options, message) => {
    await using scope = new Scope();
    const error = { code: 'OPTION_INVALID', message: expect.stringMatching(message) };
    await expect(scope.manager.plan({ ...options, cwd: scope.folder })).rejects.toMatchObject(error);
  });

  it('counts before the files of a config file when it is said in the call', async () => {
    await using scope = new Scope();
    scope.file('docker-manual.config.yml', 'files: [nowhere.yml]\n');
    const plan = await scope.manager.plan({ template: 'redis', cwd: scope.folder });
    expect(plan.services).toEqual(['redis']);
  });
});
