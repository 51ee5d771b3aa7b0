import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sqlite } from '../../src/store/drivers/better-sqlite3.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { BundledModule, NO_NODE_24, NODE_24 } from '../support/node-24.js';
import { request } from './support/requests.js';

const EXPORTS = `
export { sqlite } from './src/store/drivers/better-sqlite3.js';
export { LeaseStore } from './src/store/lease-store.js';
export { storeError } from './src/store/store-error.js';`;

let module: BundledModule;
let folder: string;
beforeAll(async () => {
  if (!NO_NODE_24) module = await BundledModule.of(EXPORTS);
});
afterAll(() => module?.[Symbol.dispose]());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-drivers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a module text on Node 24, with the bundled store in `store` and the test's folder in `folder`. */
function onNode24(script: string): ChildProcess & { readonly stdout: NonNullable<ChildProcess['stdout']> } {
  const whole = `const folder = ${JSON.stringify(folder)};\n${script}`;
  const imported = `import * as store from ${JSON.stringify(module.path)};\n${whole}`;
  return spawn(NODE_24, ['--input-type=module', '-e', imported], { stdio: ['pipe', 'pipe', 'inherit'] });
}

async function printed(script: string): Promise<unknown> {
  return JSON.parse(await text(onNode24(script).stdout));
}

describe.skipIf(NO_NODE_24)(`the two SQLite libraries (${NO_NODE_24 ?? 'one file for both'})`, () => {
  it('write one file side by side, and nothing that either has acknowledged is lost or given out twice', async () => {
    const ours = new LeaseStore(folder);
    const claims = 40;
    const theirs = onNode24(`
      const mine = new store.LeaseStore(folder);
      console.log('open');
      for (let n = 0; n < ${claims}; n++) mine.claim(${JSON.stringify({ ...request, base: 'theirs' })});
      mine.close();`);
    await once(theirs.stdout, 'data'); // both are open from here on
    const ended = once(theirs, 'exit');
    for (let n = 0; n < claims; n++) ours.claim({ ...request, base: 'ours' });
    expect(await ended).toEqual([0, null]);
    const leases = ours.list();
    expect(leases.filter((lease) => lease.project.startsWith('theirs'))).toHaveLength(claims);
    expect(leases.filter((lease) => lease.project.startsWith('ours'))).toHaveLength(claims);
    expect(new Set(leases.map((lease) => lease.ports?.first)).size).toBe(2 * claims);
    expect(ours.history.list(1000)).toHaveLength(2 * claims);
    ours.close();
    // And the other way round: what was written here is what Node's own library reads.
    const read = await printed(`
      const mine = new store.LeaseStore(folder);
      console.log(JSON.stringify({ id: mine.id, leases: mine.list(), history: mine.history.list(3, 'ours') }));
      mine.close();`);
    const again = new LeaseStore(folder);
    expect(read).toEqual({ id: again.id, leases: again.list(), history: again.history.list(3, 'ours') });
    again.close();
  });

  it('wait for each other, and name who does not let go', async () => {
    new LeaseStore(folder).close();
    const file = join(folder, 'store.db');
    const holder = sqlite.open(file, 0);
    holder.exec('BEGIN IMMEDIATE');
    const said = await printed(`
      const database = store.sqlite.open(folder + '/store.db', 1);
      try { database.exec('BEGIN IMMEDIATE'); } catch (error) {
        console.log(JSON.stringify(store.storeError(error, folder + '/store.db')));
      }`);
    holder.exec('ROLLBACK');
    holder.close();
    expect(said).toMatchObject({ code: 'STORE_BUSY', params: { file } });
    if (process.platform === 'linux') {
      expect(said).toMatchObject({ params: { holder: expect.stringContaining(`pid ${process.pid}`) } });
    }
  });

  it('tell a file that is none, one that is damaged, and one that was replaced under them', async () => {
    writeFileSync(
      join(folder, 'text.db'),
      'no database at all, and longer than a header of SQLite has to be\n'.repeat(40),
    );
    const said = await printed(`
      const { rmSync, renameSync } = await import('node:fs');
      const codes = {};
      const code = (name, run) => { try { run(); } catch (error) { codes[name] = store.storeError(error, folder + '/x.db').code; } };
      code('text', () => store.sqlite.open(folder + '/text.db', 1).pragma('user_version'));
      code('folder', () => store.sqlite.open(folder, 1).pragma('user_version'));
      const database = store.sqlite.open(folder + '/moved.db', 1);
      database.exec('CREATE TABLE t (n INTEGER) STRICT');
      renameSync(folder + '/moved.db', folder + '/elsewhere.db');
      code('moved', () => database.exec('INSERT INTO t VALUES (1)'));
      console.log(JSON.stringify(codes));`);
    expect(said).toEqual({ text: 'STORE_DAMAGED', folder: 'STATE_DIR_UNUSABLE', moved: 'STORE_LOST' });
  });

  it('begin anew beside a database that is damaged, and keep it', async () => {
    new LeaseStore(folder).close();
    const descriptor = openSync(join(folder, 'store.db'), 'r+');
    writeSync(descriptor, Buffer.alloc(200, 7), 0, 200, 0);
    closeSync(descriptor);
    const said = await printed(`
      const mine = new store.LeaseStore(folder);
      console.log(JSON.stringify({ aside: mine.movedAside, leases: mine.list() }));
      mine.close();`);
    expect(said).toEqual({ aside: expect.stringMatching(/store\.db\.damaged-/), leases: [] });
  });

  it('undo a transaction that fails, and only the inner one of two', async () => {
    const said = await printed(`
      const database = store.sqlite.open(folder + '/t.db', 1);
      database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT');
      const insert = (n) => database.prepare('INSERT INTO t VALUES (?)').run(n);
      const quietly = (run) => { try { run(); } catch (error) { return store.sqlite.codeOf(error) ?? error.message; } };
      const failed = quietly(() => database.transaction(() => { insert(1); insert(1); }));
      database.transaction(() => {
        insert(2);
        quietly(() => database.transaction(() => { insert(3); throw new Error('no'); }));
      });
      const named = database.prepare('SELECT n FROM t WHERE n = :n').value({ n: 2 });
      const rows = database.prepare('SELECT n FROM t').values();
      database.close();
      database.close();
      console.log(JSON.stringify({ failed, named, rows, open: database.open }));`);
    expect(said).toEqual({ failed: 'SQLITE_CONSTRAINT', named: 2, rows: [2], open: false });
  });
});
