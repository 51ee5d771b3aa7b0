import { describe, expect, it } from 'vitest';
import { startMethods } from '../../src/engine/start-methods.js';
import { type Machine, machine } from './support/facts.js';

const system = { url: 'unix:///var/run/docker.sock', named: false };
const mac = { platform: 'darwin', systemd: false, uid: 501 } as const;

function commands(endpoint: { url: string; named: boolean }, has: Machine): string[] {
  return startMethods(endpoint, machine(has)).map(({ command }) => command.join(' '));
}

describe('startMethods', () => {
  it.each<[string, Machine, string[]]>([
    ['root with systemd', { uid: 0, programs: ['systemctl', 'sudo'] }, ['systemctl start docker']],
    [
      'a user with systemd and sudo',
      { programs: ['systemctl', 'sudo'] },
      ['sudo -n systemctl start docker', 'systemctl --no-ask-password start docker'],
    ],
    ['a user with systemd alone', { programs: ['systemctl'] }, ['systemctl --no-ask-password start docker']],
    ['root without systemd', { uid: 0, systemd: false, programs: ['service', 'systemctl'] }, ['service docker start']],
    ['a user without systemd', { systemd: false, programs: ['service', 'sudo'] }, ['sudo -n service docker start']],
    ['a user without anything', { systemd: false, programs: ['service'] }, []],
    [
      'rootless Docker besides the system’s',
      { programs: ['systemctl'], units: ['docker.service'] },
      ['systemctl --no-ask-password start docker', 'systemctl --user start docker'],
    ],
    [
      'Docker Desktop on Linux',
      { programs: ['systemctl', 'docker'], units: ['docker-desktop.service'] },
      ['systemctl --no-ask-password start docker', 'systemctl --user start docker-desktop'],
    ],
    ['Colima on Linux', { systemd: false, programs: ['colima'] }, ['colima start']],
    [
      'Docker Desktop on macOS',
      { ...mac, programs: ['docker', 'open'], apps: ['Docker'] },
      ['docker desktop start', 'open -g -a Docker'],
    ],
    [
      'several of macOS',
      { ...mac, programs: ['docker', 'colima', 'rdctl'], apps: ['OrbStack'] },
      ['open -g -a OrbStack', 'colima start', 'rdctl start'],
    ],
    ['the CLI alone on macOS', { ...mac, programs: ['docker'] }, []],
    ['Podman that nobody has named', { ...mac, programs: ['podman'] }, []],
  ])('of %s', (_, has, expected) => {
    expect(commands(system, has)).toEqual(expected);
  });

  it.each<[string, string, Machine, string[]]>([
    [
      'the system’s',
      'unix:///run/docker.sock',
      { uid: 0, programs: ['systemctl', 'colima'] },
      ['systemctl start docker'],
    ],
    [
      'rootless Docker',
      'unix:///run/user/1000/docker.sock',
      { programs: ['systemctl', 'sudo'], units: ['docker.service'] },
      ['systemctl --user start docker'],
    ],
    [
      'a profile of Colima',
      'unix:///Users/ann/.colima/dev/docker.sock',
      { ...mac, programs: ['colima', 'docker'], apps: ['Docker'] },
      ['colima start --profile dev'],
    ],
    [
      'OrbStack',
      'unix:///Users/ann/.orbstack/run/docker.sock',
      { ...mac, apps: ['OrbStack', 'Docker'] },
      ['open -g -a OrbStack'],
    ],
    [
      'Docker Desktop on Windows',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      { platform: 'win32', programs: ['docker'] },
      ['docker desktop start'],
    ],
    [
      'a machine of Podman',
      'unix:///tmp/podman/podman-machine.sock',
      { ...mac, programs: ['podman'] },
      ['podman machine start'],
    ],
    ['another machine', 'tcp://ci:2376', { uid: 0, programs: ['systemctl'] }, []],
    ['another machine', 'ssh://ann@ci', { uid: 0, programs: ['systemctl'] }, []],
    ['a socket that nobody knows', 'unix:///srv/mine.sock', { uid: 0, programs: ['systemctl'] }, []],
  ])('only of the engine that is named: %s (%s)', (_, url, has, expected) => {
    expect(commands({ url, named: true }, has)).toEqual(expected);
  });

  it('waits longer for an application than for a service', () => {
    const both = startMethods(system, machine({ ...mac, programs: ['docker', 'colima'], apps: ['Docker'] }));
    expect(both.map(({ patience }) => patience)).toEqual([110_000, 110_000, 10_000]);
  });
});
