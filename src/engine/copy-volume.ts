import type Docker from 'dockerode';
import { EnvironmentError } from '../domain/errors.js';
import type { Labels } from '../domain/labels.js';
import type { VolumeCopy } from '../domain/override.js';
import { CALL_TIMEOUT, unlessGone } from './calls.js';

/** A copy takes as long as there is data: 1 GB a second at best, 10 MB at worst. Milliseconds. */
const COPY_TIMEOUT = 30 * 60_000;

/** One bounded and named call to the engine; see {@link boundedCall}. */
type Call = <T>(operation: string, run: (signal: AbortSignal) => Promise<T>, timeout?: number) => Promise<T>;

/**
 * Copies everything that is in a volume or host folder into a volume: owners, modes, times and links, and the mode of the
 * folder itself. By the image's own `cp`, else through the engine's archive interface, which needs no program of any
 * image. A PostgreSQL's 290 MB in a thousand files on an idle engine: 1.0 s and 2.1 s; 0.2 s is the command's own start.
 */
export async function copyVolume(docker: Docker, call: Call, copy: VolumeCopy, labels: Labels): Promise<void> {
  if (await copiedByProgram(docker, call, copy, labels)) return;
  await copyByArchive(docker, call, copy, labels);
}

/** @returns false where the image has no `cp`, or one that fails */
async function copiedByProgram(docker: Docker, call: Call, copy: VolumeCopy, labels: Labels): Promise<boolean> {
  const mounts = [sourceMount(copy, '/dm/from', labels), targetMount(copy, '/dm/to')];
  const command = { Entrypoint: ['cp'], Cmd: ['-a', '/dm/from/.', '/dm/to'], User: '0:0', WorkingDir: '/' };
  return withContainer(docker, call, { ...command, ...helper(copy, mounts, labels) }, async (container) => {
    const started = await call('start copy', (abortSignal) => container.start({ abortSignal })).then(
      () => true,
      (error: unknown) => {
        const { code } = error as Partial<EnvironmentError>;
        if (error instanceof EnvironmentError && code !== 'ENGINE_UNAVAILABLE' && code !== 'ENGINE_HUNG') return false;
        throw error;
      },
    );
    if (!started) return false;
    const ended = await call('wait for copy', (abortSignal) => container.wait({ abortSignal }), COPY_TIMEOUT);
    return (ended as { StatusCode: number }).StatusCode === 0;
  });
}

/**
 * From one container that is never started into another: the engine locks a container while it reads an archive of it, so
 * that of one alone both ends would wait for each other as soon as more is copied than fits into the sockets (10 minutes
 * seen, with 200 MB). Each has the data at the same place, and the archive is of that folder, not of its content: so the
 * folder's own owner and mode come along.
 */
async function copyByArchive(docker: Docker, call: Call, copy: VolumeCopy, labels: Labels): Promise<void> {
  const from = { Cmd: ['never-started'], ...helper(copy, [sourceMount(copy, '/dm/data', labels)], labels) };
  const to = { Cmd: ['never-started'], ...helper(copy, [targetMount(copy, '/dm/data')], labels) };
  await withContainer(docker, call, from, (source) =>
    withContainer(docker, call, to, async (target) => {
      const { source: what } = copy.from;
      const archive = await call(`read ${what}`, () => source.getArchive({ path: '/dm/data' }), COPY_TIMEOUT);
      await call(`fill ${copy.to}`, () => target.putArchive(archive, { path: '/dm' }), COPY_TIMEOUT);
    }),
  );
}

async function withContainer<T>(
  docker: Docker,
  call: Call,
  options: Docker.ContainerCreateOptions,
  work: (container: Docker.Container) => Promise<T>,
): Promise<T> {
  const container = await call('create container', (abortSignal) =>
    docker.createContainer({ ...options, abortSignal }),
  );
  try {
    return await work(container);
  } finally {
    // Not under the caller's signal: what was made is removed also when he aborts.
    const abortSignal = AbortSignal.timeout(CALL_TIMEOUT);
    await unlessGone(() => removed(container, abortSignal)).catch(() => {}); // by its labels the next sweep finds it
  }
}

async function removed(container: Docker.Container, abortSignal: AbortSignal): Promise<void> {
  await container.remove({ force: true, v: true, abortSignal });
}

function helper({ image }: VolumeCopy, mounts: readonly Docker.MountSettings[], labels: Labels) {
  return {
    Image: image,
    Labels: { ...labels },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: { NetworkMode: 'none', LogConfig: { Type: 'none', Config: {} }, Mounts: [...mounts] },
  };
}

/** A volume that somebody has removed meanwhile is made by the engine, empty: the labels see to it that it goes again. */
function sourceMount({ from }: VolumeCopy, target: string, labels: Labels): Docker.MountSettings {
  const mount = { Type: from.type, Source: from.source, Target: target, ReadOnly: true } as const;
  if (from.type === 'bind') return mount;
  const volume = { NoCopy: true, Labels: { ...labels }, DriverConfig: { Name: '', Options: {} } };
  return { ...mount, VolumeOptions: volume };
}

function targetMount({ to }: VolumeCopy, target: string): Docker.MountSettings {
  return { Type: 'volume', Source: to, Target: target, ReadOnly: false };
}
