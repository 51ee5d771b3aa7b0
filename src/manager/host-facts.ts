import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import type { HostFacts, ImageFacts, PathKind } from '../domain/hazards/hazard.js';
import type { ComposeModel } from '../domain/model.js';
import type { Engine, ImageDetail } from '../engine/engine.js';

/** What the plan has to know of this machine: what is at the host paths of the model, and what its images bring. */
export async function hostFacts(
  engine: Pick<Engine, 'image'>,
  model: ComposeModel,
  directory: string,
  signal: AbortSignal,
): Promise<HostFacts> {
  const services = Object.values(model.services);
  const sources = services.flatMap((s) =>
    (s.volumes ?? []).flatMap((m) => (m.type === 'bind' && m.source ? [m.source] : [])),
  );
  return {
    projectRoot: repositoryRoot(directory),
    paths: Object.fromEntries(sources.map((source) => [source, kindOf(source)])),
    images: await imageFacts(
      engine,
      services.flatMap((s) => (s.image && !s.build ? [s.image] : [])),
      signal,
    ).catch((error) => {
      throw withService(error, model);
    }),
  };
}

/** An image is asked for by its name alone. */
function withService(error: unknown, model: ComposeModel): unknown {
  if (!(error instanceof EnvironmentError)) return error;
  const [service] = Object.entries(model.services).find(([, s]) => s.image === error.params.image) ?? [];
  return service === undefined ? error : new EnvironmentError(error.code, { ...error.params, service }, error);
}

/** One call an image, side by side; images that are not here are left out. */
export async function imageFacts(
  engine: Pick<Engine, 'image'>,
  images: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, ImageFacts>> {
  const found = await Promise.all(
    [...new Set(images)].map(async (image) => [image, await engine.image(image, signal)] as const),
  );
  return Object.fromEntries(found.filter((entry): entry is [string, ImageDetail] => entry[1] !== undefined));
}

/** The repository that the folder is in, else the folder itself. */
function repositoryRoot(directory: string): string {
  for (let folder = directory; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
  }
  return directory;
}

function kindOf(path: string): PathKind {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return 'absent';
  if (found.isDirectory()) return 'directory';
  if (found.isFile()) return 'file';
  return found.isSocket() ? 'socket' : 'other';
}
