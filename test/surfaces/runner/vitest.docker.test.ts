import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { project, type RunnerProject } from '../../../scripts/runners/projects.mjs';
import { Place, projectsIn, start } from '../../../scripts/runners/suite.mjs';

/**
 * The plugin in vitest itself, on the example that the documentation shows. `npm run runners` has other versions take
 * the same test: VITEST_UNDER_TEST=vitest-5 NODE_UNDER_TEST=24.
 */
const RUNNER = process.env.VITEST_UNDER_TEST ?? 'vitest-4';
const NODE = Number(process.env.NODE_UNDER_TEST ?? process.versions.node.split('.')[0]);

/** The pools differ in how a worker gets its variables. */
const POOLS = process.env.VITEST_UNDER_TEST ? ['forks', 'threads', 'vmThreads'] : ['forks'];

let example: RunnerProject;
let place: Place;

beforeEach(() => {
  example = project(RUNNER, NODE, 'cases');
  place = new Place();
});

afterEach(async () => {
  const left = await place.left();
  place.remove();
  expect(left).toEqual([]);
});

function file(name: string, text: string): void {
  writeFileSync(join(example.folder, name), text);
}

function config(test: string, options = "{ files: ['compose.yml'] }"): void {
  file(
    'vitest.config.ts',
    `import { dockerManual } from 'docker-manual/vitest';
     export default { plugins: [dockerManual(${options})], test: ${test} };`,
  );
}

function run(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const [node, vitest, verb, ...rest] = example.command as [string, string, string];
  const command = args[0] === 'list' ? [node, vitest, ...args] : [node, vitest, verb, ...rest, ...args];
  return start({ folder: example.folder, command }, place.env(env));
}

/** Two projects, one that inherits the plugin and one that has none. */
const PROJECTS = `{ projects: [
  { extends: true, test: { name: 'data', include: ['test/database.test.ts'] } },
  { extends: true, test: { name: 'visits', include: ['test/cache.test.ts'] } },
] }`;

describe(`${RUNNER} on Node ${NODE}`, () => {
  it.each(POOLS)('a suite in the pool %s has an environment, and nothing is left', async (pool) => {
    const { code, output } = await run([`--pool=${pool}`]).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 passed/) });
    expect(projectsIn(output)).toHaveLength(1);
  });

  it('projects share the one environment of the run', async () => {
    config(PROJECTS);
    const { code, output } = await run().ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 passed/) });
    expect(projectsIn(output)).toHaveLength(1);
  });

  it('or have one each, where that is asked for', async () => {
    config(PROJECTS, "{ files: ['compose.yml'], scope: 'project', name: 'shop' }");
    const { code, output } = await run().ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 passed/) });
    const names = projectsIn(output).map((name) => name.replace(/-[0-9a-f]{8}$/, ''));
    expect(names.sort()).toEqual(['shop-data', 'shop-visits']);
  });

  it('workers have one each, where that is asked for', async () => {
    for (const name of ['cache', 'database']) {
      file(
        `test/${name}.test.ts`,
        `import { writeFileSync } from 'node:fs';
         import { expect, inject, it } from 'vitest';
         it('runs', () => {
           const { project, services } = inject('dockerManual');
           expect(process.env.DM_PROJECT).toBe(project);
           expect(process.env.DATABASE_URL).toContain(String(services.postgres.ports['5432/tcp']));
           console.log('IN', process.env.VITEST_POOL_ID, project);
         });`,
      );
    }
    const options = "{ files: ['compose.yml'], scope: 'worker', workers: 2 }";
    config('{ maxWorkers: 2, fileParallelism: true, isolate: true }', options);
    const { code, output } = await run().ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 passed/) });
    const environments = projectsIn(output);
    expect(environments).toHaveLength(2);
    const used = [...output.matchAll(/^IN (\d) (\S+)$/gm)].map(([, slot, name]) => ({ slot, name }));
    expect(used.map(({ slot }) => slot).sort()).toEqual(['1', '2']);
    expect(used.map(({ name }) => name).sort()).toEqual(environments.sort());
  });

  it('a listing of the tests starts nothing', async () => {
    file(
      'test/plain.test.ts',
      `import { inject, it } from 'vitest';
       const url = inject('dockerManual').services.postgres?.url;
       it('is listed', () => console.log(url));`,
    );
    const { code, output } = await run(['list']).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('is listed') });
    expect(projectsIn(output)).toEqual([]);
  });

  it('in watch mode the environment stays for the next run', async () => {
    file(
      'test/cache.test.ts',
      "import { it } from 'vitest';\nit('runs', () => console.log('IN', process.env.DM_PROJECT));\n",
    );
    config("{ include: ['test/cache.test.ts'], watch: true }");
    const [node, vitest] = example.command as [string, string];
    const watching = start({ folder: example.folder, command: [node, vitest, '--watch'] }, place.env());
    await watching.said('Waiting for file changes');
    appendFileSync(join(example.folder, 'test/cache.test.ts'), "it('again', () => console.log('SECOND RUN'));\n");
    await watching.said('SECOND RUN');
    watching.child.kill('SIGINT');
    const { output } = await watching.ended;
    const [name, ...others] = projectsIn(output);
    expect(others).toEqual([]);
    expect(output.match(/IN (\S+)/g)).toEqual([`IN ${name}`, `IN ${name}`]);
    // vitest does or does not call the teardown then; the watchdog does not mind.
    expect(await place.untilClean(10_000)).not.toBeNull();
  });

  it('an unmodified suite reaches its services on the ports of the file', async () => {
    file(
      'test/cache.test.ts',
      `import { Redis } from 'ioredis';
       import { expect, it } from 'vitest';
       it('has an empty redis on 6379', async () => {
         const redis = new Redis(6379, 'localhost');
         expect(await redis.dbsize()).toBe(0);
         await redis.quit();
       });`,
    );
    config("{ include: ['test/cache.test.ts'] }", "{ files: ['compose.yml'], redirect: true }");
    for (const pool of POOLS) {
      const { code, output } = await run([`--pool=${pool}`]).ended;
      expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+1 passed/) });
    }
  });

  it('tells a failed start as prose, with what the service said, and leaves nothing', async () => {
    file(
      'compose.yml',
      'services: { cache: { image: $REDIS_IMAGE, entrypoint: [sh, -c, "echo no more memory; exit 3"] } }',
    );
    const { code, output } = await run().ended;
    expect(code).toBe(1);
    expect(output).toContain('docker-manual SERVICE_FAILED: Service "cache"');
    expect(output).toContain('no more memory');
    expect(output).toMatch(/full logs: \S+/);
    expect(output).toContain('hint: Read its log above');
    expect(output).not.toMatch(/^\s*(at|❯) |Serialized Error|Caused by/m);
  });

  it('skips the tests that need services where no engine is, if told so', async () => {
    const { code, output } = await run([], { DOCKER_HOST: 'unix:///nowhere/docker.sock' }).ended;
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/Tests\s+2 skipped/) });
    expect(output).toMatch(/docker-manual: tests that need services are skipped: No Docker engine answers/);
  });
});
