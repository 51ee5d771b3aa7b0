import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointEnvironment, endpointHost, resolveEndpoint } from '../../src/engine/endpoint.js';
import { machineFacts } from '../../src/engine/machine-facts.js';
import { machine } from './support/facts.js';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dm-home-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function addContext(name: string, host: string, certificate = false): void {
  const folder = createHash('sha256').update(name).digest('hex');
  const meta = join(home, '.docker/contexts/meta', folder);
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  if (!certificate) return;
  const tls = join(home, '.docker/contexts/tls', folder, 'docker');
  mkdirSync(tls, { recursive: true });
  writeFileSync(join(tls, 'cert.pem'), '');
}

function setCurrent(name: string): void {
  mkdirSync(join(home, '.docker'), { recursive: true });
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ currentContext: name }));
}

const there = { sockets: ['/var/run/docker.sock'] };

describe('the endpoint', () => {
  it('is DOCKER_HOST before anything else, with TLS where that is asked for', () => {
    setCurrent('remote');
    const env = { DOCKER_HOST: 'tcp://ci:2376', DOCKER_CONTEXT: 'other' };
    const plain = resolveEndpoint(env, machine({ home, ...there }));
    expect(plain).toEqual({ url: 'tcp://ci:2376', described: 'tcp://ci:2376 (from DOCKER_HOST)', named: true });
    expect(endpointHost(plain)).toBe('ci');
    const secure = resolveEndpoint({ ...env, DOCKER_TLS_VERIFY: '1' }, machine({ home }));
    expect(endpointEnvironment(secure)).toEqual({
      DOCKER_HOST: 'tcp://ci:2376',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(home, '.docker'),
    });
  });

  it('is DOCKER_CONTEXT before the current context, and both before the socket', () => {
    addContext('one', 'unix:///one.sock');
    addContext('two', 'tcp://two:2376', true);
    setCurrent('two');
    const facts = machine({ home, ...there });
    expect(resolveEndpoint({ DOCKER_CONTEXT: 'one' }, facts)).toEqual({
      url: 'unix:///one.sock',
      described: 'unix:///one.sock (context "one" from DOCKER_CONTEXT)',
      named: true,
      context: 'one',
    });
    const current = resolveEndpoint({ DOCKER_CONTEXT: '' }, facts);
    expect(current).toMatchObject({ url: 'tcp://two:2376', certificates: expect.stringContaining('/tls/') });
    expect(current.described).toBe(`tcp://two:2376 (context "two" from ${home}/.docker/config.json)`);
    expect(endpointEnvironment(current)).toEqual({ DOCKER_CONTEXT: 'two' });
    expect(resolveEndpoint({ DOCKER_CONTEXT: 'default' }, facts).url).toBe('unix:///var/run/docker.sock');
  });

  it('is refused with the likeliest name when there is no such context', () => {
    addContext('colima', 'unix:///one.sock');
    expect(() => resolveEndpoint({ DOCKER_CONTEXT: 'clima' }, machine({ home, ...there }))).toThrowError(
      expect.objectContaining({
        code: 'CONTEXT_UNKNOWN',
        exitCode: 2,
        message: 'There is no Docker context "clima" (DOCKER_CONTEXT).',
        hint: '`docker context ls` lists them. Did you mean "colima"?',
      }),
    );
    setCurrent('gone');
    expect(() => resolveEndpoint({}, machine({ home, ...there }))).toThrow(`"gone" (${home}/.docker/config.json)`);
  });

  it('is the platform’s socket although others are there', () => {
    const facts = machine({ home, sockets: ['/var/run/docker.sock', '/run/user/1000/docker.sock'] });
    const endpoint = resolveEndpoint({ XDG_RUNTIME_DIR: '/run/user/1000' }, facts);
    expect(endpoint).toEqual({
      url: 'unix:///var/run/docker.sock',
      described: 'unix:///var/run/docker.sock',
      named: false,
    });
  });

  it.each([
    ['rootless Docker', '/run/user/1000/docker.sock'],
    ['Docker Desktop on macOS', '/home/ann/.docker/run/docker.sock'],
    ['Docker Desktop on Linux', '/home/ann/.docker/desktop/docker.sock'],
    ['OrbStack', '/home/ann/.orbstack/run/docker.sock'],
    ['Colima', '/home/ann/.colima/default/docker.sock'],
    ['Rancher Desktop', '/home/ann/.rd/docker.sock'],
    ['rootless Podman', '/run/user/1000/podman/podman.sock'],
    ['Podman', '/run/podman/podman.sock'],
  ])('is that of %s where only that is there', (_, path) => {
    const facts = machine({ sockets: [path] });
    const endpoint = resolveEndpoint({ XDG_RUNTIME_DIR: '/run/user/1000' }, facts);
    expect(endpoint).toEqual({
      url: `unix://${path}`,
      described: `unix://${path} (because /var/run/docker.sock is not there)`,
      named: false,
    });
    expect(endpointEnvironment(endpoint)).toEqual({ DOCKER_HOST: `unix://${path}` });
  });

  it('tells every place that was looked at where none is there', () => {
    const { url, described } = resolveEndpoint({ XDG_RUNTIME_DIR: '/run/user/1000' }, machine());
    expect(url).toBe('unix:///var/run/docker.sock');
    expect(described).toMatch(/^unix:\/\/\/var\/run\/docker\.sock \(it is not there, nor is \/run\/user\/1000\/docker/);
    expect(described).toContain('/home/ann/.colima/default/docker.sock');
  });

  it('is a pipe on Windows', () => {
    const windows = { platform: 'win32', defaultUrl: 'npipe:////./pipe/docker_engine' } as const;
    const desktop = machine({ ...windows, sockets: ['//./pipe/dockerDesktopLinuxEngine'] });
    expect(resolveEndpoint({}, desktop).url).toBe('npipe:////./pipe/dockerDesktopLinuxEngine');
    expect(resolveEndpoint({}, machine({ ...windows, sockets: ['//./pipe/docker_engine'] })).url).toBe(
      windows.defaultUrl,
    );
  });
});

describe('the facts of this machine', () => {
  it('count a link to a socket, and neither a file nor a link that leads nowhere', async () => {
    const { isSocket } = machineFacts({});
    const socket = join(home, 'real.sock');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    symlinkSync(socket, join(home, 'link.sock'));
    symlinkSync(join(home, 'nowhere'), join(home, 'dangling.sock'));
    writeFileSync(join(home, 'file.sock'), '');
    const found = ['real.sock', 'link.sock', 'dangling.sock', 'file.sock'].map((name) => isSocket(join(home, name)));
    server.close();
    expect(found).toEqual([true, true, false, false]);
  });

  it('see programs of the given PATH and units of the given user', () => {
    mkdirSync(join(home, 'bin'));
    mkdirSync(join(home, '.config/systemd/user'), { recursive: true });
    writeFileSync(join(home, 'bin/systemctl'), '', { mode: 0o755 });
    writeFileSync(join(home, 'bin/sudo'), '', { mode: 0o644 });
    writeFileSync(join(home, '.config/systemd/user/docker.service'), '');
    const { has, hasUserUnit } = machineFacts({ PATH: `:${join(home, 'bin')}`, HOME: home });
    expect([has('systemctl'), has('sudo'), has('node')]).toEqual([true, false, false]);
    expect([hasUserUnit('docker.service'), hasUserUnit('docker-desktop.service')]).toEqual([true, false]);
  });
});
