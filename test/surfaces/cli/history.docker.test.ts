import { expect, it } from 'vitest';
import { inChild } from '../../store/support/in-child.js';
import { runCli } from '../../support/run-cli.js';
import { Scope } from '../../support/scope.js';
import { POSTGRES_AND_REDIS } from '../../support/stacks.js';

it('tells a life from claim to release, and keeps no password', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', POSTGRES_AND_REDIS.replaceAll('secret', 'canary-9d1f'));
  // Ports of its own: where another test is faster at one of the usual ports, a start has one event more.
  const env = { DOCKER_MANUAL_HOME: scope.stateDir, DOCKER_MANUAL_PORTS: '32100-32199' };
  const cli = (...args: string[]) => runCli(args, { cwd: scope.folder, env });
  expect((await cli('history')).stdout).toBe('Nothing has happened yet.');
  await cli('start', '--name', 'shop');
  await cli('restart', '-s', 'redis');
  await cli('stop');

  const { events } = JSON.parse((await cli('history', '--json')).stdout).data;
  const told = events.map((event: Record<string, string>) => `${event.operation}: ${event.action}`);
  expect(told).toEqual([
    'acquire: claimed',
    'acquire: starting',
    'acquire: ready',
    'restart: restarted',
    'stop: stopping',
    'stop: released',
  ]);
  expect(events[0]).toMatchObject({
    at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/),
    project: expect.stringMatching(/^shop-[0-9a-f]{8}$/),
    actor: expect.stringMatching(/^docker-manual start \(pid \d+\)$/),
    detail: { ports: { first: expect.any(Number), last: expect.any(Number) } },
  });
  expect(events[4]).toMatchObject({
    actor: expect.stringMatching(/^docker-manual \(pid \d+\)$/),
    detail: { cause: 'stopped' },
  });
  const runs = events.map((event: Record<string, string>) => event.correlation);
  expect(new Set(runs).size).toBe(3);
  expect(runs[0]).toBe(runs[2]);

  const { stdout } = await cli('history', 'shop', '--limit', '2');
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^TIME\s+ENVIRONMENT\s+EVENT\s+IN\s+BY\s+DETAIL$/);
  expect(lines[1]).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}shop-\w+ {2}stopping {2}stop [0-9a-f]{8} {2}docker-manual \(pid \d+\) {2}cause stopped$/,
  );

  const wrong = await cli('history', 'shpo-12345678');
  expect(wrong).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('LEASE_NOT_FOUND') });
  expect(await cli('history', '--limit', 'all')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('no number'),
  });

  const kept =
    inChild(`const { readdirSync, readFileSync } = await import('node:fs'); const folder = ${JSON.stringify(scope.stateDir)};
    console.log(readdirSync(folder).filter((name) => name.startsWith('store.db') && readFileSync(folder + '/' + name).includes('canary-9d1f')).length);`);
  expect(kept).toBe('0');
});
