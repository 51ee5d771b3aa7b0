import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../../src/domain/decisions.js';
import { portsOfHostService } from '../../../src/domain/hazards/host.js';
import type { ServiceModel } from '../../../src/domain/model.js';
import { demandsOf } from '../../../src/domain/plan.js';
import { asked, planOf, told } from '../../support/plan-of.js';

const one = (service: ServiceModel, more: Record<string, ServiceModel> = {}) => ({
  services: { app: { image: 'app', ...service }, ...more },
});
const onHost = one({ network_mode: 'host', expose: ['8080', '8080/udp'] });

describe('a service on the host’s network', () => {
  it('is asked about', () => {
    const [open] = planOf(onHost).hazards.filter((h) => h.class === 'decision');
    expect(open).toMatchObject({
      service: 'app',
      kind: 'host-network',
      path: ['services', 'app', 'network_mode'],
      choices: ['host-network=convert', 'host-network=exclusive', 'host-network=share'],
    });
  });

  it.each<[string, Decisions['hostNetwork'], string | undefined]>([
    ['share', 'share', 'host'],
    ['exclusive', 'exclusive', 'host'],
    ['convert', 'convert', undefined],
    ['by name', { app: 'convert', '*': 'share' }, undefined],
    ['by the name of another', { other: 'convert', '*': 'share' }, 'host'],
  ])('%s', (_, hostNetwork, mode) => {
    const plan = planOf(onHost, { decisions: hostNetwork === undefined ? {} : { hostNetwork } });
    expect(asked(plan)).toEqual([]);
    expect(plan.after.services.app?.network_mode).toBe(mode);
    expect(told(plan, 'host-network')).toHaveLength(1);
  });

  it('holds a name of which there is one, when it is to be alone', () => {
    const exclusive = (hostNetwork: 'exclusive' | 'share' | 'convert') =>
      demandsOf(planOf(onHost).model, { hostNetwork }, { projectRoot: '/', paths: {}, images: {} }, 'range').exclusive;
    expect([exclusive('exclusive'), exclusive('share'), exclusive('convert')]).toEqual(['host-network', null, null]);
  });

  it('taken off it, gets leased ports for what it declares, and a network with our labels', () => {
    const plan = planOf(onHost, { decisions: { hostNetwork: 'convert' }, labels: { mine: 'yes' } });
    expect(
      plan.after.services.app?.ports?.map((p) => `${p.host_ip}:${p.published}->${p.target}/${p.protocol}`),
    ).toEqual(['127.0.0.1:30000->8080/tcp', '127.0.0.1:30000->8080/udp']);
    expect(plan.after.services.app?.networks).toEqual({ default: null });
    expect(plan.after.networks?.default).toMatchObject({ labels: { mine: 'yes' } });
  });

  it('taken off it, publishes a port once that it also declares to publish', () => {
    const ports = [{ target: 8080, published: '8080', protocol: 'tcp' }];
    const plan = planOf(one({ network_mode: 'host', expose: ['8080'], ports }), {
      decisions: { hostNetwork: 'convert' },
    });
    expect(plan.bindings).toHaveLength(1);
  });

  it('taken off it, gets a port for each of its containers', () => {
    const plan = planOf(one({ network_mode: 'host', expose: ['8080'], scale: 2 }), {
      decisions: { hostNetwork: 'convert' },
    });
    expect(plan.after.services.app?.ports?.map((p) => p.published)).toEqual(['30000-30001']);
  });

  it('taken off it without a known port, says what to add', () => {
    const plan = planOf(one({ network_mode: 'host' }), { decisions: { hostNetwork: 'convert' } });
    expect(plan.after.services.app?.ports).toEqual([]);
    expect(told(plan, 'host-network')[0]).toContain('add "expose"');
  });

  it.each<[string, ServiceModel, string[], string[]]>([
    ['what it exposes', { image: 'x', expose: ['80', '53/udp'] }, [], ['80/tcp', '53/udp']],
    ['what its image exposes', { image: 'x' }, ['9000/tcp'], ['9000/tcp']],
    ['both, once', { image: 'x', expose: ['80'] }, ['80/tcp', '81/tcp'], ['80/tcp', '81/tcp']],
    ['what its image is known for', { image: 'postgres:16' }, [], ['5432/tcp']],
    ['nothing', { image: 'x' }, [], []],
    ['nothing where the text is none', { image: 'x', expose: ['http', '80-90'] }, [], []],
  ])('has %s', (_, service, exposed, expected) => {
    expect(portsOfHostService(service, exposed).map((p) => `${p.target}/${p.protocol}`)).toEqual(expected);
  });
});

