import { mkdirSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EnvironmentError } from '../domain/errors.js';
import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Masker } from '../domain/secrets.js';
import type { Engine } from '../engine/engine.js';
import type { Config } from './config.js';
import { collectEvidence, type Evidence, until } from './dossier-evidence.js';
import { type HostState, hostState } from './dossier-host.js';
import { pruneDossiers } from './dossier-retention.js';
import { evidenceText, summaryPage } from './dossier-summary.js';
import type { JournalEntry } from './journal.js';
import { modelMasker } from './secrets.js';

/** The whole collection holds the teardown up for no longer than this. Milliseconds. */
const BUDGET = 3000;
/** Of the budget, what is left for writing when the engine does not answer. Milliseconds. */
const WRITING = 500;

interface DossierRequest {
  readonly config: Pick<Config, 'stateDir' | 'env'>;
  readonly engine: Engine;
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  readonly error: EnvironmentError;
  readonly journal: readonly JournalEntry[];
  /** Milliseconds; 3,000 by default. */
  readonly budget?: number;
}

export interface Dossier {
  /** `<stateDir>/dossiers/<project>-<yyyymmddThhmmss>`; undefined without containers and where it cannot be made. */
  readonly folder: string | undefined;
  /** What the services named by the error last said, for its message; "" or lines that each begin with a newline. */
  readonly summary: string;
  /** Names of the containers that were there; undefined where the engine did not tell. */
  readonly containers: readonly string[] | undefined;
  readonly masker: Masker;
}

/**
 * Collects everything that a failed start leaves behind, before the teardown takes it away. Best effort within a time
 * limit: with an engine that has just died there still are the journal, the model and the machine. Never throws.
 * Where no container was made there is nothing to collect, and no folder.
 */
export async function collectDossier(request: DossierRequest): Promise<Dossier> {
  const { config, engine, lease, model, error } = request;
  const at = new Date();
  const masker = modelMasker(model, config.env);
  const missing: string[] = [];
  const note = (what: string) => (reason: unknown) => {
    missing.push(masker.text(`${what}: ${reason instanceof Error ? reason.message : String(reason)}`));
    return undefined;
  };
  const signal = AbortSignal.timeout(Math.max(1, (request.budget ?? BUDGET) - WRITING));
  const machine = until(hostState(engine, config.stateDir, signal), signal).catch(note('machine'));
  const listing = engine.containers({ [LABEL.lease]: lease.id }, signal);
  const containers = await until(listing, signal).catch(note('containers'));
  if (containers?.length === 0) return { folder: undefined, summary: '', containers: [], masker };
  const folder = attempt(() => makeFolder(config.stateDir, lease.project, at), note('folder'));
  const write = async (name: string, content: string) => {
    if (folder) await writePrivately(join(folder, name), content).catch(note(name));
  };
  const writeLog = (file: string, log: string) => write(`${file}.log`, log);
  const evidence = await collectEvidence({ engine, containers: containers ?? [], model, masker, signal, writeLog });
  const summary = evidenceText(evidence, error);
  await writeRest(write, { ...request, at, masker, evidence, host: await machine, missing });
  if (folder) attempt(() => pruneDossiers(join(config.stateDir, 'dossiers')), note('retention'));
  return { folder, summary, containers: containers?.map((c) => c.name), masker };
}

interface Rest extends DossierRequest {
  readonly at: Date;
  readonly masker: Masker;
  readonly evidence: readonly Evidence[];
  readonly host: HostState | undefined;
  readonly missing: readonly string[];
}

async function writeRest(write: (name: string, content: string) => Promise<void>, rest: Rest): Promise<void> {
  const { model, journal, masker, evidence, host } = rest;
  const json = (data: unknown) => `${JSON.stringify(masker.data(data), null, 2)}\n`;
  const ordered = [...journal].sort((a, b) => a.at - b.at);
  const events = ordered.map((entry) => masker.data({ ...entry, at: new Date(entry.at).toISOString() }));
  await Promise.all([
    ...evidence.flatMap(({ file, detail }) => (detail ? [write(`${file}.json`, json(detail))] : [])),
    write('events.ndjson', events.map((event) => `${JSON.stringify(event)}\n`).join('')),
    write('model.json', json(model)),
    ...(host ? [write('host.json', json(host))] : []),
  ]);
  await write('summary.md', masker.text(summaryPage(rest)));
}

/** Folder 0700 and files 0600: logs hold what no other user of the machine may read. */
function makeFolder(stateDir: string, project: string, at: Date): string {
  const root = join(stateDir, 'dossiers');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const stamp = at
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:]/g, '');
  for (let number = 1; ; number++) {
    const folder = join(root, `${project}-${stamp}${number === 1 ? '' : `-${number}`}`);
    try {
      mkdirSync(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function writePrivately(file: string, content: string): Promise<void> {
  await writeFile(file, content, { mode: 0o600, flag: 'wx' });
  await chmod(file, 0o600);
}

function attempt<T>(work: () => T, failed: (reason: unknown) => undefined): T | undefined {
  try {
    return work();
  } catch (error) {
    return failed(error);
  }
}
