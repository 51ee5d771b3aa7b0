import { DECISIONS, decided, decidedByName } from '../decisions.js';
import type { MountModel, VolumeModel } from '../model.js';
import { Replace } from '../override.js';
import { eachService, type Hazard, type HazardContext, type HazardRule, type PathKind } from './hazard.js';
import { fingerprint, imageOf, ownName } from './names.js';

/** Host paths of which every program may read and write its own: nothing of ours changes in them. */
const SYSTEM_PATHS =
  /^\/(?:dev|proc|sys|etc\/(?:localtime|timezone|hosts|resolv\.conf|machine-id|ssl|ca-certificates)|usr\/share\/zoneinfo|lib\/modules|tmp\/\.X11-unix|run\/dbus|var\/run\/dbus)(?:\/|$)/;

/** True where all containers may write side by side. */
export function isSystemPath(path: string): boolean {
  return SYSTEM_PATHS.test(path);
}

/** The engine's own socket: a container that has it sees every copy. */
const ENGINE_SOCKET = /(?:docker|podman|containerd)\.sock$/;

/** Where images keep what they write; an existing folder mounted there is data, not source. */
const STATE_TARGETS =
  /^\/(?:var\/lib\/|var\/log(?:\/|$)|var\/opt\/|bitnami\/|data(?:\/|$)|prometheus$|storage(?:\/|$)|qdrant\/storage|meili_data|.*\/data$|.*\/\.?(?:cache|logs?|tmp)$)/;

/** Writable host paths: two copies would write into the same place. */
export const binds: HazardRule = (context) => {
  const judged = judgeAll(context);
  const moved = movedSources(judged.values());
  return eachService(context, (name, service) => {
    const verdicts = (service.volumes ?? []).map((_, i) => judged.get(keyOf(name, i)));
    const mounts = (service.volumes ?? []).map((mount, i) => {
      if (verdicts[i]?.readOnly) return { ...mount, read_only: true };
      const to = verdicts[i]?.to ?? (mount.read_only ? moved.get(mount.source ?? '') : undefined);
      return to === undefined ? mount : asVolume(context, mount, to);
    });
    if (mounts.some((mount, i) => mount !== service.volumes?.[i])) {
      context.draft.set('services', name, { volumes: new Replace(mounts) });
    }
    return verdicts.flatMap((verdict) => verdict?.hazard ?? []);
  });
};

interface BindVerdict {
  readonly source: string;
  readonly hazard: Hazard;
  /** Key of the volume that takes its place. A volume and not a folder: the engine can always remove it again. */
  readonly to?: string;
  /** A single file, which no volume can hold: it is protected instead. */
  readonly readOnly?: boolean;
}

/** Verdicts on the mounts that could be written to. */
function judgeAll(context: HazardContext): Map<string, BindVerdict> {
  const verdicts = new Map<string, BindVerdict>();
  const state = stateSources(context);
  for (const [name, service] of Object.entries(context.model.services)) {
    for (const [i, mount] of (service.volumes ?? []).entries()) {
      const path = ['services', name, 'volumes', String(i)];
      const verdict = mount.type === 'bind' ? judgeBind(context, name, mount, path, state) : undefined;
      if (verdict) verdicts.set(keyOf(name, i), verdict);
    }
  }
  return verdicts;
}

function keyOf(service: string, mount: number): string {
  return `${service}\0${mount}`;
}

/** Existing paths that hold what some service keeps, not what it is made of. */
function stateSources({ model }: HazardContext): ReadonlySet<string> {
  const mounts = Object.values(model.services).flatMap((service) => service.volumes ?? []);
  const kept = mounts.filter((m) => m.type === 'bind' && !m.read_only && STATE_TARGETS.test(m.target));
  return new Set(kept.flatMap((mount) => mount.source ?? []));
}

/** Sources that nobody writes to any more, and the volumes in their place: who reads there has to follow. */
function movedSources(verdicts: Iterable<BindVerdict>): ReadonlyMap<string, string> {
  const all = [...verdicts];
  const kept = new Set(all.flatMap(({ source, to }) => (to === undefined ? [source] : [])));
  return new Map(all.flatMap(({ source, to }) => (to === undefined || kept.has(source) ? [] : [[source, to]])));
}

function asVolume({ project, draft }: HazardContext, mount: MountModel, to: string): MountModel {
  draft.set('volumes', to, { name: `${project}_${to}` });
  const { bind: _, ...rest } = mount as MountModel & { bind?: unknown };
  return { ...rest, type: 'volume', source: to };
}

function judgeBind(
  context: HazardContext,
  service: string,
  mount: MountModel,
  path: readonly string[],
  state: ReadonlySet<string>,
): BindVerdict | undefined {
  const { source, target } = mount;
  if (source === undefined) return undefined;
  const found = { service, path, was: `${source} -> ${target}` } as const;
  if (ENGINE_SOCKET.test(source)) {
    const becomes = 'kept: this service sees all containers of the engine';
    return { source, hazard: { ...found, kind: 'docker-socket', class: 'notice', becomes } };
  }
  if (mount.read_only || isSystemPath(source)) return undefined;
  const there = context.facts.paths[source] ?? 'absent';
  const isState = there === 'absent' || (there === 'directory' && state.has(source));
  const isOutside = !isInside(source, context.facts.projectRoot);
  const kind = isOutside ? 'bind-outside' : isState ? 'bind-state' : 'bind-source';
  const choice = choose(context, kind, there, source, `${service}:${target}`);
  return decide(context, { ...found, kind }, choice, source, there);
}

