import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Binding, Spec } from '../../src/domain/lease.js';
import { portVariables } from '../../src/manager/port-variables.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-ports-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** `db` has 5432/tcp at 30000, 53/tcp at 30001 and 53/udp at 30002. */
const BINDINGS: Binding[] = (
  [
    [5432, 'tcp'],
    [53, 'tcp'],
    [53, 'udp'],
  ] as const
).map(([target, protocol], i) => ({ service: 'db', target, protocol, published: '', port: 30000 + i, count: 1 }));

function variables(...texts: string[]): Promise<Record<string, string>> {
  const files = texts.map((text, i) => {
    const path = join(folder, `${i}.yml`);
    writeFileSync(path, text);
    return path;
  });
  const spec: Spec = { files, directory: folder, profiles: [], envFiles: [] };
  return portVariables(spec, BINDINGS);
}

const published = (port: string) => variables(`services:\n  db:\n    image: x\n    ports:\n      - ${port}\n`);

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: of the file
describe('the user’s own variables for published ports', () => {
  it.each<[string, Record<string, string>]>([
    ['"${DB_PORT}:5432"', { DB_PORT: '30000' }],
    ['"${DB_PORT:-5432}:5432"', { DB_PORT: '30000' }],
    ['"${DB_PORT-5432}:5432"', { DB_PORT: '30000' }],
    ['"${DB_PORT:?say which}:5432"', { DB_PORT: '30000' }],
    ['"$DB_PORT:5432"', { DB_PORT: '30000' }],
    ['"127.0.0.1:${DB_PORT}:5432"', { DB_PORT: '30000' }],
    ['"${HOST_IP:-127.0.0.1}:${DB_PORT:-5432}:5432"', { DB_PORT: '30000' }],
    ['"${HOST_IP}:${DB_PORT}:5432"', { DB_PORT: '30000' }],
    ['"[::1]:${DB_PORT}:5432"', { DB_PORT: '30000' }],
    ['"${DNS}:53/udp"', { DNS: '30002' }],
    ['"${DNS}:53/tcp"', { DNS: '30001' }],
    ['"${DNS}:53"', { DNS: '30001' }],
    ['{ target: 5432, published: "${DB_PORT:-5432}" }', { DB_PORT: '30000' }],
    ['{ target: "5432", published: "$DB_PORT", protocol: tcp }', { DB_PORT: '30000' }],
    ['{ target: 53, published: "${DNS}", protocol: udp }', { DNS: '30002' }],
    // In these nobody can say which of the service's ports is meant, or that it is a port.
    ['"${DB_PORT}:${DB_PORT}"', {}],
    ['"5432:${INSIDE}"', {}],
    ['"${BOTH}"', {}],
    ['"${A}${B}:5432"', {}],
    ['"1${B}:5432"', {}],
    ['"${FIRST}-${LAST}:5432"', {}],
    ['"5432:5432"', {}],
    ['5432', {}],
    ['', {}],
    ['"${OTHER}:80"', {}],
    ['"${DB_PORT}:5432/udp"', {}],
    ['{ target: 80, published: "${OTHER}" }', {}],
    ['{ target: 5432 }', {}],
    ['{ target: 5432, published: 5432 }', {}],
  ])('ports: [%s]', async (port, expected) => {
    expect(await published(port)).toEqual(expected);
  });

  it('are found in every file, under anchors and merges, and behind tags', async () => {
    const base = 'x-db: &db { ports: ["${ONE}:5432"] }\nservices: { db: { <<: *db } }';
    const more = 'services: { db: { ports: !override ["${TWO}:5432"] } }';
    expect(await variables(base, more)).toEqual({ ONE: '30000', TWO: '30000' });
  });

  it('are found in every document of a file', async () => {
    const text = 'services: { a: { image: x } }\n---\nservices: { db: { ports: ["${DB_PORT}:5432"] } }';
    expect(await variables(text)).toEqual({ DB_PORT: '30000' });
  });

  it('are none of another service', async () => {
    expect(await variables('services: { other: { ports: ["${DB_PORT}:5432"] } }')).toEqual({});
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no services', 'include: [x.yml]'],
    ['services that are null', 'services: { db: null, other: }'],
    ['ports that are no list', 'services: { db: { ports: "5432:5432" } }'],
    ['what is no map', '- services'],
    ['what is not YAML', 'services: { db: [ }'],
  ])('are none in a file with %s', async (_, text) => {
    expect(await variables(text)).toEqual({});
  });

  it('are none in a file that has gone since', async () => {
    const spec = { files: [join(folder, 'gone.yml')], directory: folder, profiles: [], envFiles: [] };
    expect(await portVariables(spec, BINDINGS)).toEqual({});
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: of the file
