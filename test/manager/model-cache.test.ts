import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Spec } from '../../src/domain/lease.js';
import type { ComposeModel } from '../../src/domain/model.js';
import { ModelCache } from '../../src/manager/model-cache.js';

const MODEL: ComposeModel = { name: 'x', services: { web: { image: 'web', environment: { PASSWORD: 'secret' } } } };
const PLAIN = 'services: { web: { image: web } }';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const state = () => at('state');
const entries = () => readdirSync(join(state(), 'models'));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), text);
  }
}

function specOf(more: Partial<Spec> = {}): Spec {
  return { files: [at('compose.yml')], directory: folder, profiles: [], envFiles: [], ...more };
}

/** As another process would ask. */
const get = (env: NodeJS.ProcessEnv = {}, spec = specOf()) => new ModelCache(state(), env).get(spec);
const put = (env: NodeJS.ProcessEnv = {}, spec = specOf()) => new ModelCache(state(), env).put(spec, MODEL);

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: of the file
describe('a model', () => {
  it('is found again while nothing has changed', async () => {
    write({ 'compose.yml': PLAIN });
    expect(await get()).toBeUndefined();
    await put();
    expect(await get()).toEqual(MODEL);
    expect(await get({ UNUSED: '1', PATH: '/bin' })).toEqual(MODEL);
  });

  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string | null>>]>([
    ['the file', { 'compose.yml': PLAIN }, { 'compose.yml': `${PLAIN} ` }],
    ['the file, which is gone', { 'compose.yml': PLAIN }, { 'compose.yml': null }],
    ['.env', { 'compose.yml': PLAIN, '.env': 'A=1' }, { '.env': 'A=2' }],
    ['.env, which was not there', { 'compose.yml': PLAIN }, { '.env': 'A=1' }],
    ['.env, which is gone', { 'compose.yml': PLAIN, '.env': 'A=1' }, { '.env': null }],
    [
      'an env_file',
      { 'compose.yml': 'services: { web: { image: x, env_file: web.env } }', 'web.env': 'A=1' },
      { 'web.env': 'A=2' },
    ],
    [
      'an env_file in a list',
      { 'compose.yml': 'services: { web: { image: x, env_file: [a.env, { path: b.env, required: false }] } }' },
      { 'b.env': 'A=1' },
    ],
    [
      'a label_file',
      { 'compose.yml': 'services: { web: { image: x, label_file: [web.labels] } }', 'web.labels': 'a=1' },
      { 'web.labels': 'a=2' },
    ],
    [
      'an included file',
      { 'compose.yml': 'include: [sub/more.yml]', 'sub/more.yml': PLAIN },
      { 'sub/more.yml': `${PLAIN} ` },
    ],
    [
      'a file that an included one includes',
      { 'compose.yml': 'include: [{ path: a/x.yml }]', 'a/x.yml': 'include: [../b/y.yml]', 'b/y.yml': PLAIN },
      { 'b/y.yml': `${PLAIN} ` },
    ],
    [
      'the .env of an included file',
      { 'compose.yml': 'include: [sub/x.yml]', 'sub/x.yml': PLAIN },
      { 'sub/.env': 'A=1' },
    ],
    [
      'the env_file of an include',
      { 'compose.yml': 'include: [{ path: sub/x.yml, env_file: [more.env] }]', 'sub/x.yml': PLAIN },
      { 'more.env': 'A=1' },
    ],
    [
      'the env_file of an included service',
      { 'compose.yml': 'include: [sub/x.yml]', 'sub/x.yml': 'services: { web: { image: x, env_file: web.env } }' },
      { 'sub/web.env': 'A=1' },
    ],
    [
      'the env_file of a service that is included into another folder',
      {
        'compose.yml': 'include: [{ path: sub/x.yml, project_directory: other }]',
        'sub/x.yml': 'services: { web: { image: x, env_file: web.env } }',
      },
      { 'other/web.env': 'A=1' },
    ],
    [
      'the .env of a folder that a file is included into',
      { 'compose.yml': 'include: [{ path: sub/x.yml, project_directory: other }]', 'sub/x.yml': PLAIN },
      { 'other/.env': 'A=1' },
    ],
    [
      'the env_file of the second of several files that are included as one',
      {
        'compose.yml': 'include: [{ path: [a/x.yml, b/y.yml] }]',
        'a/x.yml': PLAIN,
        'b/y.yml': 'services: { web: { image: x, env_file: web.env } }',
      },
      { 'a/web.env': 'A=1' },
    ],
    [
      'an env_file in the second document of a file',
      { 'compose.yml': `${PLAIN}\n---\nservices: { db: { image: x, env_file: db.env } }` },
      { 'db.env': 'A=1' },
    ],
    [
      'an extended file',
      { 'compose.yml': 'services: { web: { extends: { file: base.yml, service: web } } }', 'base.yml': PLAIN },
      { 'base.yml': `${PLAIN} ` },
    ],
    [
      'the env_file of an extended service',
      {
        'compose.yml': 'services: { web: { extends: { file: sub/base.yml, service: web } } }',
        'sub/base.yml': 'services: { web: { image: x, env_file: web.env } }',
      },
      { 'sub/web.env': 'A=1' },
    ],
  ])('is not what it was after a change of %s', async (_, before, change) => {
    write(before);
    await put();
    expect(await get()).toEqual(MODEL);
    for (const [name, text] of Object.entries(change)) {
      if (text === null) rmSync(at(name));
      else write({ [name]: text });
    }
    expect(await get()).toBeUndefined();
  });

  it.each<[string, string, NodeJS.ProcessEnv, NodeJS.ProcessEnv]>([
    ['is set', 'services: { web: { image: "x:${TAG:-1}" } }', {}, { TAG: '2' }],
    ['is another', 'services: { web: { image: "x:$TAG" } }', { TAG: '1' }, { TAG: '2' }],
    ['is set no more', 'services: { web: { image: "x:${TAG}" } }', { TAG: '1' }, {}],
    ['is empty', 'services: { web: { image: "x:${TAG-1}" } }', {}, { TAG: '' }],
    ['is handed through', 'services: { web: { image: x, environment: [TAG] } }', { TAG: '1' }, { TAG: '2' }],
    ['steers Compose', PLAIN, {}, { COMPOSE_CONVERT_WINDOWS_PATHS: '1' }],
    ['is the home that "~" means', PLAIN, { HOME: '/a' }, { HOME: '/b' }],
  ])('is not what it was when a variable %s', async (_, text, before, after) => {
    write({ 'compose.yml': text });
    await put(before);
    expect(await get(before)).toEqual(MODEL);
    expect(await get(after)).toBeUndefined();
  });

  it('is not what it was when a variable of .env or of an env_file is set', async () => {
    write({ 'compose.yml': 'services: { web: { image: x, env_file: web.env } }', '.env': 'A=$B', 'web.env': 'C' });
    await put();
    expect(await get({ B: '1' })).toBeUndefined();
    expect(await get({ C: '1' })).toBeUndefined();
    expect(await get({ D: '1' })).toEqual(MODEL);
  });

  it('is another for other files, profiles and env files', async () => {
    write({ 'compose.yml': PLAIN, 'more.yml': PLAIN, 'x.env': '' });
    await put();
    for (const more of [
      { profiles: ['debug'] },
      { envFiles: [at('x.env')] },
      { files: [at('compose.yml'), at('more.yml')] },
      { directory: at('sub') },
    ]) {
      expect(await get({}, specOf(more))).toBeUndefined();
    }
    const spec = specOf({ envFiles: [at('x.env')] });
    await put({}, spec);
    write({ 'x.env': 'A=1' });
    expect(await get({}, spec)).toBeUndefined();
  });
});

