import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockSize } from '../../src/domain/bindings.js';
import type { Decisions } from '../../src/domain/decisions.js';
import { commonThings, footprint } from '../../src/domain/disjoint.js';
import { subnetDemands } from '../../src/domain/hazards/subnets.js';
import type { ComposeModel, ServiceModel } from '../../src/domain/model.js';
import { demandsOf, unisolatable } from '../../src/domain/plan.js';
import { chooseSubnet, formatSubnet, parseAddress, parseSubnet, type Subnet } from '../../src/domain/subnet.js';
import { asked, type Planned, planOf, ROOT, resolved } from '../support/plan-of.js';
import { PATHS, type RandomFile, randomDecisions, randomFile } from '../support/random-files.js';

const POOL = parseSubnet('10.231.0.0/16') as Subnet;
const LABELS = { 'dev.docker-manual.lease': 'id-1', 'dev.docker-manual.generation': '1' };
const FACTS = { projectRoot: ROOT, paths: PATHS, images: {} };

/** A copy of a random file with everything leased for it, as the manager would; `taken` grows. */
function copyOf(file: RandomFile, decisions: Decisions, project: string, firstPort: number, taken: Subnet[]): Planned {
  const demands = subnetDemands(resolved(file, project), true);
  const subnets = demands.map(({ network, prefix }) => {
    const subnet = chooseSubnet(POOL, prefix, taken) as Subnet;
    taken.push(subnet);
    return [network, formatSubnet(subnet)] as const;
  });
  return planOf(file, { project, firstPort, subnets: new Map(subnets), decisions, labels: LABELS, ...FACTS });
}

const one = (file: RandomFile, decisions: Decisions = {}) => copyOf(file, decisions, 'shop-00000001', 30000, []);

/** Holds for every random file and every set of decisions. */
function always(check: (file: RandomFile, decisions: Decisions) => void): void {
  fc.assert(
    fc.property(randomFile, randomDecisions, (file, decisions) => {
      check(file, decisions);
    }),
    { numRuns: 400 },
  );
}

const serviceEntries = (model: ComposeModel) => Object.entries(model.services);
/** What the file does not declare to be another's. */
const own = (model: ComposeModel) =>
  [...Object.entries(model.networks ?? {}), ...Object.entries(model.volumes ?? {})].flatMap(([key, object]) =>
    object?.external ? [] : [{ key, ...object }],
  );

/** Fails where two services, or two bindings of one protocol, have a number. */
function expectDistinct(numbers: readonly { number: number; protocol: string | undefined; service: string }[]): void {
  const keys = numbers.map(({ number, protocol }) => `${number}/${protocol}`);
  expect(new Set(keys).size).toBe(keys.length);
  const owners = new Set(numbers.map(({ number, service }) => `${number} ${service}`));
  expect(new Set(numbers.map(({ number }) => number)).size).toBe(owners.size);
}

function publishedNumbers(after: ComposeModel) {
  return serviceEntries(after).flatMap(([service, { ports = [] }]) =>
    ports.flatMap(({ published = '', protocol, host_ip }) => {
      const [from = 0, to = from] = published.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => ({ number: from + i, protocol, host_ip, service }));
    }),
  );
}

const targets = (service: ServiceModel | undefined) => (service?.ports ?? []).map((p) => `${p.target}/${p.protocol}`);

function addressesOn(model: ComposeModel, network: string): number[] {
  return serviceEntries(model).flatMap(([, s]) => parseAddress(s.networks?.[network]?.ipv4_address ?? '') ?? []);
}

