import { describe, expect, it } from 'vitest';
import type { Decisions } from '../../../src/domain/decisions.js';
import type { PathKind } from '../../../src/domain/hazards/hazard.js';
import type { MountModel, ServiceModel } from '../../../src/domain/model.js';
import { asked, PROJECT, planOf, ROOT, told } from '../../support/plan-of.js';

const bind = (source: string, target: string, read_only = false): MountModel => ({
  type: 'bind',
  source,
  target,
  ...(read_only ? { read_only } : {}),
});

function app(...volumes: MountModel[]) {
  return { services: { app: { image: 'app', volumes } } };
}

const BIND_KINDS = ['bind-state', 'bind-source', 'bind-outside', 'docker-socket'] as const;

/** The mount that is left of the first: "bind /x", "bind /x ro", "volume data", "volume data ro". */
function outcome(plan: ReturnType<typeof planOf>, service = 'app', index = 0): string {
  const mount = plan.after.services[service]?.volumes?.[index];
  const source = mount?.type === 'volume' ? (mount.source ?? '').replace(/-[0-9a-f]+$/, '') : mount?.source;
  return `${mount?.type} ${source}${mount?.read_only ? ' ro' : ''}`;
}

describe('writable host paths', () => {
  it.each<[string, MountModel, PathKind, string, string]>([
    ['that are absent become a volume', bind('/repo/pg', '/x'), 'absent', 'silent', 'volume dm-pg'],
    ['with state become a volume', bind('/repo/pg', '/var/lib/postgresql/data'), 'directory', 'silent', 'volume dm-pg'],
    ['with source stay', bind('/repo/src', '/app/src'), 'directory', 'notice', 'bind /repo/src'],
    ['that are the repository stay', bind(ROOT, '/app'), 'directory', 'notice', `bind ${ROOT}`],
    ['that are a file stay', bind('/repo/a.conf', '/etc/a.conf'), 'file', 'notice', 'bind /repo/a.conf'],
    ['outside are asked about', bind('/srv/x', '/x'), 'directory', 'decision', 'bind /srv/x'],
    ['outside are asked about, be they absent', bind('/srv/x', '/data'), 'absent', 'decision', 'bind /srv/x'],
    ['beside the repository are outside', bind('/repo-2/x', '/x'), 'directory', 'decision', 'bind /repo-2/x'],
    ['above the repository are outside', bind('/', '/host'), 'directory', 'decision', 'bind /'],
  ])('%s', (_, mount, kind, expected, left) => {
    const plan = planOf(app(mount), { paths: { [mount.source as string]: kind } });
    expect(plan.hazards.filter((h) => BIND_KINDS.some((k) => k === h.kind)).map((h) => h.class)).toEqual([expected]);
    expect(outcome(plan)).toBe(left);
  });

  it.each<[string, MountModel]>([
    ['read-only', bind('/srv/x', '/x', true)],
    ['of the system', bind('/dev/shm', '/dev/shm')],
    ['the time zone', bind('/etc/localtime', '/etc/localtime')],
    ['the X server', bind('/tmp/.X11-unix', '/tmp/.X11-unix')],
    ['no host path at all', { type: 'volume', source: 'data', target: '/x' }],
    ['in memory', { type: 'tmpfs', target: '/x' }],
  ])('are no hazard when they are %s', (_, mount) => {
    const plan = planOf(app(mount));
    expect(told(plan, ...BIND_KINDS)).toEqual([]);
    expect(plan.override.services.app).not.toHaveProperty('volumes');
  });

  it.each(['/devices/x', '/etc/localtime.d', '/sysroot', '/etc/hosts.d/x'])('%s is no path of the system', (source) => {
    expect(asked(planOf(app(bind(source, '/x'))))).toEqual([`bind-outside ${source} -> /x`]);
  });

  it.each(['/var/run/docker.sock', '/run/user/1000/podman/podman.sock', '/run/containerd/containerd.sock'])(
    '%s is kept and told, read-only or not',
    (source) => {
      for (const readOnly of [false, true]) {
        const plan = planOf(app(bind(source, '/var/run/docker.sock', readOnly)), { decisions: { binds: 'private' } });
        expect(told(plan, ...BIND_KINDS)).toEqual([
          `notice ${source} -> /var/run/docker.sock => kept: this service sees all containers of the engine`,
        ]);
        expect(outcome(plan)).toMatch(/^bind /);
      }
    },
  );

  describe('decided', () => {
    const outside = '/srv/x';
    const source = '/repo/src';
    it.each<[string, string, PathKind, Decisions['binds'], string]>([
      ['outside, private', outside, 'directory', 'private', 'volume dm-x'],
      ['outside, copy', outside, 'directory', 'copy', 'volume dm-x'],
      ['outside, share', outside, 'directory', 'share', `bind ${outside}`],
      ['outside, by path', outside, 'directory', { [outside]: 'private' }, 'volume dm-x'],
      ['outside, by service and target', outside, 'directory', { 'app:/code': 'private' }, 'volume dm-x'],
      ['outside, the rest', outside, 'directory', { '*': 'private' }, 'volume dm-x'],
      ['source, by path', source, 'directory', { [source]: 'private' }, 'volume dm-src'],
      ['source, copy', source, 'directory', 'copy', 'volume dm-src'],
      ['source is not emptied by a word for all', source, 'directory', 'private', `bind ${source}`],
      ['source is not emptied by a word for the rest', source, 'directory', { '*': 'private' }, `bind ${source}`],
      ['a file of the repository stays whatever is said of all', source, 'file', 'private', `bind ${source}`],
      ['a file of the repository stays, it cannot be copied', source, 'file', 'copy', `bind ${source}`],
      ['a file by name can only be protected', source, 'file', { [source]: 'private' }, `bind ${source} ro`],
      ['a file outside can only be protected', outside, 'file', 'private', `bind ${outside} ro`],
      ['a file outside, copied, too', outside, 'file', 'copy', `bind ${outside} ro`],
      ['a file outside, shared', outside, 'file', 'share', `bind ${outside}`],
      ['a socket outside, shared', outside, 'socket', 'share', `bind ${outside}`],
    ])('%s', (_, path, kind, decision, left) => {
      const plan = planOf(app(bind(path, '/code')), {
        paths: { [path]: kind },
        decisions: decision === undefined ? {} : { binds: decision },
      });
      expect(asked(plan)).toEqual([]);
      expect(outcome(plan)).toBe(left);
      expect(plan.copies).toHaveLength(decision === 'copy' && left.startsWith('volume') ? 1 : 0);
    });

    it('a state folder of the repository can be shared, or copied', () => {
      const data = bind('/repo/pg', '/var/lib/postgresql/data');
      const paths = { '/repo/pg': 'directory' } as const;
      expect(outcome(planOf(app(data), { paths, decisions: { binds: 'share' } }))).toBe('bind /repo/pg');
      expect(planOf(app(data), { paths, decisions: { binds: 'copy' } }).copies).toMatchObject([
        { from: { type: 'bind', source: '/repo/pg' }, image: 'app' },
      ]);
    });

    it('a socket or a device cannot be had twice: it is only a question whether it is shared', () => {
      for (const kind of ['socket', 'other'] as const) {
        const plan = planOf(app(bind(outside, '/s')), { paths: { [outside]: kind }, decisions: { binds: 'private' } });
        expect(plan.hazards.find((h) => h.class === 'decision')).toMatchObject({ choices: ['binds=share'] });
        expect(outcome(plan)).toBe(`bind ${outside}`);
      }
    });

    it('a decision about another path decides nothing', () => {
      expect(asked(planOf(app(bind(outside, '/x')), { decisions: { binds: { '/srv': 'share' } } }))).toHaveLength(1);
    });
  });

  it('copies once into a volume of several services, through an image that is there', () => {
    const build = { context: ROOT };
    const services: Record<string, ServiceModel> = {
      a: { build, volumes: [bind('/srv/x', '/x')] },
      b: { image: 'b', volumes: [bind('/srv/x', '/y')] },
    };
    const plan = planOf({ services }, { paths: { '/srv/x': 'directory' }, decisions: { binds: 'copy' } });
    expect(plan.copies).toHaveLength(1);
    expect(plan.copies[0]?.image).toBe(plan.after.services.a?.image);
  });

  it('share one volume where they shared one path, and only there', () => {
    const services = {
      a: { image: 'x', volumes: [bind('/repo/Aa/data', '/data')] },
      b: { image: 'x', volumes: [bind('/repo/Aa/data', '/data')] },
      c: { image: 'x', volumes: [bind('/repo/BB/data', '/data')] },
    };
    const { after } = planOf({ services });
    const [a, b, c] = ['a', 'b', 'c'].map((name) => after.services[name]?.volumes?.[0]?.source);
    expect(a).toBe(b);
    expect(c).not.toBe(a); // "Aa" and "BB" hash alike where the multiplier is 31
    expect(after.volumes?.[a ?? '']).toMatchObject({ name: `${PROJECT}_${a}` });
  });

  it('are followed by those who read what is written there', () => {
    const services = {
      writer: { image: 'x', volumes: [bind('/repo/static', '/static')] },
      reader: {
        image: 'x',
        volumes: [bind('/repo/conf', '/conf', true), bind('/repo/static', '/usr/share/html', true)],
      },
    };
    const plan = planOf({ services });
    expect(outcome(plan, 'writer')).toBe('volume dm-static');
    expect(outcome(plan, 'reader', 1)).toBe('volume dm-static ro');
    expect(outcome(plan, 'reader', 0)).toBe('bind /repo/conf ro');
    expect(plan.after.services.reader?.volumes?.[1]?.source).toBe(plan.after.services.writer?.volumes?.[0]?.source);
  });

  it('are state for all services when they are for one', () => {
    const services = {
      db: { image: 'x', volumes: [bind('/repo/files', '/var/lib/files')] },
      app: { image: 'x', volumes: [bind('/repo/files', '/app/files')] },
    };
    const plan = planOf({ services }, { paths: { '/repo/files': 'directory' } });
    expect([outcome(plan, 'db'), outcome(plan, 'app')]).toEqual(['volume dm-files', 'volume dm-files']);
  });

  it('keep what else the mount says', () => {
    const mount = { ...bind('/repo/pg', '/x'), bind: { create_host_path: true }, consistency: 'cached' };
    const [left] = planOf(app(mount)).after.services.app?.volumes ?? [];
    expect(left).toEqual({
      type: 'volume',
      source: expect.stringMatching(/^dm-pg-/),
      target: '/x',
      consistency: 'cached',
    });
  });
});

