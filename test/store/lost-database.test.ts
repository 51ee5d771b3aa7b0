import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/manager/config.js';
import { createContext } from '../../src/manager/context.js';
import type { Progress } from '../../src/manager/progress.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { readStoreId, writeStoreId } from '../../src/store/store-id.js';
import { inChild } from './support/in-child.js';
import { request } from './support/requests.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-lost-'));
  file = join(folder, 'store.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A closed store with so many leases. */
function makeStore(leases: number): string {
  const store = new LeaseStore(folder);
  for (let n = 0; n < leases; n++) store.claim(request);
  store.close();
  return store.id;
}

function damagedFiles(): string[] {
  return readdirSync(folder).filter((name) => /^store\.db\.damaged-\d{8}T\d{6}Z$/.test(name));
}

/** Overwrites every page but the first. */
function spoilPages(path: string): void {
  const pages = readFileSync(path);
  writeFileSync(path, pages.fill(0xa5, 4096));
}

const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
  ['garbage', (path) => writeFileSync(path, 'garbage, and long enough to be read as a header'.repeat(50))],
  ['a truncated file', (path) => truncateSync(path, 8192)],
  ['a bad page', spoilPages],
  [
    'a file with other tables',
    (path) => {
      rmSync(path);
      inChild(`const { default: Database } = await import('better-sqlite3'); const db = new Database(${JSON.stringify(path)});
      db.exec('CREATE TABLE other (x)'); db.pragma('user_version = 1'); db.close();`);
    },
  ],
];

describe('a damaged database', () => {
  it.each(DAMAGES)('%s is moved aside, and the store goes on under its id', (_, damage) => {
    const id = makeStore(40);
    damage(file);
    const damaged = readFileSync(file);

    const store = new LeaseStore(folder);
    expect(store.id).toBe(id);
    expect(store.list()).toEqual([]);
    const [aside] = damagedFiles();
    expect(store.movedAside).toBe(join(folder, aside as string));
    expect(readFileSync(store.movedAside as string)).toEqual(damaged);
    expect(store.incomplete).toBe(true);
    store.claim(request);
    store.close();

    // Until somebody has found the missing leases, everybody who opens it is told.
    const later = new LeaseStore(folder);
    expect(later.movedAside).toBeDefined();
    later.completed();
    expect(later).toMatchObject({ incomplete: false, movedAside: undefined });
    expect(later.list()).toHaveLength(1);
    later.close();
  });

  it('goes with its log, away from those who still have it open', () => {
    makeStore(40);
    const store = new LeaseStore(folder);
    const lease = store.claim(request);
    inChild(`const { readFileSync, writeFileSync } = await import('node:fs'); const file = ${JSON.stringify(file)};
      const pages = readFileSync(file); writeFileSync(file, pages.fill(0xa5, 4096));
      const { LeaseStore } = await import('$dist/store/lease-store.js');
      new LeaseStore(${JSON.stringify(folder)}).close();`);
    const [aside] = damagedFiles();
    const beside = readdirSync(folder).filter((name) => name.startsWith(`${aside}-`));
    expect(beside.sort()).toEqual([`${aside}-shm`, `${aside}-wal`]);
    expect(() => store.transition(lease, 'starting')).toThrowError(expect.objectContaining({ code: 'STORE_LOST' }));
    store.close();
    const next = new LeaseStore(folder);
    expect(next.list()).toEqual([]);
    next.close();
  });

  it('is moved by one of eight processes that find it at once', async () => {
    const id = makeStore(40);
    spoilPages(file);
    const script = `
      const { LeaseStore } = await import('${new URL('../../dist', import.meta.url).href}/store/lease-store.js');
      process.stdin.once('data', () => {
        const store = new LeaseStore(process.argv[1]);
        const lease = store.claim(JSON.parse(process.argv[2]));
        console.log(store.id + ' ' + lease.id);
        store.close();
        process.stdin.destroy();
      });
      console.log('up');`;
    const args = ['--input-type=module', '-e', script, folder, JSON.stringify(request)];
    const children = Array.from({ length: 8 }, () => execa(process.execPath, args));
    await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
    for (const child of children) child.stdin.write('go\n');
    const said = (await Promise.all(children)).map(({ stdout }) => (stdout.split('\n')[1] as string).split(' '));
    expect(new Set(said.map(([store]) => store))).toEqual(new Set([id]));
    expect(damagedFiles()).toHaveLength(1);
    const store = new LeaseStore(folder);
    expect(
      store
        .list()
        .map((lease) => lease.id)
        .sort(),
    ).toEqual(said.map(([, lease]) => lease).sort());
    store.close();
  });

  it('is told of by name, once to a process, whatever asked for it', async () => {
    makeStore(1);
    writeFileSync(file, 'garbage'.repeat(500));
    const told: Progress[] = [];
    const context = createContext(readConfig({ stateDir: folder, onProgress: (p) => told.push(p) }));
    await Promise.all([context.store(), context.store()]);
    expect(told).toEqual([{ type: 'notice', text: expect.stringContaining(damagedFiles()[0] as string) }]);
    await context.close();
  });

  it('found only while it is in use ends that use with its new name', () => {
    makeStore(40);
    const store = new LeaseStore(folder);
    // Another process writes, so what this one has read of it counts no more; then the pages go bad.
    inChild(`const { default: Database } = await import('better-sqlite3'); const { readFileSync, writeFileSync } = await import('node:fs');
      const file = ${JSON.stringify(file)}; const db = new Database(file);
      db.exec("INSERT INTO meta VALUES ('k', 'v')"); db.pragma('wal_checkpoint(TRUNCATE)'); db.close();
      const pages = readFileSync(file); writeFileSync(file, pages.fill(0xa5, 4096));`);
    expect(() => store.list()).toThrowError(
      expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringMatching(/moved to .*damaged-/) }),
    );
    expect(store.usable).toBe(false);
    expect(() => store.claim(request)).toThrowError(expect.objectContaining({ code: 'STORE_DAMAGED' }));
    expect(damagedFiles()).toHaveLength(1);
  });
});