describe('the plan of any file', () => {
  it('publishes every port of the file, inside the block, and no number twice but for TCP and UDP', () => {
    always((file, decisions) => {
      const { after, model, bindings } = one(file, decisions);
      const last = 30000 + blockSize(bindings, 30000) - 1;
      const numbers = publishedNumbers(after);
      expect(numbers.filter((n) => n.number < 30000 || n.number > last || n.host_ip !== '127.0.0.1')).toEqual([]);
      expectDistinct(numbers);
      for (const [name, service] of serviceEntries(model)) {
        const published = targets(after.services[name]);
        expect(service.network_mode === 'host' ? published.slice(0, targets(service).length) : published).toEqual(
          targets(service),
        );
      }
    });
  });

  it('names everything after the project, and labels all of it', () => {
    always((file, decisions) => {
      const { after } = one(file, decisions);
      for (const [, service] of serviceEntries(after)) {
        expect(service.container_name).toBeUndefined();
        expect(service.labels).toMatchObject(LABELS);
      }
      for (const object of own(after)) {
        expect(object.name).toMatch(/^shop-00000001_/);
        expect(object).toMatchObject({ labels: LABELS });
      }
    });
  });

  it('leaves no service without its networks and volumes', () => {
    always((file, decisions) => {
      const { after } = one(file, decisions);
      const [networks, volumes] = [Object.keys(after.networks ?? {}), Object.keys(after.volumes ?? {})];
      for (const [, service] of serviceEntries(after)) {
        expect(networks).toEqual(expect.arrayContaining(Object.keys(service.networks ?? {})));
        const mounted = (service.volumes ?? []).flatMap((m) => (m.type === 'volume' ? (m.source ?? []) : []));
        expect(volumes).toEqual(expect.arrayContaining(mounted));
      }
    });
  });

  it('leaves every container name reachable on every network', () => {
    always((file, decisions) => {
      const { after } = one(file, decisions);
      for (const [name, { container_name, networks = {} }] of Object.entries(file.services)) {
        for (const network of container_name === undefined ? [] : Object.keys(networks)) {
          expect(after.services[name]?.networks?.[network]?.aliases).toContain(container_name);
        }
      }
    });
  });

  it('runs an image that is there: of a service that builds it, or nobody does', () => {
    always((file, decisions) => {
      const { after, copies } = one(file, decisions);
      const built = new Set(Object.values(file.services).flatMap((s) => (s.build ? (s.image ?? []) : [])));
      const images = serviceEntries(after).map(([, s]) => s.image ?? '');
      expect(images.filter((image) => image === '' || built.has(image))).toEqual([]);
      const volumes = own(after).map((object) => object.name);
      for (const copy of copies) {
        expect(volumes).toContain(copy.to);
        expect(images).toContain(copy.image);
      }
      expect(new Set(copies.map((copy) => copy.to)).size).toBe(copies.length);
    });
  });

  it('puts static addresses into the leased subnet, each once, and none where the engine needs it', () => {
    always((file, decisions) => {
      const { after } = one(file, decisions);
      for (const [network, spec] of Object.entries(after.networks ?? {})) {
        const addresses = addressesOn(after, network);
        if (addresses.length === 0) continue;
        const [config] = spec?.ipam?.config ?? [];
        const subnet = parseSubnet(config?.subnet ?? '') as Subnet;
        const gateway = parseAddress(config?.gateway ?? '') ?? subnet.first + 1;
        const end = parseSubnet(config?.ip_range ?? '')?.first ?? subnet.last;
        expect(subnet.first >= POOL.first && subnet.last <= POOL.last).toBe(true);
        expect(new Set(addresses).size).toBe(addresses.length);
        expect(addresses.filter((a) => a <= subnet.first || a >= end || a === gateway)).toEqual([]);
      }
    });
  });

  it('is the same each time, and takes what was demanded for it', () => {
    always((file, decisions) => {
      const plan = one(file, decisions);
      const { override, bindings, hazards, copies } = one(file, decisions);
      expect({ override, bindings, hazards, copies }).toEqual({
        override: plan.override,
        bindings: plan.bindings,
        hazards: plan.hazards,
        copies: plan.copies,
      });
      const demands = demandsOf(plan.model, decisions, FACTS, 'range');
      expect(blockSize(plan.bindings, 30000)).toBe(demands.ports);
      expect(demands.open.map((h) => `${h.kind} ${h.was}`)).toEqual(asked(plan));
      expect(JSON.stringify(plan.override)).not.toContain('docker-manual-placeholder');
    });
  });

  it('asks for exactly the decisions that are not taken', () => {
    always((file, decisions) => {
      expect(asked(one(file, decisions)).sort()).toEqual(expectedQuestions(file, decisions).sort());
    });
  });
});

