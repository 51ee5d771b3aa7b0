import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from '../../src/manager/config.js';
import { place } from '../../src/manager/place.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-place-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const BASE = `x: &x { image: a }
services:
  # a comment
  web:
    image: a
    ports: ["80:80"]
  "db":
    <<: *x
`;

it.each([
  ['web', undefined, [BASE], '0.yml:4'],
  ['web', 'ports', [BASE], '0.yml:6'],
  ['web', 'build', [BASE], '0.yml:4'], // what it does not say is to be looked for at the service
  ['db', undefined, [BASE], '0.yml:7'],
  ['web', 'image', [BASE, 'services:\n  web: { image: b }\n'], '1.yml:2'], // the last file counts
  ['web', 'ports', [BASE, 'services:\n  web: { image: b }\n'], '0.yml:6'],
  ['web', undefined, ['', 'services: [not, a, map]\n'], undefined],
  ['web', undefined, ['services: { web: '], '0.yml:1'], // Compose says what is wrong with it
  ['gone', undefined, [BASE], undefined],
])('%s %s stands where its key does', async (service, key, texts, where) => {
  const files = texts.map((text, i) => {
    writeFileSync(join(folder, `${i}.yml`), text);
    return `${i}.yml`;
  });
  const found = await place({ config: readConfig({}) }, { files, cwd: folder, service, ...(key ? { key } : {}) });
  expect(found && `${found.file.slice(folder.length + 1)}:${found.line}`).toBe(where);
});
