import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Hazard } from '../../src/domain/hazards/hazard.js';
import { locate } from '../../src/manager/locate.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-locate-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** "1.yml:7", or "1.yml" where no line is known. */
function place(path: string, was: string, ...texts: string[]): string {
  const files = texts.map((text, i) => {
    const file = join(folder, `${i + 1}.yml`);
    writeFileSync(file, text);
    return file;
  });
  const hazard: Hazard = { kind: 'volume-name', class: 'decision', path: path.split('/'), was, becomes: '' };
  const [found] = locate([hazard], { files, directory: folder, profiles: [], envFiles: [] });
  expect(found).toMatchObject(hazard);
  return `${found?.file.slice(folder.length + 1)}${found?.line === undefined ? '' : `:${found.line}`}`;
}

const BASE = `# a comment
x-defaults: &defaults
  container_name: fixed
services:
  db:
    image: db
    container_name: the-db
    network_mode: host
    ports:
      - "5432:5432"
      - target: 80
        published: 8080
      - "127.0.0.1:9000-9001:9000-9001"
    volumes:
      - ./data:/data/
      - type: bind
        source: ./conf
        target: /conf
      - ./data2:/data/two:ro
  web:
    <<: *defaults
volumes:
  data:
    external: true
  empty:
`;

const OVERRIDE = `services:
  db:
    network_mode: !reset null
    ports:
      - "6379:6379"
    volumes:
      - ./over:/over
networks: { lan: { driver: macvlan } }
`;

describe('the place of a hazard', () => {
  it.each<[string, string, string]>([
    ['services/db/container_name', 'the-db', '1.yml:7'],
    ['services/db/network_mode', 'host', '1.yml:8'],
    ['services/db/volumes/0', '/x/data -> /data', '1.yml:15'],
    ['services/db/volumes/1', '/x/conf -> /conf', '1.yml:16'],
    ['services/db/volumes/2', '/x/data2 -> /data/two', '1.yml:19'],
    ['services/db/ports/0', '0.0.0.0:5432 -> 5432/tcp', '1.yml:10'],
    ['services/db/ports/1', '0.0.0.0:8080 -> 80/tcp', '1.yml:11'],
    ['volumes/data', 'data', '1.yml:24'],
  ])('%s (%s)', (path, was, expected) => {
    expect(place(path, was, BASE)).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    ['is the nearest level that the file has', 'services/db/pid', 'host', '1.yml:6'],
    ['is the service where an anchor says it', 'services/web/container_name', 'fixed', '1.yml:21'],
    ['is the list where an item stands for several', 'services/db/ports/3', '0.0.0.0:9001 -> 9001/tcp', '1.yml:10'],
    ['is a key without a value', 'volumes/empty', 'x', '1.yml:25'],
    ['is unknown for what no file has', 'services/gone/pid', 'host', '1.yml'],
  ])('%s', (_, path, was, expected) => {
    expect(place(path, was, BASE)).toBe(expected);
  });

  it('is in the last file that has it', () => {
    expect(place('services/db/network_mode', 'host', BASE, OVERRIDE)).toBe('2.yml:3');
    expect(place('services/db/container_name', 'the-db', BASE, OVERRIDE)).toBe('1.yml:7');
    expect(place('networks/lan/driver', 'macvlan', BASE, OVERRIDE)).toBe('2.yml:8');
  });

  it('is that of the item, wherever Compose has put it in the list', () => {
    expect(place('services/db/volumes/0', '/x/data -> /data', BASE, OVERRIDE)).toBe('1.yml:15');
    expect(place('services/db/volumes/3', '/x/over -> /over', BASE, OVERRIDE)).toBe('2.yml:7');
    expect(place('services/db/ports/0', '0.0.0.0:5432 -> 5432/tcp', BASE, OVERRIDE)).toBe('1.yml:10');
    expect(place('services/db/ports/4', '0.0.0.0:6379 -> 6379/tcp', BASE, OVERRIDE)).toBe('2.yml:5');
  });

  it('is in the document of a file that has it', () => {
    expect(place('services/db/pid', 'host', 'services:\n  db:\n    pid: host\n---\nservices: {}\n')).toBe('1.yml:3');
    expect(place('services/db/pid', 'host', 'services: {}\n---\nservices:\n  db:\n    pid: host\n')).toBe('1.yml:5');
  });

  it('is nowhere in a file without content', () => {
    expect(place('services/db/pid', 'host', '')).toBe('1.yml');
    expect(place('services/db/pid', 'host', '# nothing\n')).toBe('1.yml');
    expect(place('services/db/pid', 'host', '- a list\n')).toBe('1.yml');
    expect(place('services/db/pid', 'host', 'services: { db: [ }')).toMatch(/^1\.yml/);
  });

  it('is none where the file has gone since', () => {
    const hazard: Hazard = { kind: 'subnet', class: 'silent', path: ['networks', 'a'], was: '', becomes: '' };
    const file = join(folder, 'gone.yml');
    expect(locate([hazard], { files: [file], directory: folder, profiles: [], envFiles: [] })).toEqual([
      { ...hazard, file },
    ]);
  });
});