describe('two copies of any file', () => {
  it('have nothing in common but what is declared to be shared', () => {
    always((file, decisions) => {
      if (expectedQuestions(file, decisions).length > 0) return;
      const taken: Subnet[] = [];
      const a = copyOf(file, decisions, 'shop-00000001', 30000, taken);
      const b = copyOf(file, decisions, 'shop-00000002', 30000 + blockSize(a.bindings, 30000), taken);
      const shared = new Set(
        a.hazards.flatMap((h) =>
          h.becomes.startsWith('shared ') || h.becomes.startsWith('kept: this service')
            ? h.was.split(' -> ').slice(0, 1)
            : [],
        ),
      );
      expect(commonThings(footprint(a.after), footprint(b.after), shared)).toEqual([]);
    });
  });

  it('have things in common without a plan (or this file proves nothing)', () => {
    const clashing = fc.sample(randomFile, { seed: 1, numRuns: 100 }).filter((file) => {
      const [a, b] = ['one', 'two'].map((project) => footprint(resolved(file, project)));
      return a && b && commonThings(a, b, new Set()).length > 0;
    });
    expect(clashing.length).toBeGreaterThan(80);
  });
});

/** What the rules should ask, told once more in other words. */
function expectedQuestions({ services, networks, volumes }: RandomFile, decisions: Decisions): string[] {
  const { external, foreign, binds } = decisions;
  const asks = (question: string, isAsked: boolean) => (isAsked ? [question] : []);
  return [
    ...asks('external-volume their-volume', 'theirs' in volumes && !external),
    ...asks('external-network their-network', 'theirs' in networks && !external),
    ...asks('network-driver macvlan', 'lan' in networks && !foreign),
    ...asks('volume-device :/export', 'server' in volumes && binds !== 'private' && binds !== 'share'),
    ...asks('volume-device /srv/device', 'device' in volumes && binds === 'copy'),
    ...Object.values(services).flatMap((service) => questionsAbout(service, decisions)),
  ];
}

function questionsAbout(service: ServiceModel, { hostNetwork, foreign, binds }: Decisions): string[] {
  const { network_mode: mode, pid, external_links = [], volumes = [] } = service;
  const outside = volumes.filter(({ source, read_only }) => source?.startsWith('/srv/') && !read_only);
  const open = outside.filter(({ source }) => (source === '/srv/a.sock' ? binds !== 'share' : !binds));
  const foreigners = [
    ...(mode === 'container:x' ? ['foreign-container container:x'] : []),
    ...(mode === 'their-net' ? ['external-network their-net'] : []),
    ...(pid ? ['host-namespace host'] : []),
    ...external_links.map((link) => `foreign-container ${link}`),
  ];
  return [
    ...(mode === 'host' && !hostNetwork ? ['host-network host'] : []),
    ...(foreign ? [] : foreigners),
    ...open.map(({ source, target }) => `bind-outside ${source} -> ${target}`),
  ];
}

describe('the error about open decisions', () => {
  const hazard = {
    kind: 'external-volume',
    class: 'decision',
    path: ['volumes', 'data'],
    was: 'theirs',
    becomes: '',
  } as const;
  const located = { ...hazard, file: 'compose.yml', line: 7, choices: ['external=fresh', 'external=share'] };

  it('names the first with its place and choices, and counts the others', () => {
    const other = { ...hazard, service: 'web', kind: 'host-network', was: 'host' } as const;
    const error = unisolatable([located, other]);
    expect(error.code).toBe('HAZARD_UNISOLATABLE');
    expect(error.message).toBe(
      'compose.yml:7: "data" cannot run twice as it is: external-volume theirs (and 1 more: web: host-network host).',
    );
    expect(error.hint).toContain('--external=fresh, --external=share');
  });

  it('does without a line, and without a file', () => {
    expect(unisolatable([{ ...hazard, file: 'compose.yml' }]).message).toMatch(/^compose\.yml: "data"/);
    expect(unisolatable([hazard]).message).toMatch(/^the compose file: "data"/);
  });
});
