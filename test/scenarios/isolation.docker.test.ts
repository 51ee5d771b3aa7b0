import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { LABEL } from '../../src/domain/labels.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import type { Lease } from '../../src/manager/lease.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';

const docker = async (...args: string[]) => (await execa('docker', args)).stdout.trim();

/** Every name, number and address in here exists once on a machine. */
const STUBBORN = `
name: dm-foreign
services:
  web:
    image: ${FIXTURE_IMAGE}
    container_name: dm-foreign-web
    environment: { PUBLIC_URL: "http://localhost:8080/", PEER: "172.30.77.3:8080", PASSWORD: "pa$$word" }
    ports: ["8080:8080"]
    volumes: ["data:/data", "./state:/var/lib/state", "precious:/precious"]
    networks: { net: { ipv4_address: 172.30.77.2 } }
  peer:
    image: ${FIXTURE_IMAGE}
    networks: { net: { ipv4_address: 172.30.77.3 } }
networks:
  net:
    name: dm-foreign-net
    ipam: { config: [{ subnet: 172.30.77.0/24 }] }
volumes:
  data: { name: dm-foreign-data }
  precious: { external: true, name: dm-foreign-precious }
`;

describe('a file whose every name and number exists once', () => {
  let foreign: { network: string; container: string };

  beforeAll(async () => {
    await docker('volume', 'create', 'dm-foreign-data');
    await docker('volume', 'create', 'dm-foreign-precious');
    const network = await docker('network', 'create', 'dm-foreign-net');
    // The container that owns the name, and that has put something into both volumes.
    const container = await docker(
      ...['run', '-d', '--name', 'dm-foreign-web', '--network', 'dm-foreign-net', '--entrypoint', 'sh'],
      ...['-v', 'dm-foreign-data:/data', '-v', 'dm-foreign-precious:/precious', FIXTURE_IMAGE],
      ...['-c', 'echo foreign >/data/who; echo gold >/precious/what; exec sleep 600'],
    );
    foreign = { network, container };
  });

  afterAll(async () => {
    await docker('rm', '-f', foreign.container);
    await docker('network', 'rm', foreign.network);
    await docker('volume', 'rm', 'dm-foreign-data', 'dm-foreign-precious');
  });

  it('runs twice side by side beside its foreign namesakes, and touches none of them', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', STUBBORN);
    const before = await docker('inspect', '-f', '{{.Id}} {{.State.StartedAt}}', foreign.container);
    const acquire = () => scope.manager.acquire({ cwd: scope.folder, decisions: { external: 'clone' } });
    const leases = await Promise.all([acquire(), acquire()]);
    try {
      for (const lease of leases) await expectOwnWorld(lease);
      const addresses = await Promise.all(leases.map((lease) => run(lease, 'echo $PEER')));
      expect(new Set(addresses).size).toBe(2);
    } finally {
      await Promise.all(leases.map((lease) => lease.release()));
    }
    expect(await docker('inspect', '-f', '{{.Id}} {{.State.StartedAt}}', foreign.container)).toBe(before);
    expect(await docker('exec', foreign.container, 'cat', '/data/who', '/precious/what')).toBe('foreign\ngold');
    expect(await docker('network', 'inspect', '-f', '{{.Id}}', 'dm-foreign-net')).toBe(foreign.network);
  });

  it('asks before it copies or shares what is somebody else’s, and says where that stands', async () => {
    await using scope = new Scope();
    const file = scope.file('compose.yml', STUBBORN);
    const refused = scope.manager.acquire({ cwd: scope.folder });
    await expect(refused).rejects.toMatchObject({ code: 'HAZARD_UNISOLATABLE', exitCode: 2 });
    await expect(refused).rejects.toThrow(`${file}:20`);
  });
});

async function run(lease: Lease, script: string): Promise<string> {
  return docker('exec', `${lease.project}-web-1`, 'sh', '-c', script);
}

