import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import { projectBase } from '../domain/project-name.js';
import type { Config } from './config.js';
import type { Logs, LogsOptions, ServiceLine } from './log-request.js';

/** `<project>-<yyyymmddThhmmss>` and a counter; the project ends with its own eight digits. */
const DOSSIER = /^(?<project>.+-[0-9a-f]{8})-(?<stamp>\d{8}T\d{6})(?:-\d+)?$/;

/**
 * The logs of the newest dossier of an environment that is gone: the named one, else one of this folder's. Undefined
 * where there is none, or the error is another than that there is no such environment.
 */
export function dossierLogs(
  config: Pick<Config, 'stateDir' | 'env'>,
  options: LogsOptions,
  error: unknown,
): Logs | undefined {
  if (!(error instanceof EnvironmentError) || error.code !== 'LEASE_NOT_FOUND') return undefined;
  const { name, cwd = process.cwd(), services = [], tail } = options;
  const base = baseHere(config.env.COMPOSE_PROJECT_NAME || basename(cwd));
  const isMeant = (project: string) =>
    name === undefined ? project.slice(0, -'-00000000'.length) === base : project.startsWith(name);
  const root = join(config.stateDir, 'dossiers');
  const newest = dossiersIn(root)
    .filter(({ project }) => isMeant(project))
    .sort((a, b) => (a.stamp < b.stamp ? 1 : -1))[0];
  if (!newest) return undefined;
  const folder = join(root, newest.folder);
  const files = readdirSync(folder).filter((file) => file.endsWith('.log') && lstatSync(join(folder, file)).isFile());
  const wanted = files
    .map((file) => ({ file, source: file.slice(0, -'.log'.length) }))
    .map((log) => ({ ...log, service: log.source.replace(/-\d+$/, '') }))
    .filter(({ service, source }) => services.length === 0 || services.includes(service) || services.includes(source));
  return {
    project: newest.project,
    dossier: folder,
    sources: wanted.map(({ source }) => source),
    lines: kept(folder, wanted, tail),
  };
}

/** Undefined for a folder that no project can be called after: none of its starts has come far enough. */
function baseHere(text: string): string | undefined {
  try {
    return projectBase(text);
  } catch {
    return undefined;
  }
}

function dossiersIn(root: string): { folder: string; project: string; stamp: string }[] {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return []; // no start has ever failed here
  }
  return names.flatMap((folder) => {
    const { project, stamp } = DOSSIER.exec(folder)?.groups ?? {};
    return project && stamp ? [{ folder, project, stamp }] : [];
  });
}

/** One service after the other: when each line was written has not been kept. */
async function* kept(
  folder: string,
  logs: readonly { readonly file: string; readonly source: string; readonly service: string }[],
  tail: number | undefined,
): AsyncIterable<ServiceLine> {
  for (const { file, source, service } of logs) {
    const lines = readFileSync(join(folder, file), 'utf8').replace(/\n$/, '').split('\n');
    const shown = tail === undefined ? lines : lines.slice(Math.max(0, lines.length - tail));
    for (const text of shown) yield { service, source, stream: 'stdout', time: null, text };
  }
}
