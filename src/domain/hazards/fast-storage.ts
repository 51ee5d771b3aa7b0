import { imageFamily } from '../image-family.js';
import { memoryLimit } from '../memory-need.js';
import type { MountModel, ServiceModel } from '../model.js';
import { Replace } from '../override.js';
import type { Resources } from '../resources.js';
import { formatSize, parseSize } from '../size.js';
import { commandOf, eachService, type Hazard, type HazardContext, type HazardRule, mountsOf } from './hazard.js';

/** Of each database. Bytes; UnifiedDockerManager's. */
const SIZE = 512 * 1024 ** 2;

/** Where the official images keep their data. */
const FOLDERS: Readonly<Record<string, string>> = {
  postgres: '/var/lib/postgresql/data',
  mysql: '/var/lib/mysql',
  mariadb: '/var/lib/mysql',
  mongo: '/data/db',
  clickhouse: '/var/lib/clickhouse',
};

/** Memory that the data folders of a model would take. Bytes. */
export function fastStorageSize(services: readonly ServiceModel[]): number {
  return services.filter((service) => dataFolder(service) !== undefined).length * SIZE;
}

/** Data folders of known databases in memory, where that was asked for and loses nothing that was to stay. */
export function fastStorage({ fastStorage: where = 'volume', seeded = [] }: Resources): HazardRule {
  return (context) => {
    if (where === 'volume') return [];
    return eachService(context, (name, service) => {
      const folder = dataFolder(service);
      if (folder === undefined) return [];
      const mounts = mountsOf(context, name, service);
      const mount = mounts.find(({ target }) => target === folder || folder.startsWith(`${target}/`));
      const why = seeded.includes(name)
        ? 'its volume is filled from a seed'
        : reasonToKeep(context, name, service, mount);
      const told = (becomes: string): Hazard => ({
        service: name,
        kind: 'fast-storage',
        class: 'notice',
        path: ['services', name, 'volumes'],
        was: mount?.source ?? folder,
        becomes,
      });
      if (why !== undefined) return [told(`kept: ${why}`)];
      const memory: MountModel = { type: 'tmpfs', target: mount?.target ?? folder, tmpfs: { size: String(SIZE) } };
      const others = mounts.filter((each) => each !== mount);
      context.draft.set('services', name, { volumes: new Replace([...others, memory]) });
      raiseLimit(context, name);
      return [told(`${formatSize(SIZE)} of memory, gone when the container stops`)];
    });
  };
}

/** Unless PGDATA says otherwise; from 18 on the official image keeps each version in a folder of its own. */
function dataFolder({ image, environment }: ServiceModel): string | undefined {
  const family = imageFamily(image)?.name ?? '';
  if (/(^|\/)bitnami/.test(image ?? '')) return undefined;
  if (family !== 'postgres') return FOLDERS[family];
  const major = Number(/:(\d+)/.exec(image ?? '')?.[1] ?? 0);
  return environment?.PGDATA ?? (major >= 18 ? '/var/lib/postgresql' : FOLDERS.postgres);
}

function reasonToKeep(
  { model, draft }: HazardContext,
  name: string,
  service: ServiceModel,
  mount: MountModel | undefined,
): string | undefined {
  const limit = memoryLimit(service);
  // What lies in a tmpfs counts against the container's limit: a full one would be the end of the database.
  if (limit !== undefined && limit < 2 * SIZE) return `its memory limit of ${formatSize(limit)} leaves no room`;
  if (!mount) return undefined;
  if (mount.type === 'tmpfs') return 'it is in memory already';
  if (mount.type !== 'volume') return 'it is a folder of the host';
  const { source } = mount;
  if (source === undefined) return undefined;
  if (model.volumes?.[source]?.external) return 'its volume is external';
  if (draft.copies.some(({ to }) => to.endsWith(`_${source}`))) return 'its volume is filled with a copy';
  const others = Object.entries(model.services).filter(
    ([other, { volumes = [] }]) => other !== name && volumes.some((each) => each.source === source),
  );
  return others.length > 0 ? `"${others[0]?.[0]}" uses its volume as well` : undefined;
}

/** A limit of ours was meant for the server alone. */
function raiseLimit({ draft }: HazardContext, name: string): void {
  const limit = parseSize(String(draft.get('services', name, 'mem_limit') ?? ''));
  if (limit) draft.set('services', name, { mem_limit: String(limit + SIZE) });
}

/** UnifiedDockerManager's, and full_page_writes, which guards against the same torn pages as fsync. */
const POSTGRES_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'shared_buffers=128MB'];

/** Settings for data that nobody misses after a crash of the machine. What the file sets stays. */
export function tuning({ tuneDatabases = false }: Resources): HazardRule {
  return (context) =>
    eachService(context, (name, service) => {
      if (!tuneDatabases || !isPostgres(service)) return [];
      const command = commandOf(context, name, service);
      const path = ['services', name, 'command'];
      const was = command.join(' ') || 'postgres';
      const told = { service: name, kind: 'tuning', class: 'notice', path, was } as const;
      if (!isServer(command) || service.entrypoint?.length)
        return [{ ...told, becomes: 'kept: not the server itself' }];
      const missing = POSTGRES_SETTINGS.filter((each) => !was.includes(`${each.slice(0, each.indexOf('='))}=`));
      if (missing.length === 0) return [];
      const base = command.length === 0 ? ['postgres'] : command;
      context.draft.set('services', name, { command: new Replace([...base, ...missing.flatMap((s) => ['-c', s])]) });
      return [{ ...told, becomes: `with ${missing.join(', ')}` }];
    });
}

function isPostgres({ image }: ServiceModel): boolean {
  return imageFamily(image)?.name === 'postgres';
}

/** And not a script or a shell, which would take our settings for its own arguments. */
function isServer([program]: readonly string[]): boolean {
  return program === undefined || program === 'postgres' || program.startsWith('-');
}
