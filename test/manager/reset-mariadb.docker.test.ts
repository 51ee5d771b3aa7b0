import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { Lease } from '../../src/manager/lease.js';
import { NEVER, Scope } from '../support/scope.js';

const MARIADB_IMAGE = process.env.MARIADB_IMAGE ?? 'dm-test-mariadb';
const { exitCode } = await execa('docker', ['image', 'inspect', MARIADB_IMAGE], { reject: false });
const absent = exitCode !== 0;

const PASSWORD = `it's "q" $x y@`;

const STACK = `
services:
  db:
    image: ${MARIADB_IMAGE}
    environment:
      MARIADB_ROOT_PASSWORD: ${JSON.stringify(PASSWORD.replace('$', '$$$$'))}
      MARIADB_DATABASE: shop's
      MARIADB_USER: app
      MARIADB_PASSWORD: app
    ports: ["3306:3306"]
`;

const SCHEMA = `
  CREATE TABLE parent (id INT AUTO_INCREMENT PRIMARY KEY, name TEXT, size INT AS (LENGTH(name)) STORED);
  CREATE TABLE child (id INT AUTO_INCREMENT PRIMARY KEY, parent INT NOT NULL, FOREIGN KEY (parent) REFERENCES parent (id));
  CREATE TABLE \`odd \`\`name\` (\`the \`\`column\` INT);
  CREATE VIEW names AS SELECT name FROM parent;
  SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
  INSERT INTO parent (id, name) VALUES (0, 'zero'), (7, 'seed');
  INSERT INTO child (parent) VALUES (7);
  INSERT INTO \`odd \`\`name\` VALUES (1);
`;

let scope: Scope;
let lease: Lease;

beforeAll(async () => {
  if (absent) return;
  scope = new Scope();
  scope.file('compose.yml', STACK);
  lease = await scope.manager.acquire({ cwd: scope.folder });
  await sql(SCHEMA);
});

afterAll(async () => {
  if (absent) return;
  await lease.release();
  await scope[Symbol.asyncDispose]();
});

/** As the user of the application, in the container: there is no client library here. */
async function sql(text: string): Promise<string> {
  const [db] = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  const command = ['mariadb', '-uapp', '-N', '-B', "shop's", '-e', text];
  const { output } = await scope.engine.exec(String(db?.id), command, NEVER, { MYSQL_PWD: 'app' });
  return output.trim();
}

it.skipIf(absent)('puts the rows back, with their keys, and removes tables that a test has added', async () => {
  expect((await lease.reset()).services).toEqual({ db: 'kept' });
  const tables = 'SELECT * FROM parent; SELECT * FROM child; SELECT * FROM `odd ``name`; SELECT * FROM names';
  const before = await sql(tables);
  expect(before).toBe('0\tzero\t4\n7\tseed\t4\n1\t7\n1\nzero\nseed');
  for (const _ of [1, 2]) {
    await sql(`INSERT INTO parent (name) VALUES ('of a test'); UPDATE child SET parent = 8; DELETE FROM parent WHERE id = 0;
      CREATE TABLE more (n INT)`);
    expect((await lease.reset()).services).toEqual({ db: 'restored' });
    expect(await sql(tables)).toBe(before);
    expect(await sql('SHOW TABLES')).toBe('child\nnames\nodd `name\nparent');
  }
  expect(await sql(`INSERT INTO parent (name) VALUES ('next'); SELECT MAX(id) FROM parent`)).toBe('8');
});

it.skipIf(absent)('takes a snapshot of what migrations have made, and refuses what it could not put back', async () => {
  await sql('CREATE TABLE migrated (n INT); INSERT INTO migrated VALUES (1)');
  expect((await lease.snapshot()).services).toEqual({ db: 'kept' });
  await sql('DELETE FROM migrated');
  await lease.reset();
  expect(await sql('SELECT n FROM migrated')).toBe('1');
  await sql('ALTER TABLE migrated ADD COLUMN more INT, DROP COLUMN n');
  await expect(lease.reset()).rejects.toMatchObject({
    code: 'RESET_FAILED',
    message: expect.stringContaining("Unknown column 'n'"),
  });
  await sql('ALTER TABLE migrated ADD COLUMN n INT');
  await sql('CREATE TRIGGER note AFTER INSERT ON child FOR EACH ROW INSERT INTO migrated (n) VALUES (2)');
  await expect(lease.reset()).rejects.toThrow('rows cannot be put back past a trigger on INSERT (note)');
});

it.skipIf(absent)('has no database per worker', async () => {
  await expect(lease.worker(1)).rejects.toMatchObject({ code: 'RESET_UNSUPPORTED' });
});
