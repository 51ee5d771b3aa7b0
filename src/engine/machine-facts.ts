import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What of this machine decides where the engine is looked for, and how it is started. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  /** Undefined where there are no user numbers. */
  readonly uid: number | undefined;
  readonly home: string;
  /** Where the engine of this platform is when nobody says otherwise; as in DOCKER_HOST. */
  readonly defaultUrl: string;
  /** systemd has started this machine; its programs may be there without it. */
  readonly systemd: boolean;
  isSocket(path: string): boolean;
  /** A program on the PATH. */
  has(program: string): boolean;
  /** A unit of systemd that this user may start: "docker.service". */
  hasUserUnit(name: string): boolean;
  /** An application of macOS: "Docker". */
  hasApp(name: string): boolean;
}

export function machineFacts(env: NodeJS.ProcessEnv): MachineFacts {
  const home = env.HOME || homedir();
  const unitFolders = [
    join(env.XDG_CONFIG_HOME || join(home, '.config'), 'systemd/user'),
    '/etc/systemd/user',
    '/usr/local/lib/systemd/user',
    '/usr/lib/systemd/user',
  ];
  const windows = process.platform === 'win32';
  return {
    platform: process.platform,
    uid: process.getuid?.(),
    home,
    defaultUrl: windows ? 'npipe:////./pipe/docker_engine' : 'unix:///var/run/docker.sock',
    systemd: existsSync('/run/systemd/system'),
    isSocket: windows ? existsSync : isSocket,
    has: (program) => {
      const names = windows ? [`${program}.exe`, `${program}.cmd`] : [program];
      const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
      return folders.some((folder) => names.some((name) => isExecutable(join(folder, name))));
    },
    hasUserUnit: (name) => unitFolders.some((folder) => existsSync(join(folder, name))),
    hasApp: (name) => ['/Applications', join(home, 'Applications')].some((f) => existsSync(join(f, `${name}.app`))),
  };
}

/** A link to a socket counts, one that leads nowhere does not: Docker Desktop leaves such a one when it stops. */
function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false; // not there, or in a folder of somebody else
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