describe('what belongs to somebody else', () => {
  it.each<[string, ServiceModel, string[]]>([
    ['the host’s processes', { pid: 'host' }, ['host-namespace host']],
    ['the host’s memory and name', { ipc: 'host', uts: 'host' }, ['host-namespace host', 'host-namespace host']],
    ['a container’s processes', { pid: 'container:x' }, ['foreign-container container:x']],
    ['a container’s memory', { ipc: 'container:x' }, ['foreign-container container:x']],
    ['a container’s network', { network_mode: 'container:x' }, ['foreign-container container:x']],
    ['a container’s volumes', { volumes_from: ['container:x:ro', 'db'] }, ['foreign-container container:x:ro']],
    ['a link to a container', { external_links: ['x:y'] }, ['foreign-container x:y']],
    ['a network by its name on the engine', { network_mode: 'shop_default' }, ['external-network shop_default']],
  ])('%s is asked about, and kept when shared', (_, service, expected) => {
    expect(asked(planOf(one(service)))).toEqual(expected);
    const shared = planOf(one(service), { decisions: { foreign: { app: 'share' } } });
    expect(asked(shared)).toEqual([]);
    expect(shared.after.services.app).toMatchObject(service);
    expect(asked(planOf(one(service), { decisions: { foreign: { other: 'share' } } }))).toEqual(expected);
  });

  it.each<[string, ServiceModel]>([
    ['a namespace of another service', { pid: 'service:db', ipc: 'service:db', network_mode: 'service:db' }],
    ['an own namespace', { ipc: 'shareable', uts: '' }],
    ['no network', { network_mode: 'none' }],
    ['the engine’s own bridge', { network_mode: 'bridge' }],
    ['volumes of another service', { volumes_from: ['db:ro'] }],
  ])('is not %s', (_, service) => {
    expect(asked(planOf(one(service, { db: { image: 'db' } })))).toEqual([]);
  });

  it('is not a container of the file itself: it is found by its service', () => {
    const sections = one(
      { network_mode: 'container:the-db', pid: 'container:the-db', volumes_from: ['web', 'container:the-db:ro'] },
      { db: { image: 'db', container_name: 'the-db' } },
    );
    const plan = planOf(sections);
    expect(asked(plan)).toEqual([]);
    expect(plan.after.services.app).toMatchObject({
      network_mode: 'service:db',
      pid: 'service:db',
      volumes_from: ['web', 'db:ro'],
    });
  });
});

describe('a Traefik that reads the engine’s socket', () => {
  const constraint = 'Label(`com.docker.compose.project`,`shop-1a2b3c4d`)';
  it.each<[string, string[], string[] | undefined]>([
    [
      'is told to look at its project',
      ['--providers.docker'],
      ['--providers.docker', `--providers.docker.constraints=${constraint}`],
    ],
    [
      'is told so where it has another rule',
      ['--providers.docker=true', '--providers.docker.constraints=Label(`a`,`b`)'],
      ['--providers.docker=true', `--providers.docker.constraints=(Label(\`a\`,\`b\`)) && ${constraint}`],
    ],
    ['is left alone when it reads files', ['--providers.file.directory=/x'], undefined],
    ['is left alone without a command', [], undefined],
  ])('%s', (_, command, expected) => {
    const plan = planOf(one({ image: 'traefik', command }));
    expect(plan.after.services.app?.command).toEqual(expected ?? command);
    expect(told(plan, 'docker-socket')).toHaveLength(expected ? 1 : 0);
  });

  it.each<[Record<string, string>, string | undefined]>([
    [{ TRAEFIK_PROVIDERS_DOCKER: 'true' }, constraint],
    [
      { TRAEFIK_PROVIDERS_DOCKER_NETWORK: 'x', TRAEFIK_PROVIDERS_DOCKER_CONSTRAINTS: 'Label(`a`,`b`)' },
      `(Label(\`a\`,\`b\`)) && ${constraint}`,
    ],
    [{ TRAEFIK_PROVIDERS_FILE_DIRECTORY: '/x' }, undefined],
  ])('is told by its environment where that configures it: %j', (environment, expected) => {
    const plan = planOf(one({ image: 'traefik', environment }));
    expect(plan.after.services.app?.environment?.TRAEFIK_PROVIDERS_DOCKER_CONSTRAINTS).toBe(expected);
  });
});

describe('hardware and rights', () => {
  it.each<[string, ServiceModel, string]>([
    ['devices', { devices: ['/dev/ttyUSB0'] }, 'device'],
    ['reserved devices', { deploy: { resources: { reservations: { devices: [{}] } } } }, 'device'],
    ['all GPUs', { gpus: [{ count: -1 }] }, 'device'],
    ['privileged', { privileged: true }, 'privileged'],
  ])('%s are kept and told', (_, service, kind) => {
    const plan = planOf(one(service));
    expect(plan.hazards.filter((h) => h.kind === kind).map((h) => h.class)).toEqual(['notice']);
    expect(plan.after.services.app).toMatchObject(service);
  });

  it('are silent where there are none', () => {
    const plan = planOf(one({ devices: [], privileged: false }));
    expect(told(plan, 'device', 'privileged')).toEqual([]);
  });
});