async function expectOwnWorld(lease: Lease): Promise<void> {
  const port = lease.services.web?.ports['8080/tcp'];
  expect(await run(lease, 'echo $PUBLIC_URL')).toBe(`http://localhost:${port}/`);
  expect(await run(lease, 'echo "$PASSWORD"')).toBe('pa$word');
  expect(await run(lease, 'cat /precious/what; ls /data')).toBe('gold'); // a copy of the external one, an empty own one
  await run(lease, 'echo mine >/precious/what; echo mine >/data/who; touch /var/lib/state/x');
  // The static address that the variable names is really the neighbour's, and so is its service name.
  expect(await run(lease, 'wget -qO- http://$PEER/')).toContain('fixture');
  expect(await run(lease, 'wget -qO- http://peer:8080/')).toContain('fixture');
  // The name that was taken away still resolves inside.
  expect(await run(lease, 'wget -qO- http://dm-foreign-web:8080/')).toContain('fixture');
}

describe('a service on the host’s network', () => {
  const host = `services: { web: { image: "${FIXTURE_IMAGE}", network_mode: host, environment: { PORT: "8080" } } }`;

  it('is converted to published ports of its own', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', host);
    await using lease = await scope.manager.acquire({ cwd: scope.folder, decisions: { hostNetwork: 'convert' } });
    const answer = await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`);
    expect(await answer.text()).toContain('fixture');
  });

  it('is held by one environment at a time, whose holder the error names', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', host.replace('8080', '31970'));
    const options = { cwd: scope.folder, decisions: { hostNetwork: 'exclusive' } } as const;
    await using lease = await scope.manager.acquire(options);
    const refused = scope.manager.acquire(options);
    await expect(refused).rejects.toMatchObject({ code: 'EXCLUSIVE_HELD', exitCode: 7 });
    await expect(refused).rejects.toThrow(lease.project);
  });
});

it('brings its own small network when the engine has none left', async () => {
  const real = connectEngine(process.env);
  let refusals = 1;
  const engine: Engine = {
    ...real,
    async create(run, signal) {
      if (refusals-- > 0) throw new EnvironmentError('NETWORKS_EXHAUSTED', { reason: 'none left' });
      await real.create(run, signal);
    },
  };
  await using scope = new Scope({ engine });
  scope.file('compose.yml', `services: { web: { image: "${FIXTURE_IMAGE}" } }`);
  await using lease = await scope.manager.acquire({ cwd: scope.folder });
  const [network] = await real.networks({ [LABEL.lease]: lease.id }, NEVER);
  expect(network?.subnets).toEqual([expect.stringMatching(/^10\.231\.\d+\.\d+\/28$/)]);
  expect(scope.progress).toContainEqual(expect.objectContaining({ type: 'retry', attempt: 2 }));
});

it('builds once for all copies of one folder and leaves no image per copy', async () => {
  await using scope = new Scope();
  // Not the folder itself: the state folder of a test lies in it, and is never the same.
  scope.file('app/Dockerfile', `FROM ${FIXTURE_IMAGE}\nCOPY page /www/page\n`);
  scope.file('app/page', 'built');
  scope.file('compose.yml', 'services: { web: { build: ./app, ports: ["8080"] } }');
  const leases = await Promise.all([1, 2].map(() => scope.manager.acquire({ cwd: scope.folder })));
  const images = await Promise.all(
    leases.map((l) => docker('inspect', '-f', '{{.Config.Image}}', `${l.project}-web-1`)),
  );
  const pages = await Promise.all(
    leases.map((l) => fetch(`http://127.0.0.1:${l.services.web?.ports['8080/tcp']}/page`)),
  );
  expect(await Promise.all(pages.map((page) => page.text()))).toEqual(['built', 'built']);
  await Promise.all(leases.map((lease) => lease.release()));
  expect(images).toEqual([images[0], images[0]]);
  await docker('rmi', images[0] as string);
});