describe('a deleted database', () => {
  it('leaves the id, and the next one says that leases are missing', () => {
    const id = makeStore(2);
    rmSync(file);
    const store = new LeaseStore(folder);
    expect(store).toMatchObject({ id, incomplete: true, movedAside: undefined });
    store.close();
  });

  it('is not mistaken for a first one, nor a first one for it', () => {
    const store = new LeaseStore(folder);
    expect(store.incomplete).toBe(false);
    store.close();
    truncateSync(file, 0);
    const next = new LeaseStore(folder);
    expect(next).toMatchObject({ id: store.id, incomplete: true });
    next.close();
  });

  it.each([
    ['deleted', () => rmSync(file)],
    ['replaced', () => renameSync(file, join(folder, 'elsewhere'))],
  ])('%s while it is in use takes no write and answers no question', (_, lose) => {
    const store = new LeaseStore(folder);
    const lease = store.claim(request);
    lose();
    expect(() => store.takeOver(lease, lease.owner, 'released')).toThrowError(
      expect.objectContaining({ code: 'STORE_LOST', exitCode: 5 }),
    );
    expect(() => store.list()).toThrowError(expect.objectContaining({ code: 'STORE_LOST' }));
    store.close();
  });

  it('is begun anew by the next use of the same manager', async () => {
    const context = createContext(readConfig({ stateDir: folder }));
    const first = await context.store();
    rmSync(file);
    expect(() => first.list()).toThrow('deleted or replaced');
    const [second, same] = await Promise.all([context.store(), context.store()]);
    expect(second).toBe(same);
    expect(second.claim(request).ports).toEqual({ first: 30000, last: 30002 });
    expect(second).toMatchObject({ id: first.id, incomplete: true });
    await context.close();
  });
});

describe('the id of a store', () => {
  const idFile = () => join(folder, 'store-id');

  it.each([
    ['lost', () => rmSync(idFile())],
    ['empty', () => truncateSync(idFile(), 0)],
    ['garbage', () => writeFileSync(idFile(), 'garbage')],
  ])('comes back from the database when its file is %s', (_, lose) => {
    const id = makeStore(1);
    lose();
    const store = new LeaseStore(folder);
    expect(store.id).toBe(id);
    expect(store.list()).toHaveLength(1);
    store.close();
    expect(readFileSync(idFile(), 'utf8')).toBe(`${id}\n`);
    expect(readdirSync(folder).filter((name) => name.startsWith('store-id'))).toEqual(['store-id']);
  });

  it('stays that of the process that was first', () => {
    const [first, second] = [randomUUID(), randomUUID()];
    expect(writeStoreId(folder, first)).toBe(first);
    expect(writeStoreId(folder, second)).toBe(first);
    expect(readStoreId(folder)).toBe(first);
  });

  it('is the same for eight processes that begin a store at once', async () => {
    const script = `
      const { LeaseStore } = await import('${new URL('../../dist', import.meta.url).href}/store/lease-store.js');
      process.stdin.once('data', () => {
        const store = new LeaseStore(process.argv[1]);
        console.log(store.id + ' ' + store.incomplete);
        store.close();
        process.stdin.destroy();
      });
      console.log('up');`;
    const state = join(folder, 'new');
    const children = Array.from({ length: 8 }, () =>
      execa(process.execPath, ['--input-type=module', '-e', script, state]),
    );
    await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))));
    for (const child of children) child.stdin.write('go\n');
    const said = (await Promise.all(children)).map(({ stdout }) => stdout.split('\n')[1]);
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toBe(`${readFileSync(join(state, 'store-id'), 'utf8').trim()} false`);
  });
});
