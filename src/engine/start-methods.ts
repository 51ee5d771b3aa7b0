import { basename, dirname } from 'node:path';
import type { Endpoint } from './endpoint.js';
import type { MachineFacts } from './machine-facts.js';

/** One way to start an engine. */
export interface StartMethod {
  readonly command: readonly [string, ...string[]];
  /** How long after the command's end the engine may take to answer. Milliseconds. */
  readonly patience: number;
}

/** A service manager's command ends when the engine is ready. */
const SOON = 10_000;
/** A desktop application says that it was opened; the virtual machine below it takes its time. */
const LATER = 110_000;

/**
 * The ways to start the engine of an endpoint on a machine, likeliest first; none for an engine elsewhere. Where the
 * user has named an engine, only that one is started. None of them asks for a password: sudo with -n and systemctl
 * with --no-ask-password fail instead.
 */
export function startMethods(endpoint: Pick<Endpoint, 'url' | 'named'>, facts: MachineFacts): StartMethod[] {
  if (!/^(unix|npipe):/.test(endpoint.url)) return [];
  const path = endpoint.url.replace(/^\w+:\/\//, '');
  const product = PRODUCTS.find(({ socket }) => socket.test(path));
  if (product) return product.methods(facts, path);
  if (endpoint.url !== facts.defaultUrl && !SYSTEM_SOCKETS.includes(path)) return [];
  const products = endpoint.named ? [] : PRODUCTS.flatMap(({ methods }) => methods(facts, undefined));
  return [...systemMethods(facts), ...products];
}

const SYSTEM_SOCKETS: readonly string[] = ['/var/run/docker.sock', '/run/docker.sock'];

function soon(...command: [string, ...string[]]): StartMethod {
  return { command, patience: SOON };
}

function later(...command: [string, ...string[]]): StartMethod {
  return { command, patience: LATER };
}

/** The engine that the machine's own service manager runs. */
function systemMethods({ platform, uid, systemd, has }: MachineFacts): StartMethod[] {
  if (platform !== 'linux') return [];
  const root = uid === 0;
  if (systemd && has('systemctl')) {
    if (root) return [soon('systemctl', 'start', 'docker')];
    const bySudo = has('sudo') ? [soon('sudo', '-n', 'systemctl', 'start', 'docker')] : [];
    return [...bySudo, soon('systemctl', '--no-ask-password', 'start', 'docker')];
  }
  if (!has('service')) return [];
  if (root) return [soon('service', 'docker', 'start')];
  return has('sudo') ? [soon('sudo', '-n', 'service', 'docker', 'start')] : [];
}

interface Product {
  /** Its socket's path. */
  readonly socket: RegExp;
  /** `path` is its socket where that was named or found; otherwise it is only one of those that may be installed. */
  methods(facts: MachineFacts, path: string | undefined): StartMethod[];
}

const PRODUCTS: readonly Product[] = [
  {
    // Rootless Docker
    socket: /^\/run\/user\/\d+\/docker\.sock$/,
    methods: ({ systemd, has, hasUserUnit }) =>
      systemd && has('systemctl') && hasUserUnit('docker.service')
        ? [soon('systemctl', '--user', 'start', 'docker')]
        : [],
  },
  {
    // Docker Desktop
    socket: /\/\.docker\/(run|desktop)\/docker\.sock$|pipe\/docker(DesktopLinuxEngine|_engine)$/,
    methods: ({ platform, systemd, has, hasApp, hasUserUnit }) => {
      if (platform === 'linux') {
        const installed = systemd && hasUserUnit('docker-desktop.service');
        return installed ? [later('systemctl', '--user', 'start', 'docker-desktop')] : [];
      }
      const byPlugin = has('docker') ? [later('docker', 'desktop', 'start')] : [];
      if (platform !== 'darwin') return byPlugin;
      return hasApp('Docker') ? [...byPlugin, later('open', '-g', '-a', 'Docker')] : [];
    },
  },
  {
    socket: /\/\.orbstack\/run\/docker\.sock$/,
    methods: ({ hasApp }) => (hasApp('OrbStack') ? [later('open', '-g', '-a', 'OrbStack')] : []),
  },
  {
    // Colima: the folder of the socket is named like its profile.
    socket: /\/\.?colima\/[^/]+\/docker\.sock$/,
    methods: ({ has }, path) =>
      has('colima') ? [soon('colima', 'start', ...(path ? ['--profile', basename(dirname(path))] : []))] : [],
  },
  {
    // Rancher Desktop
    socket: /\/\.rd\/docker\.sock$/,
    methods: ({ has }) => (has('rdctl') ? [later('rdctl', 'start')] : []),
  },
  {
    socket: /podman/,
    methods: ({ platform, systemd, has, hasUserUnit }, path) => {
      if (!path) return [];
      if (platform !== 'linux') return has('podman') ? [soon('podman', 'machine', 'start')] : [];
      const ofUser = systemd && path.startsWith('/run/user/') && hasUserUnit('podman.socket');
      return ofUser ? [soon('systemctl', '--user', 'start', 'podman.socket')] : [];
    },
  },
];
