import { describe, expect, it } from 'vitest';
import type { ComposeModel, ServiceModel } from '../../../src/domain/model.js';
import { planReset, planSnapshot, planWorker } from '../../../src/domain/resets/plan.js';
import { boundedName } from '../../../src/domain/resets/strategy.js';

const SECRET = `s3cret "it's"`;
const SERVICES: Record<string, ServiceModel> = {
  db: { image: 'postgres:16', environment: { POSTGRES_PASSWORD: SECRET, POSTGRES_USER: 'me', POSTGRES_DB: 'app' } },
  shop: { image: 'mysql:8', environment: { MYSQL_ROOT_PASSWORD: SECRET, MYSQL_DATABASE: 'shop' } },
  cache: { image: 'valkey/valkey:8', command: ['valkey-server', '--requirepass', SECRET, '--port', '6380'] },
  bitnami: { image: 'bitnami/redis:7', environment: { REDIS_PASSWORD: SECRET } },
  api: { build: { context: '.' } },
  docs: { image: 'mongo:7' },
};

const model = (...names: string[]): ComposeModel => ({
  name: 'p',
  services: Object.fromEntries(names.map((name) => [name, SERVICES[name] ?? {}])),
});
const ALL = model(...Object.keys(SERVICES));

const thrown = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('a reset', () => {
  it('has a command for every image that it knows, and a reason for every other', () => {
    const { tasks, without } = planReset(ALL, {});
    expect(tasks.map(({ service, outcome, where }) => [service, outcome, where])).toEqual([
      ['db', 'restored', 'each'],
      ['shop', 'restored', 'each'],
      ['cache', 'emptied', 'each'],
      ['bitnami', 'emptied', 'each'],
    ]);
    expect(without).toEqual({
      api: 'it is built, not a known image',
      docs: 'how the data of mongo:7 is brought back is not known',
    });
  });

  it('has passwords in the environment only, never among the arguments', () => {
    const commands = [...planReset(ALL, {}).tasks, ...planSnapshot(ALL, undefined).tasks].map((task) => task.command);
    for (const { command, env } of [...commands, planWorker(ALL, undefined, 1).command]) {
      expect(command.join(' ')).not.toContain('s3cret');
      expect(Object.values(env)).toContain(SECRET);
      for (const [name, value] of Object.entries(env))
        expect(name.startsWith('DM_') && value.includes('s3cret')).toBe(false);
    }
  });

  it('asks Redis at the port of its command', () => {
    expect(planReset(model('cache'), {}).tasks[0]?.command.command.at(-1)).toBe('6380');
  });

  it("prefers the user's own command", () => {
    const { tasks } = planReset(model('db', 'docs'), { commands: { docs: ['mongosh'], db: ['true'] } });
    expect(tasks.map(({ command, where }) => [command.command, where])).toEqual([
      [['true'], 'one'],
      [['mongosh'], 'one'],
    ]);
  });

  it('of one worker touches nothing that others use', () => {
    const { tasks, without } = planReset(ALL, { slot: 2, commands: { api: ['true'] } });
    expect(tasks.map(({ service }) => service)).toEqual(['db']);
    expect(without).toMatchObject({ cache: 'all workers share it', shop: 'all workers share it' });
  });

  it.each([
    [{ services: ['dbb'] }, 'OPTION_INVALID', 'services: there is no service "dbb" (did you mean "db"?).'],
    [{ commands: { x: ['true'] } }, 'OPTION_INVALID', /^commands: there is no service "x" \(there are db, shop/],
    [{ commands: { db: [] } }, 'OPTION_INVALID', 'commands: the command of "db" is empty.'],
    [{ services: ['api'] }, 'RESET_UNSUPPORTED', '"api" has no reset: it is built, not a known image.'],
    [{ slot: 1.5 }, 'OPTION_INVALID', /^slot: 1.5 is no number/],
    [{ services: ['cache'], slot: 1 }, 'RESET_UNSUPPORTED', /all workers share it/],
  ])('%j is %s', (request, code, message) => {
    const expected = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(thrown(() => planReset(ALL, request))).toMatchObject({ code, message: expected });
  });

  it('says so when no service has one', () => {
    expect(thrown(() => planReset(model('api', 'docs'), {}))).toMatchObject({
      code: 'RESET_UNSUPPORTED',
      message: expect.stringMatching(/^"api", "docs" has no reset: it is built, not a known image; how the data/),
    });
    const nameless = { name: 'p', services: { shop: { image: 'mysql', environment: { MYSQL_ROOT_PASSWORD: 'x' } } } };
    expect(thrown(() => planReset(nameless, {}))).toMatchObject({ message: expect.stringContaining('MYSQL_DATABASE') });
  });
});

describe('a database per worker', () => {
  it('is named after the database and the slot', () => {
    expect(planWorker(ALL, undefined, 3)).toMatchObject({
      service: 'db',
      command: { database: 'app_w3', address: { POSTGRES_DB: 'app_w3' } },
    });
  });

  it('asks which when there are several', () => {
    const two = { name: 'p', services: { a: { image: 'postgres' }, b: { image: 'postgis/postgis' } } };
    expect(thrown(() => planWorker(two, undefined, 1))).toMatchObject({
      message: 'service: there are several databases, name one of a, b.',
    });
    expect(planWorker(two, 'b', 1).service).toBe('b');
  });
});

it('shortens the first part of a name, never the last, and never splits a character', () => {
  expect(boundedName('a'.repeat(63), '_w12', 63)).toBe(`${'a'.repeat(59)}_w12`);
  expect(boundedName('ä'.repeat(31), '_w1', 63)).toBe(`${'ä'.repeat(30)}_w1`);
  expect(boundedName('app', '_w1', 63)).toBe('app_w1');
});
