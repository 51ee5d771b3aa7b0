import { Client } from 'pg';
import { expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';
import { Scope } from '../../support/scope.js';
import { fixture, POSTGRES_AND_REDIS } from '../../support/stacks.js';

function inScope(scope: Scope) {
  return (...args: string[]) => runCli(args, { cwd: scope.folder, env: { DOCKER_MANUAL_HOME: scope.stateDir } });
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

it('reset and snapshot print for people and, with --json, for programs', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', POSTGRES_AND_REDIS);
  const cli = inScope(scope);
  const { data } = JSON.parse((await cli('start', '--name', 'shop', '--json')).stdout);
  const url = data.env.DATABASE_URL;
  await query(url, 'CREATE TABLE t (n INT)');

  const kept = await cli('snapshot', 'shop');
  expect(kept).toMatchObject({ exitCode: 0 });
  expect(kept.stdout).toBe(
    `${data.lease.project}: postgres kept as it is now; a reset brings this back\n` +
      `${data.lease.project}: redis left as it is: a reset empties it, and nothing is kept`,
  );
  await query(url, 'INSERT INTO t VALUES (1)');
  const reset = await cli('reset', '-s', 'postgres');
  expect(reset).toMatchObject({ exitCode: 0, stdout: `${data.lease.project}: postgres restored` });
  expect(await query(url, 'SELECT * FROM t')).toEqual([]);

  expect(JSON.parse((await cli('reset', '--json')).stdout)).toMatchObject({
    success: true,
    data: { lease: { id: data.lease.id }, services: { postgres: 'restored', redis: 'emptied' }, without: {} },
  });
  expect(await cli('reset', '--services', 'postgers')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('did you mean "postgres"?'),
  });
  await cli('stop');
}, 120_000);

it('reset says that no service has one', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', fixture());
  const cli = inScope(scope);
  await cli('start');
  const { exitCode, stdout } = await cli('reset', '--json');
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ success: false, error: { code: 'RESET_UNSUPPORTED' } });
  await cli('stop');
});
