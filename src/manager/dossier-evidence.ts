import { setTimeout as sleep } from 'node:timers/promises';
import { firstErrorLine, hintFor } from '../domain/log-hints.js';
import type { ComposeModel } from '../domain/model.js';
import type { Masker } from '../domain/secrets.js';
import type { ContainerDetail, ContainerSummary, Engine } from '../engine/engine.js';

const MOST_LOG_BYTES = 10_000_000;
const LAST_LINES = 10;
/** Milliseconds. */
const LOG_LAG = 200;
const NUMBER_LABEL = 'com.docker.compose.container-number';

/** What one container leaves behind, masked. */
export interface Evidence {
  readonly service: string;
  readonly container: string;
  /** "api-1": the first part of its files' names. */
  readonly file: string;
  /** Absent where the engine did not tell. */
  readonly detail?: ContainerDetail;
  readonly lastLines: readonly string[];
  readonly firstError?: string;
  readonly hint?: string;
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

interface EvidenceRequest {
  readonly engine: Engine;
  readonly containers: readonly ContainerSummary[];
  readonly model: ComposeModel;
  readonly masker: Masker;
  readonly signal: AbortSignal;
  /** Told each log once it is there, so that no more than needed is held in memory. Never throws. */
  readonly writeLog: (file: string, log: string) => Promise<void>;
}

/** What all of the containers leave behind, each as far as the engine tells. Never throws. */
export function collectEvidence(request: EvidenceRequest): Promise<Evidence[]> {
  const containers = [...request.containers].sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = fileNames(containers);
  return Promise.all(containers.map((container, i) => evidenceOf(request, container, files[i] as string)));
}

async function evidenceOf(request: EvidenceRequest, container: ContainerSummary, file: string): Promise<Evidence> {
  const { engine, model, masker, signal } = request;
  const { service } = container;
  const [inspected, logged] = await Promise.allSettled([
    until(engine.inspect(container.id, signal), signal),
    until(readLog(engine, container.id, signal), signal),
  ]);
  const detail = answerOf(inspected) && masker.data(answerOf(inspected));
  const log = masker.text(answerOf(logged) ?? '');
  if (logged.status === 'fulfilled') await request.writeLog(file, log);
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const firstError = firstErrorLine(lines);
  const hint = hintFor({
    service,
    model,
    engineError: detail?.error ?? '',
    log: lines,
    probe: detail?.healthLog.at(-1)?.output ?? '',
    exitCode: detail?.exitCode ?? 0,
    oomKilled: detail?.oomKilled ?? false,
  });
  return {
    service,
    container: container.name,
    file,
    ...(detail ? { detail } : {}),
    lastLines: lines.slice(-LAST_LINES),
    ...(firstError === undefined ? {} : { firstError }),
    ...(hint === undefined ? {} : { hint: masker.text(hint) }),
    missing: [...reasonOf('inspect', inspected), ...reasonOf('log', logged)],
  };
}

/**
 * The engine writes a log from the container's pipe, and on a busy machine it may not have got there when it tells of
 * the end: an empty log is read once more.
 */
async function readLog(engine: Engine, id: string, signal: AbortSignal): Promise<string> {
  const log = await engine.logs(id, MOST_LOG_BYTES, signal);
  if (log !== '') return log;
  await sleep(LOG_LAG, undefined, { signal });
  return engine.logs(id, MOST_LOG_BYTES, signal);
}

/** `<service>-<number>`; short enough for every file system and archive, and never twice the same. */
function fileNames(containers: readonly ContainerSummary[]): string[] {
  const used = new Set<string>();
  return containers.map(({ service, labels }) => {
    const base = service.replace(/[^\w.-]/g, '_').slice(0, 80);
    const first = Number(labels[NUMBER_LABEL]);
    for (let number = Number.isSafeInteger(first) ? first : 1; ; number++) {
      const name = `${base}-${number}`;
      if (used.has(name)) continue;
      used.add(name);
      return name;
    }
  });
}

/** Ends the wait at the signal, also where the engine's client does not. */
export async function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function answerOf<T>(result: PromiseSettledResult<T>): T | undefined {
  return result.status === 'fulfilled' ? result.value : undefined;
}

function reasonOf(what: string, result: PromiseSettledResult<unknown>): string[] {
  if (result.status === 'fulfilled') return [];
  return [`${what}: ${result.reason instanceof Error ? result.reason.message : String(result.reason)}`];
}
