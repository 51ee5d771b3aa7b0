import { type MachineFacts, machineFacts } from '../../../src/engine/machine-facts.js';

export interface Machine {
  readonly platform?: NodeJS.Platform;
  readonly uid?: number;
  readonly home?: string;
  readonly defaultUrl?: string;
  readonly systemd?: boolean;
  readonly sockets?: readonly string[];
  readonly programs?: readonly string[];
  readonly units?: readonly string[];
  readonly apps?: readonly string[];
}

/** A machine that has just what is named. */
export function machine(has: Machine = {}): MachineFacts {
  const { sockets = [], programs = [], units = [], apps = [], ...facts } = has;
  return {
    ...machineFacts({}),
    platform: 'linux',
    uid: 1000,
    home: '/home/ann',
    defaultUrl: 'unix:///var/run/docker.sock',
    systemd: true,
    ...facts,
    isSocket: (path) => sockets.includes(path),
    has: (program) => programs.includes(program),
    hasUserUnit: (name) => units.includes(name),
    hasApp: (name) => apps.includes(name),
  };
}
