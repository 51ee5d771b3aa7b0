import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import type { PortRange } from '../../src/domain/ports.js';
import { Scope } from '../support/scope.js';
import { POSTGRES_AND_REDIS } from '../support/stacks.js';

interface Report {
  readonly project: string;
  readonly ports: PortRange;
  readonly one: number;
  readonly pong: string;
}

const ACQUIRE_ONCE = new URL('../support/acquire-once.mjs', import.meta.url).pathname;

function startRun(stateDir: string, folder: string): { child: ChildProcess; report: Promise<Report> } {
  const child = spawn(process.execPath, [ACQUIRE_ONCE, stateDir, folder], { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const line = once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line');
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a run ended early with code ${code}: ${errors}`);
  });
  return { child, report: Promise.race([line, ended]).then(([text]) => JSON.parse(String(text)) as Report) };
}

async function runTogether(scope: Scope, folders: readonly string[]): Promise<Report[]> {
  const runs = folders.map((folder) => startRun(scope.stateDir, folder));
  const reports = await Promise.all(runs.map((run) => run.report));
  expect(await scope.manager.status()).toHaveLength(folders.length);
  await Promise.all(
    runs.map(({ child }) => {
      const exit = once(child, 'exit');
      child.stdin?.end();
      return exit;
    }),
  );
  return reports;
}

function expectDisjoint(reports: readonly Report[]): void {
  const ports = reports.flatMap(({ ports: { first, last } }) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i),
  );
  expect(new Set(ports).size).toBe(reports.length * 2);
  expect(new Set(reports.map((r) => r.project)).size).toBe(reports.length);
  for (const report of reports) expect(report).toMatchObject({ one: 1, pong: 'PONG' });
}

it('gives eight processes that ask at the same moment eight environments, and nothing is left', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', POSTGRES_AND_REDIS);
  expectDisjoint(await runTogether(scope, Array(8).fill(scope.folder)));
}, 120_000);

it('gives four processes in two folders of one repository four environments', async () => {
  await using scope = new Scope();
  const folders = ['one', 'two'].map((name) =>
    scope.file(`${name}/compose.yml`, POSTGRES_AND_REDIS).replace(/\/[^/]*$/, ''),
  );
  expectDisjoint(await runTogether(scope, [...folders, ...folders]));
}, 120_000);
