import { describe, expect, it } from 'vitest';
import { selectFile, standsAlone, type Wanted } from '../../src/domain/compose-selection.js';

const ALL = [
  'docker-compose.alpine-test.yml',
  'docker-compose.alpine.yml',
  'docker-compose.test.yml',
  'docker-compose.yml',
  'docker-compose.dev.yml',
  'docker-compose.prod.yml',
  'docker-compose.alpine-prod.yml',
];
const without = (...words: string[]) =>
  ALL.filter((name) => !words.some((word) => name === `docker-compose.${word}yml`));
const chosen = (wanted: Wanted, files: readonly string[]) => selectFile(wanted, (name) => files.includes(name))?.file;

describe('kind and variant decide', () => {
  it.each<[Wanted, readonly string[], string | undefined]>([
    [{ kind: 'test', alpine: undefined }, ALL, 'docker-compose.alpine-test.yml'],
    [{ kind: 'test', alpine: undefined }, without('alpine-test.'), 'docker-compose.test.yml'],
    [{ kind: 'test', alpine: undefined }, without('alpine-test.', 'test.'), 'docker-compose.yml'],
    [{ kind: 'test', alpine: undefined }, ['docker-compose.prod.yml', 'docker-compose.alpine.yml'], undefined],
    [{ kind: 'test', alpine: true }, ALL, 'docker-compose.alpine-test.yml'],
    [{ kind: 'test', alpine: true }, without('alpine-test.'), undefined],
    [{ kind: 'test', alpine: false }, ALL, 'docker-compose.test.yml'],
    [{ kind: 'test', alpine: false }, without('test.'), 'docker-compose.yml'],
    [{ kind: 'dev', alpine: undefined }, ALL, 'docker-compose.dev.yml'],
    [{ kind: 'dev', alpine: undefined }, without('dev.'), 'docker-compose.yml'],
    [{ kind: 'dev', alpine: true }, ALL, 'docker-compose.alpine.yml'],
    [{ kind: 'dev', alpine: true }, without('alpine.'), undefined],
    [{ kind: 'dev', alpine: false }, without('dev.'), 'docker-compose.yml'],
    [{ kind: 'prod', alpine: undefined }, ALL, 'docker-compose.prod.yml'],
    [{ kind: 'prod', alpine: undefined }, without('prod.'), undefined],
    [{ kind: 'prod', alpine: true }, ALL, 'docker-compose.alpine-prod.yml'],
    [{ kind: 'prod', alpine: true }, without('alpine-prod.'), undefined],
    [{ kind: 'prod', alpine: false }, ALL, 'docker-compose.prod.yml'],
  ])('%j of %j: %s', (wanted, files, file) => {
    expect(chosen(wanted, files)).toBe(file);
  });

  it.each([
    [['compose.test.yaml', 'compose.test.yml', 'docker-compose.test.yml'], 'compose.test.yaml'],
    [['compose.test.yml', 'docker-compose.test.yml'], 'compose.test.yml'],
    [['docker-compose.test.yml', 'docker-compose.test.yaml'], 'docker-compose.test.yml'],
    [['docker-compose.test.yaml', 'compose.yaml'], 'docker-compose.test.yaml'],
    [['compose.yaml', 'docker-compose.yml'], 'compose.yaml'],
  ])('of %j, %s, in the order of Compose', (files, file) => {
    expect(chosen({ kind: 'test', alpine: undefined }, files)).toBe(file);
  });
});

it('says why, and what the file may be a change of', () => {
  const present = (name: string) => ['compose.yaml', 'compose.test.yaml'].includes(name);
  expect(selectFile({ kind: 'test', alpine: undefined }, present)).toEqual({
    file: 'compose.test.yaml',
    base: 'compose.yaml',
    why: '--env test; there is no compose.alpine-test.yaml',
  });
  expect(selectFile({ kind: 'dev', alpine: false }, present)).toMatchObject({
    file: 'compose.yaml',
    base: undefined,
    why: '--env dev --no-alpine; there is no compose.dev.yaml',
  });
});

describe('a file stands alone', () => {
  it.each([
    [{ services: { db: { image: 'db' }, app: { build: '.' } } }, true],
    [{ services: { app: { extends: { file: 'a.yml', service: 'app' } } } }, true],
    [{ services: { db: { image: 'db' }, app: { command: 'npm test' } } }, false],
    [{ services: { app: null } }, false],
    [{ include: ['a.yml'] }, true],
    [{ volumes: { data: {} } }, false],
    [null, false],
  ])('%j: %s', (content, alone) => {
    expect(standsAlone(content)).toBe(alone);
  });
});
