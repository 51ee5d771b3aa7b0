import type { ErrorFamily } from './errors.js';
import type { PortRange } from './ports.js';

/** What was found out about one thing that environments need. */
export interface Finding {
  /** "engine", "compose", "ports" … */
  readonly check: string;
  readonly level: 'ok' | 'warning' | 'problem';
  readonly text: string;
  /** How to mend it; every warning and problem has one. */
  readonly fix?: string;
  /** Of a problem: what a start would fail with. */
  readonly family?: ErrorFamily;
}

/** Below these nothing works as it should. */
export const MINIMUM = { engine: '25.0.0', compose: '2.24.4' } as const;

/** Docker's standard pools: 172.17-31.0.0/16, and 192.168.0.0/16 in /20s. */
const STANDARD_NETWORKS = 31;
/** So few are soon used up. */
const FEW_NETWORKS = 5;
/** Some 50 environments of ten ports. */
const FEW_PORTS = 500;
const LITTLE_DISK = 5e9;
const NO_DISK = 1e9;
const LITTLE_MEMORY = 1e9;
/** They copy whole layers, or are no longer maintained. */
const POOR_DRIVERS = ['vfs', 'devicemapper', 'aufs', 'overlay'];

/** `name` for people: "Docker Engine". */
export function checkVersion(check: 'engine' | 'compose', name: string, version: string, where: string): Finding {
  const text = `${name} ${version}${where}`;
  if (atLeast(version, MINIMUM[check])) return { check, level: 'ok', text };
  const fix = `install ${name} ${MINIMUM[check]} or later`;
  return { check, level: 'problem', text: `${text} is too old`, fix, family: 'engine' };
}