describe('nothing is kept', () => {
  it.each<[string, string]>([
    ['the path of an env_file holds a variable', 'services: { web: { image: x, env_file: "$DIR/web.env" } }'],
    ['the path of an include holds a variable', 'include: ["${DIR}/x.yml"]'],
    [
      'the path of an extended file holds a variable',
      'services: { web: { extends: { file: "${X}.yml", service: a } } }',
    ],
    ['the folder of an include holds a variable', 'include: [{ path: x.yml, project_directory: "$DIR" }]'],
    ['a path is in the home folder', 'services: { web: { image: x, env_file: "~/web.env" } }'],
    ['an include is remote', 'include: ["https://example.com/x.yml"]'],
    ['an include is an artifact', 'include: ["oci://example.com/x"]'],
    ['an include is a repository', 'include: ["git@example.com:team/x.git"]'],
    ['an include is a repository without a scheme', 'include: ["github.com/team/x.git#main:sub"]'],
    ['the file is not YAML', 'services: { web: [ }'],
  ])('when %s', async (_, text) => {
    write({ 'compose.yml': text });
    await put();
    expect(await get()).toBeUndefined();
  });

  it('when a file changes while Compose reads it', async () => {
    write({ 'compose.yml': PLAIN });
    const cache = new ModelCache(state(), {});
    await cache.get(specOf());
    write({ 'compose.yml': `${PLAIN} # new` });
    await cache.put(specOf(), MODEL); // of the old file, or of the new one: who knows
    expect(await get()).toBeUndefined();
  });

  it('when the folder cannot be written, and that is no failure', async () => {
    write({ 'compose.yml': PLAIN, state: 'a file where the folder should be' });
    await put();
    expect(await get()).toBeUndefined();
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: of the file

describe('an entry', () => {
  it('is for nobody else’s eyes', async () => {
    write({ 'compose.yml': PLAIN });
    await put();
    const [name = ''] = entries();
    expect(statSync(join(state(), 'models', name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state(), 'models', name), 'utf8')).not.toMatch(/secret|PASSWORD/);
    expect(statSync(join(state(), 'models')).mode & 0o777).toBe(0o700);
  });

  it.each(['', 'null', '7', '"x"', '[]', '{}', '{"inputs":"x"}', '{"inputs":[],"sealed":"x"}', '{"inputs":[1', '\0\0'])(
    'that is garbage (%j) counts for nothing, and is replaced',
    async (garbage) => {
      write({ 'compose.yml': PLAIN });
      await put();
      const [name = ''] = entries();
      writeFileSync(join(state(), 'models', name), garbage);
      expect(await get()).toBeUndefined();
      await put();
      expect(await get()).toEqual(MODEL);
    },
  );

  it('that lacks its model counts for nothing', async () => {
    write({ 'compose.yml': PLAIN });
    await put();
    const path = join(state(), 'models', entries()[0] ?? '');
    const { sealed: _, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(rest));
    expect(await get()).toBeUndefined();
  });

  it('that cannot be read, or is a folder, counts for nothing and leaves no part behind', async () => {
    write({ 'compose.yml': PLAIN });
    await put();
    const path = join(state(), 'models', entries()[0] ?? '');
    chmodSync(path, 0);
    if (process.getuid?.() !== 0) expect(await get()).toBeUndefined();
    rmSync(path);
    mkdirSync(join(path, 'x'), { recursive: true });
    expect(await get()).toBeUndefined();
    await put();
    expect(entries()).toHaveLength(1);
  });

  it('of two writers is one of theirs, whole', async () => {
    write({ 'compose.yml': PLAIN });
    const [a, b] = [new ModelCache(state(), {}), new ModelCache(state(), {})];
    const other = { ...MODEL, name: 'y' };
    expect([await a.get(specOf()), await b.get(specOf())]).toEqual([undefined, undefined]);
    // A third is in the middle of its writing.
    mkdirSync(join(state(), 'models'), { recursive: true });
    writeFileSync(join(state(), 'models', '.0123456789ab'), '{"inputs":[');
    await a.put(specOf(), MODEL);
    await b.put(specOf(), other);
    expect(await a.get(specOf())).toEqual(other);
    expect(entries()).toHaveLength(2);
  });

  it('that was used last stays longest', async () => {
    write({ 'compose.yml': PLAIN });
    const spec = (i: number) => specOf({ profiles: [String(i)] });
    for (let i = 0; i < 200; i++) await put({}, spec(i));
    expect(await get({}, spec(0))).toEqual(MODEL);
    for (let i = 200; i < 210; i++) await put({}, spec(i));
    expect(entries().length).toBeLessThanOrEqual(200);
    expect(await get({}, spec(0))).toEqual(MODEL);
    expect(await get({}, spec(209))).toEqual(MODEL);
  });
});
