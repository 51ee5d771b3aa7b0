import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HostFacts, PathKind } from '../domain/hazards/hazard.js';
import type { ComposeModel } from '../domain/model.js';
import type { Engine } from '../engine/engine.js';

/** What the plan has to know of this machine: what is at the host paths of the model, and which ports its images expose. */
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
  const onHost = services.flatMap((s) => (s.network_mode === 'host' && s.image ? [s.image] : []));
  const exposed = await Promise.all(
    [...new Set(onHost)].map(
      async (image) => [image, (await engine.image(image, signal))?.exposedPorts ?? []] as const,
    ),
  );
  return {
    projectRoot: repositoryRoot(directory),
    paths: Object.fromEntries(sources.map((source) => [source, kindOf(source)])),
    exposed: Object.fromEntries(exposed),
  };
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
