import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { FIXTURE_IMAGE, NEVER } from '../support/scope.js';

const engine = connectEngine(process.env);
const mark = `dm-copy-${randomBytes(4).toString('hex')}`;
const labels = { [LABEL.lease]: mark };
/** An image with nothing in it at all: no shell, no cp. */
const EMPTY = `${mark}-empty`;

async function docker(...args: readonly string[]): Promise<string> {
  return (await execa('docker', args)).stdout;
}

const shell = (volume: string, script: string) =>
  docker('run', '--rm', '-v', `${volume}:/v`, '--entrypoint', 'sh', FIXTURE_IMAGE, '-c', script);

beforeAll(async () => {
  await execa('docker', ['import', '-', EMPTY], { input: Buffer.alloc(1024) });
  await engine.createVolume(`${mark}-from`, undefined, labels, NEVER);
  // More than fits into any socket, and what a copy gets wrong first: owner, mode and time, links, the folder itself.
  const script = `dd if=/dev/urandom of=/v/big bs=1M count=8 2>/dev/null; mkdir -m 700 /v/d; echo x >/v/d/x; chown 70:71 /v/d/x
    chmod 640 /v/d/x; touch -d '2020-01-02 03:04:05' /v/d/x; ln -s d/x /v/link; chown 70:71 /v; chmod 750 /v`;
  await shell(`${mark}-from`, script);
});

afterAll(async () => {
  for (const volume of await engine.volumes(labels, NEVER)) await engine.removeVolume(volume.name, NEVER);
  await docker('image', 'rm', EMPTY);
});

it.each([
  ['by the cp of the image', FIXTURE_IMAGE],
  ['without any program in the image', EMPTY],
])('copies a volume %s: contents, owners, modes, times, links', async (_, image) => {
  const to = `${mark}-to-${image === EMPTY ? 'empty' : 'cp'}`;
  await engine.createVolume(to, undefined, labels, NEVER);
  await engine.copyIntoVolume({ from: { type: 'volume', source: `${mark}-from` }, to, image }, labels, NEVER);
  const look = `cd /v && find . -type f -exec stat -c '%n %a %u:%g %Y' {} + | sort; stat -c '%a %u:%g' . d
    cat big d/x | md5sum; readlink link`;
  expect(await shell(to, look)).toBe(await shell(`${mark}-from`, look));
  expect(await engine.containers(labels, NEVER)).toEqual([]);
});