function decide(
  context: HazardContext,
  hazard: Omit<Hazard, 'class' | 'becomes'>,
  choice: BindChoice | undefined,
  source: string,
  there: PathKind,
): BindVerdict {
  if (choice === undefined) {
    const choices = choicesFor(there).map((value) => `binds=${value}`);
    const becomes = choices.length === 1 ? 'binds=share' : 'binds=private, copy or share';
    return { source, hazard: { ...hazard, class: 'decision', becomes, choices } };
  }
  if (choice === 'share') {
    return { source, hazard: { ...hazard, class: 'notice', becomes: 'shared by all copies, writable' } };
  }
  if (there === 'file') {
    return { source, readOnly: true, hazard: { ...hazard, class: 'notice', becomes: 'the same file, read-only' } };
  }
  // Of what is not there nothing can be copied.
  return isolated(context, hazard, there === 'absent' ? 'private' : choice, source);
}

type BindChoice = (typeof DECISIONS.binds)[number];

/** Only a folder can be had again as a volume; of sockets and devices there is one. */
function choicesFor(there: PathKind): readonly BindChoice[] {
  return there === 'socket' || there === 'other' ? ['share'] : DECISIONS.binds;
}

/**
 * What the user says, by name first, as far as it is possible. What is said of all paths does not empty source code
 * and does not lock files of the repository.
 */
function choose(
  { decisions }: HazardContext,
  kind: 'bind-state' | 'bind-source' | 'bind-outside',
  there: PathKind,
  ...names: readonly string[]
): BindChoice | undefined {
  const standard = { 'bind-state': 'private', 'bind-source': 'share', 'bind-outside': undefined } as const;
  const named = decidedByName(decisions.binds, ...names);
  const general = decided(decisions.binds, ...names);
  const applies = kind !== 'bind-source' || (general === 'copy' && there === 'directory');
  const choice = named ?? (applies ? general : undefined) ?? standard[kind];
  return choice !== undefined && choicesFor(there).includes(choice) ? choice : standard[kind];
}

function isolated(
  context: HazardContext,
  hazard: Omit<Hazard, 'class' | 'becomes'>,
  choice: 'private' | 'copy',
  source: string,
): BindVerdict {
  const to = volumeKey(source);
  const volume = `${context.project}_${to}`;
  const image = imageOf(context, hazard.service ?? '');
  if (choice === 'copy' && image) context.draft.copy({ from: { type: 'bind', source }, to: volume, image });
  const silent = hazard.kind === 'bind-state' && choice === 'private';
  const becomes = `volume ${volume}${choice === 'copy' ? ', with a copy of what is there' : ', new and empty'}`;
  return { source, to, hazard: { ...hazard, class: silent ? 'silent' : 'notice', becomes } };
}

/** One volume a host path, so that two services of one copy still share what they shared. */
function volumeKey(source: string): string {
  const folder = source.replace(/\/+$/, '').split('/').at(-1) ?? '';
  const name = folder.replace(/[^a-zA-Z0-9]/g, '').toLowerCase();
  return `dm-${name || 'bind'}-${fingerprint(source)}`;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A volume whose driver keeps it in a place that is not its own: a host path, a server, or what a plugin knows. */
export const volumeDevices: HazardRule = ({ model, decisions, draft, project }) =>
  Object.entries(model.volumes ?? {}).flatMap(([key, volume]): Hazard[] => {
    const place = volume?.external ? undefined : placeOf(volume);
    if (place === undefined) return [];
    const hazard = { kind: 'volume-device', path: ['volumes', key], was: place.name } as const;
    const choice = decided(decisions.binds, place.name, key) ?? (place.remote ? undefined : 'private');
    if (choice === undefined || choice === 'copy') {
      const choices = ['binds=private', 'binds=share'];
      return [{ ...hazard, class: 'decision', becomes: 'binds=private or share', choices }];
    }
    if (choice === 'share') return [{ ...hazard, class: 'notice', becomes: 'shared by all copies, writable' }];
    const own = ownName(project, model.volumes, key);
    draft.replace('volumes', key, { name: own });
    return [{ ...hazard, class: 'silent', becomes: `volume ${own}, new and empty` }];
  });

function placeOf(volume: VolumeModel | null): { name: string; remote: boolean } | undefined {
  const { driver = 'local', driver_opts: options = {} } = volume ?? {};
  if (driver !== 'local') return Object.keys(options).length > 0 ? { name: driver, remote: true } : undefined;
  const { device, type, o = '' } = options;
  if (device === undefined || type === 'tmpfs') return undefined;
  return { name: device, remote: type !== undefined && type !== 'none' && !/\bbind\b/.test(o) };
}