describe('volumes on a device', () => {
  const one = (driver_opts: Record<string, string>, driver?: string) => ({
    services: { app: { image: 'app', volumes: [{ type: 'volume', source: 'data', target: '/x' }] } },
    volumes: { data: { driver_opts, ...(driver ? { driver } : {}) } },
  });
  const bound = one({ type: 'none', o: 'bind', device: '/srv/x' });
  const nfs = one({ type: 'nfs', o: 'addr=10.0.0.1,rw', device: ':/x' });
  const plugin = one({ sshcmd: 'me@host:/x' }, 'vieux/sshfs');

  it('become ordinary ones where they are a host path', () => {
    const plan = planOf(bound);
    expect(plan.after.volumes?.data).toEqual({ name: `${PROJECT}_data`, labels: {} });
    expect(told(plan, 'volume-device')).toEqual([`silent /srv/x => volume ${PROJECT}_data, new and empty`]);
  });

  it.each([
    ['on a server', nfs, 'volume-device :/x'],
    ['of a plugin', plugin, 'volume-device vieux/sshfs'],
  ])('are asked about %s', (_, sections, question) => {
    expect(asked(planOf(sections))).toEqual([question]);
    expect(asked(planOf(sections, { decisions: { binds: 'share' } }))).toEqual([]);
    expect(asked(planOf(sections, { decisions: { binds: { data: 'private' } } }))).toEqual([]);
    expect(planOf(sections, { decisions: { binds: 'private' } }).after.volumes?.data).toEqual({
      name: `${PROJECT}_data`,
      labels: {},
    });
  });

  it('stay where that is decided', () => {
    const plan = planOf(bound, { decisions: { binds: { '/srv/x': 'share' } } });
    expect(plan.after.volumes?.data).toMatchObject({ driver_opts: { device: '/srv/x' } });
    expect(told(plan, 'volume-device')).toEqual(['notice /srv/x => shared by all copies, writable']);
  });

  it('are no hazard in memory, without a device, or when somebody else’s', () => {
    const memory = one({ type: 'tmpfs', device: 'tmpfs', o: 'size=10m' });
    const plain = one({ o: 'size=10m' });
    for (const sections of [memory, plain, one({}, 'local')]) {
      const plan = planOf(sections);
      expect(told(plan, 'volume-device')).toEqual([]);
      expect(plan.after.volumes?.data?.driver_opts).toEqual(sections.volumes.data.driver_opts);
    }
    const external = { ...bound, volumes: { data: { ...bound.volumes.data, external: true } } };
    expect(told(planOf(external), 'volume-device')).toEqual([]);
  });
});
