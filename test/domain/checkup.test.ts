import { describe, expect, it } from 'vitest';
import {
  atLeast,
  checkDisk,
  checkDriver,
  checkLeases,
  checkMemory,
  checkPools,
  checkPorts,
  checkVersion,
  checkWarnings,
  checkWatchdog,
  worstFamily,
} from '../../src/domain/checkup.js';

const RANGE = { first: 30000, last: 40000 };

describe('a finding', () => {
  it.each([
    ['an old engine', checkVersion('engine', 'Docker Engine', '24.0.9', ''), 'problem'],
    ['the oldest good engine', checkVersion('engine', 'Docker Engine', '25.0.0', ''), 'ok'],
    ['an old Compose', checkVersion('compose', 'Docker Compose', '2.24.3', ''), 'problem'],
    ['a Compose of a desktop', checkVersion('compose', 'Docker Compose', '2.29.1-desktop.1', ''), 'ok'],
    ['room for networks', checkPools({ used: 4, pools: [], own: '10.231.0.0/16' }), 'ok'],
    ['hardly any networks left', checkPools({ used: 29, pools: [], own: '10.231.0.0/16' }), 'warning'],
    ['a large pool', checkPools({ used: 100, pools: [{ base: '10.0.0.0/8', size: 24 }], own: '' }), 'ok'],
    [
      'ports beside the kernel’s',
      checkPorts({ range: RANGE, held: 3, ephemeral: { first: 32768, last: 60999 } }),
      'ok',
    ],
    [
      'ports among the kernel’s',
      checkPorts({ range: RANGE, held: 3, ephemeral: { first: 1024, last: 65535 } }),
      'warning',
    ],
    ['no kernel that tells', checkPorts({ range: { first: 30000, last: 30010 }, held: 0, ephemeral: undefined }), 'ok'],
    ['an empty disk', checkDisk('images', '/var', 50e9), 'ok'],
    ['a disk that fills up', checkDisk('images', '/var', 3e9), 'warning'],
    ['a full disk', checkDisk('images', '/var', 3e8), 'problem'],
    ['memory', checkMemory(4e9, 8e9), 'ok'],
    ['no memory', checkMemory(5e8, 8e9), 'warning'],
    ['overlay2', checkDriver('overlay2'), 'ok'],
    ['vfs', checkDriver('vfs'), 'warning'],
    ['a watchdog', checkWatchdog({ wanted: true, leases: 1, pid: 812 }), 'ok'],
    ['nothing to watch', checkWatchdog({ wanted: true, leases: 0, pid: undefined }), 'ok'],
    ['nobody who watches', checkWatchdog({ wanted: true, leases: 1, pid: undefined }), 'warning'],
    ['a watchdog that is off', checkWatchdog({ wanted: false, leases: 1, pid: undefined }), 'warning'],
  ])('of %s', (_, finding, level) => {
    expect(finding.level).toBe(level);
    expect(finding.fix === undefined).toBe(level === 'ok');
    expect(finding.family === undefined).toBe(level !== 'problem');
  });

  it('of environments tells who is orphaned, and what only the engine knows', () => {
    expect(checkLeases({ all: 2, over: {}, unknown: [] })).toEqual([
      { check: 'environments', level: 'ok', text: '2 environments, each with somebody who holds it' },
    ]);
    const [orphans, unknown] = checkLeases({ all: 2, over: { 'shop-1': 'owner pid 4 is gone' }, unknown: ['ab'] });
    expect(orphans).toMatchObject({
      text: expect.stringContaining('shop-1 (owner pid 4 is gone)'),
      fix: 'docker-manual clean',
    });
    expect(unknown).toMatchObject({ level: 'warning', fix: 'docker-manual recover' });
  });

  it('of the engine’s warnings leaves out what is on every machine', () => {
    const said = ['WARNING: No swap limit support', 'WARNING: bridge-nf-call-iptables is disabled'];
    expect(checkWarnings(said).map(({ text }) => text)).toEqual([
      'the engine warns: bridge-nf-call-iptables is disabled',
    ]);
  });
});

it('versions are compared by number', () => {
  expect(atLeast('2.100.0', '2.24.4')).toBe(true);
  expect(atLeast('2.24', '2.24.4')).toBe(false);
  expect(atLeast('26.1.5+dfsg1', '26.1.5')).toBe(true);
});

it('the first problem decides how a checkup ends', () => {
  const [engine, disk] = [checkVersion('engine', 'Docker Engine', '20.10', ''), checkDisk('images', '/var', 0)];
  expect(worstFamily([checkDriver('vfs'), disk, engine])).toBe('capacity');
  expect(worstFamily([checkDriver('vfs')])).toBeUndefined();
});
