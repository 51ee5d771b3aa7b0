import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError } from '../domain/file-errors.js';
import { LABEL } from '../domain/labels.js';
import type { Context } from './context.js';
import { collectEvidence } from './dossier-evidence.js';
import { resolveModel } from './resolve.js';
import { modelMasker } from './secrets.js';
import { selectLeases } from './select.js';

/** Whose logs are written, and where. */
export interface SaveLogsOptions {
  /** Project or lease id, or the beginning of one. */
  readonly name: string;
  /** Made where it is not there; files of the same names are written anew. */
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** A file with the log of one container. */
export interface SavedLog {
  readonly service: string;
  /** `<folder>/<service>-<number>.log`, with passwords hidden. */
  readonly file: string;
}

/**
 * Writes what each container of an environment has logged into a file of its own, masked as a dossier is.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, COMPOSE_FILE_INVALID, ENGINE_*
 */
export async function saveLogs(context: Context, options: SaveLogsOptions): Promise<readonly SavedLog[]> {
  const signal = options.signal ?? new AbortController().signal;
  const [lease] = selectLeases((await context.store()).list(), [options.name]);
  const engine = await context.engine();
  const model = await resolveModel(context.config, engine, lease?.spec as NonNullable<typeof lease>['spec'], signal);
  const containers = await engine.containers({ [LABEL.lease]: lease?.id as string }, signal);
  const written: string[] = [];
  try {
    mkdirSync(options.folder, { recursive: true });
    const writeLog = async (file: string, log: string) => {
      await writeFile(join(options.folder, `${file}.log`), log);
      written.push(file);
    };
    const masker = modelMasker(model, context.config.env);
    const found = await collectEvidence({ engine, containers, model, masker, signal, writeLog });
    return found
      .filter(({ file }) => written.includes(file))
      .map(({ service, file }) => ({ service, file: join(options.folder, `${file}.log`) }));
  } catch (error) {
    throw fileError(error, options.folder);
  }
}
