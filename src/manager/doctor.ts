import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  checkDisk,
  checkDriver,
  checkLeases,
  checkMemory,
  checkPools,
  checkPorts,
  checkVersion,
  checkWarnings,
  checkWatchdog,
  type Finding,
  worstFamily,
} from '../domain/checkup.js';
import { CATALOGUE, EnvironmentError, EXIT_CODES } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import { formatSubnet } from '../domain/subnet.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { FileOptions } from './compose-files.js';
import type { Context } from './context.js';
import { availableMemory } from './dossier-host.js';
import { ephemeralPorts, lifeOf } from './machine.js';
import { overBecause } from './owner-life.js';
import { plan } from './plan.js';

/** The files whose environment is to be possible here. */
export interface DoctorOptions extends FileOptions {
  readonly signal?: AbortSignal;
}

/** What a checkup has found. */
export interface Checkup {
  readonly findings: readonly Finding[];
  /** 0, or what a start would end with because of the first problem. */
  readonly exitCode: number;
}

/** Looks at everything that environments need: engine, machine, state folder, and the compose file of this folder. */
export async function doctor(context: Context, options: DoctorOptions): Promise<Checkup> {
  const signal = options.signal ?? new AbortController().signal;
  const [engine, state, file] = await Promise.all([
    guarded('engine', () => checkEngine(context, signal)),
    guarded('state', () => checkState(context, signal)),
    guarded('compose file', () => checkFile(context, options, signal)),
  ]);
  const findings = [checkNode(), ...engine, ...(await checkMachine()), ...state, ...file];
  const family = worstFamily(findings);
  return { findings, exitCode: family === undefined ? 0 : EXIT_CODES[family] };
}

/** An error of the catalogue is a finding: its hint says how to mend it. */
async function guarded(check: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const { family } = CATALOGUE[error.code];
    return [{ check, level: 'problem', text: `${error.code}: ${error.message}`, fix: error.hint, family }];
  }
}

function checkNode(): Finding {
  return { check: 'node', level: 'ok', text: `Node ${process.versions.node}` };
}

async function checkEngine(context: Context, signal: AbortSignal): Promise<Finding[]> {
  const engine = await context.engine();
  await engine.ping(signal);
  const [info, networks, compose] = await Promise.all([
    engine.info(signal),
    engine.networks({}, signal),
    guarded('compose', async () => [
      checkVersion('compose', 'Docker Compose', await engine.composeVersion(signal), ''),
    ]),
  ]);
  const used = networks.filter(({ driver }) => driver === 'bridge').length;
  const own = formatSubnet(context.config.networkPool);
  const kind = info.rootless ? ', rootless' : '';
  return [
    checkVersion('engine', 'Docker Engine', info.version, ` at ${engine.endpoint}${kind}`),
    ...compose,
    checkDriver(info.storageDriver),
    ...(await checkEngineDisk(engine, info.folder)),
    checkPools({ used, pools: info.addressPools, own }),
    ...checkWarnings(info.warnings),
  ];
}

/** Of a remote engine, or a folder that this user may not look at, the engine itself has the last word. */
async function checkEngineDisk(engine: Engine, folder: string): Promise<Finding[]> {
  if (engine.host !== '127.0.0.1' || folder === '') return [];
  const free = (await freeBytes(folder)) ?? (await freeBytes(dirname(folder)));
  return free === undefined ? [] : [checkDisk('images and volumes', folder, free)];
}

async function freeBytes(folder: string): Promise<number | undefined> {
  return statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
}

async function checkMachine(): Promise<Finding[]> {
  const { free, total } = await availableMemory();
  return [checkMemory(free, total)];
}

async function checkState(context: Context, signal: AbortSignal): Promise<Finding[]> {
  const { config } = context;
  const store = await context.store();
  const leases = store.list();
  const held = leases.reduce((sum, { ports }) => sum + (ports ? ports.last - ports.first + 1 : 0), 0);
  const free = await freeBytes(config.stateDir);
  const causes = await Promise.all(leases.map(async (l) => [l.project, await overBecause(context, l)] as const));
  const over = causes.filter((entry): entry is [string, string] => entry[1] !== undefined);
  const watcher = store.watch.holder();
  const pid = watcher && lifeOf(watcher) === 'alive' ? watcher.pid : undefined;
  return [
    ...(free === undefined ? [] : [checkDisk('the state folder', config.stateDir, free)]),
    checkPorts({ range: config.ports, held, ephemeral: ephemeralPorts() }),
    ...checkLeases({
      all: leases.length,
      over: Object.fromEntries(over),
      unknown: await unknown(context, store, signal),
    }),
    checkWatchdog({ wanted: config.watchdog, leases: leases.length, pid }),
  ];
}

/** Leases that the engine has objects of and the store no row. */
async function unknown(context: Context, store: LeaseStore, signal: AbortSignal): Promise<string[]> {
  const engine = await context.engine();
  const containers = await engine.containers({ [LABEL.store]: store.id }, signal).catch(() => []);
  const ids = new Set(containers.map(({ labels }) => labels[LABEL.lease] ?? ''));
  return [...ids].filter((id) => id !== '' && !store.find(id));
}

async function checkFile(context: Context, options: DoctorOptions, signal: AbortSignal): Promise<Finding[]> {
  const check = 'compose file';
  try {
    const { open, hazards, services } = await plan(context, { ...options, signal });
    if (open.length === 0) {
      const text = `${services.length} services can run side by side; ${hazards.length} things are changed in a copy (docker-manual plan)`;
      return [{ check, level: 'ok', text }];
    }
    return open.map(({ service, path, kind, was, choices = [] }) => ({
      check,
      level: 'problem',
      text: `${service ?? path[1]} cannot run twice as it is: ${kind} ${was}`,
      fix: `decide: ${choices.map((choice) => `--${choice.replace('=', ' ')}`).join(', ')}`,
      family: 'config',
    }));
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.code !== 'COMPOSE_FILE_MISSING' || options.files) throw error;
    return [{ check, level: 'ok', text: 'there is none in this folder to look at' }];
  }
}