/** By numbers, "2.24.4-desktop.1" as 2.24.4. */
export function atLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (have?.[i] ?? 0) - (want?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

export interface Pools {
  /** Bridge networks that exist. */
  readonly used: number;
  /** The engine's own, "10.0.0.0/8" in networks of /24; empty for the standard ones. */
  readonly pools: readonly { readonly base: string; readonly size: number }[];
  /** What we take when those are short, "10.231.0.0/16". */
  readonly own: string;
}

export function checkPools({ used, pools, own }: Pools): Finding {
  const all = pools.reduce((sum, { base, size }) => sum + 2 ** Math.max(0, size - Number(base.split('/')[1])), 0);
  const left = Math.max(0, (all || STANDARD_NETWORKS) - used);
  const text = `${left} networks left in the engine's address pools (${used} are used)`;
  if (left >= FEW_NETWORKS) return { check: 'networks', level: 'ok', text };
  const fix = `nothing has to be done for environments, which then use ${own}; for others add "default-address-pools" to the engine's daemon.json`;
  return { check: 'networks', level: 'warning', text, fix };
}

export interface PortFacts {
  readonly range: PortRange;
  /** By leases. */
  readonly held: number;
  /** What the kernel gives to outgoing connections; undefined where it does not tell. */
  readonly ephemeral: PortRange | undefined;
}

export function checkPorts({ range, held, ephemeral }: PortFacts): Finding {
  const { first, last } = range;
  const overlap = ephemeral ? Math.max(0, Math.min(last, ephemeral.last) - Math.max(first, ephemeral.first) + 1) : 0;
  const quiet = last - first + 1 - overlap;
  const text = `ports ${first}-${last}: ${held} leased, ${quiet} that the kernel never hands out itself`;
  if (quiet >= FEW_PORTS || overlap === 0) return { check: 'ports', level: 'ok', text };
  const fix = `--ports 20000-29999 or DOCKER_MANUAL_PORTS: ip_local_port_range is ${ephemeral?.first}-${ephemeral?.last}`;
  return { check: 'ports', level: 'warning', text, fix };
}

export function checkDisk(what: string, folder: string, freeBytes: number): Finding {
  const text = `${(freeBytes / 1e9).toFixed(1)} GB free for ${what} (${folder})`;
  if (freeBytes >= LITTLE_DISK) return { check: 'disk', level: 'ok', text };
  const fix = '`docker system df` shows what Docker takes; remove images and volumes that nobody needs';
  if (freeBytes >= NO_DISK) return { check: 'disk', level: 'warning', text, fix };
  return { check: 'disk', level: 'problem', text, fix, family: 'capacity' };
}

export function checkMemory(freeBytes: number, totalBytes: number): Finding {
  const text = `${(freeBytes / 1e9).toFixed(1)} of ${(totalBytes / 1e9).toFixed(1)} GB memory free`;
  if (freeBytes >= LITTLE_MEMORY) return { check: 'memory', level: 'ok', text };
  const fix = '`docker-manual status` shows what runs; stop what nobody uses';
  return { check: 'memory', level: 'warning', text, fix };
}

export function checkDriver(driver: string): Finding {
  const text = `storage driver ${driver}`;
  if (!POOR_DRIVERS.includes(driver)) return { check: 'storage', level: 'ok', text };
  const fix =
    'set "storage-driver": "overlay2" in the engine\'s daemon.json: containers are made faster, and images need less';
  return { check: 'storage', level: 'warning', text, fix };
}

export interface LeaseFacts {
  readonly all: number;
  /** Project → why nobody holds it any more. */
  readonly over: Readonly<Record<string, string>>;
  /** Lease ids on the engine that the store does not know. */
  readonly unknown: readonly string[];
}

export function checkLeases({ all, over, unknown }: LeaseFacts): Finding[] {
  const orphans = Object.entries(over).map(([project, cause]) => `${project} (${cause})`);
  return [
    orphans.length === 0
      ? {
          check: 'environments',
          level: 'ok',
          text: all === 0 ? 'no environments' : `${all} environments, each with somebody who holds it`,
        }
      : {
          check: 'environments',
          level: 'warning',
          text: `held by nobody any more: ${orphans.join(', ')}`,
          fix: 'docker-manual clean',
        },
    ...(unknown.length === 0
      ? []
      : ([
          {
            check: 'environments',
            level: 'warning',
            text: `${unknown.length} environments are on the engine and not in the state folder`,
            fix: 'docker-manual recover',
          },
        ] as const)),
  ];
}

export interface WatchFacts {
  readonly wanted: boolean;
  readonly leases: number;
  /** Of the process; undefined where there is none. */
  readonly pid: number | undefined;
}

export function checkWatchdog({ wanted, leases, pid }: WatchFacts): Finding {
  if (pid !== undefined) return { check: 'watchdog', level: 'ok', text: `watchdog runs (pid ${pid})` };
  if (leases === 0) return { check: 'watchdog', level: 'ok', text: 'no watchdog, and nothing to watch' };
  const text = wanted ? 'no watchdog runs' : 'the watchdog is off';
  const fix = `${wanted ? 'the next start makes one; ' : 'unset DOCKER_MANUAL_WATCHDOG; '}until then \`docker-manual clean\` removes what dead runs leave`;
  return { check: 'watchdog', level: 'warning', text, fix };
}

/** The engine's own warnings, but for those that every machine without swap accounting has. */
export function checkWarnings(warnings: readonly string[]): Finding[] {
  const serious = warnings.filter((text) => /no (memory|cpu|pids) limit|bridge-nf|insecure|deprecat/i.test(text));
  return serious.map((text) => ({
    check: 'engine',
    level: 'warning',
    text: `the engine warns: ${text.replace(/^WARNING:\s*/, '')}`,
    fix: 'https://docs.docker.com/engine/install/linux-postinstall/ has the settings of the kernel',
  }));
}

/** What a checkup ends with: 0, or the family of the first problem. */
export function worstFamily(findings: readonly Finding[]): ErrorFamily | undefined {
  return findings.find(({ level }) => level === 'problem')?.family;
}
