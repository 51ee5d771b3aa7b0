import { DECISIONS, decided } from '../decisions.js';
import type { MountModel } from '../model.js';
import { Replace } from '../override.js';
import { eachService, type Hazard, type HazardContext, type HazardRule } from './hazard.js';

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
export const binds: HazardRule = (context) =>
  eachService(context, (name, service) => {
    const found: Hazard[] = [];
    const mounts = (service.volumes ?? []).map((mount, i) => {
      if (mount.type !== 'bind' || mount.source === undefined) return mount;
      const path = ['services', name, 'volumes', String(i)];
      const { hazard, to } = judgeBind(context, name, mount, path);
      if (hazard) found.push(hazard);
      if (!to) return mount;
      context.draft.set('volumes', to, { name: `${context.project}_${to}` });
      const { source: _, type: __, ...rest } = mount as MountModel & { bind?: unknown };
      delete (rest as { bind?: unknown }).bind;
      return { ...rest, type: 'volume', source: to };
    });
    if (mounts.some((mount, i) => mount !== service.volumes?.[i])) {
      context.draft.set('services', name, { volumes: new Replace(mounts) });
    }
    return found;
  });

interface BindVerdict {
  readonly hazard?: Hazard;
  /** Key of the volume that takes its place. A volume and not a folder: the engine can always remove it again. */
  readonly to?: string;
}

function judgeBind(context: HazardContext, service: string, mount: MountModel, path: readonly string[]): BindVerdict {
  const source = mount.source as string;
  const hazard = { service, path, was: `${source} -> ${mount.target}` } as const;
  if (ENGINE_SOCKET.test(source)) {
    return {
      hazard: {
        ...hazard,
        kind: 'docker-socket',
        class: 'notice',
        becomes: 'kept: this service sees all containers of the engine',
      },
    };
  }
  if (mount.read_only || isSystemPath(source)) return {};
  const there = context.facts.paths[source] ?? 'absent';
  const inside = isInside(source, context.facts.projectRoot);
  const isState = there === 'absent' || (there === 'directory' && STATE_TARGETS.test(mount.target));
  const kind = inside ? (isState ? 'bind-state' : 'bind-source') : 'bind-outside';
  const standard = inside ? (isState ? 'private' : 'share') : undefined;
  const choice = decided(context.decisions.binds, source, `${service}:${mount.target}`) ?? standard;
  if (choice === undefined) {
    const choices = DECISIONS.binds.map((value) => `binds=${value}`);
    return { hazard: { ...hazard, kind, class: 'decision', becomes: 'binds=private, copy or share', choices } };
  }
  if (choice === 'share') {
    return { hazard: { ...hazard, kind, class: 'notice', becomes: 'shared by all copies, writable' } };
  }
  return isolated(context, { ...hazard, kind }, choice, mount);
}

function isolated(
  context: HazardContext,
  hazard: Omit<Hazard, 'class' | 'becomes'>,
  choice: 'private' | 'copy',
  mount: MountModel,
): BindVerdict {
  const source = mount.source as string;
  const to = volumeKey(source);
  const volume = `${context.project}_${to}`;
  const image = context.model.services[hazard.service ?? '']?.image;
  if (choice === 'copy' && image && !context.draft.copies.some((c) => c.to === volume)) {
    context.draft.copies.push({ from: { type: 'bind', source }, to: volume, image });
  }
  const silent = hazard.kind === 'bind-state' && choice === 'private';
  const becomes = `volume ${volume}${choice === 'copy' ? ', with a copy of what is there' : ', new and empty'}`;
  return { to, hazard: { ...hazard, class: silent ? 'silent' : 'notice', becomes } };
}

/** One volume a host path, so that two services of one copy still share what they shared. */
function volumeKey(source: string): string {
  let hash = 0;
  for (let i = 0; i < source.length; i++) hash = (Math.imul(hash, 31) + source.charCodeAt(i)) >>> 0;
  const name =
    source
      .replace(/\/+$/, '')
      .split('/')
      .at(-1)
      ?.replace(/[^a-zA-Z0-9]/g, '')
      .toLowerCase() ?? '';
  return `dm-${name || 'bind'}-${hash.toString(16).padStart(8, '0')}`;
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** A local volume whose driver options bind it to a device: a host path, or a server. */
export const volumeDevices: HazardRule = ({ model, decisions, draft, project }) =>
  Object.entries(model.volumes ?? {}).flatMap(([key, volume]): Hazard[] => {
    const { device, type, o = '' } = volume?.driver_opts ?? {};
    if (volume?.external || device === undefined || type === 'tmpfs') return [];
    const hazard = { kind: 'volume-device', path: ['volumes', key], was: device } as const;
    const remote = type !== undefined && type !== 'none' && !/\bbind\b/.test(o);
    const choice = decided(decisions.binds, device, key) ?? (remote ? undefined : 'private');
    if (choice === undefined || choice === 'copy') {
      const choices = ['binds=private', 'binds=share'];
      return [{ ...hazard, class: 'decision', becomes: 'binds=private or share', choices }];
    }
    if (choice === 'share') return [{ ...hazard, class: 'notice', becomes: 'shared by all copies, writable' }];
    draft.replace('volumes', key, { name: `${project}_${key}` });
    return [{ ...hazard, class: 'silent', becomes: `volume ${project}_${key}, new and empty` }];
  });
