import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../domain/errors.js';
import type { Binding, LeaseRecord } from '../domain/lease.js';
import { type ComposeModel, needsComposeUp } from '../domain/model.js';
import { bindPorts, leaseLabels, planOverride } from '../domain/override.js';
import { isReady, type Verdict } from '../domain/readiness.js';
import type { ComposeFiles, ComposeRun, Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import { Deadline } from './deadline.js';
import { IMAGES_TIMEOUT, provideImages } from './images.js';
import { leaseFolder } from './lease-folder.js';
import { freeBlock, portConflict, takenPort } from './ports.js';
import { readBack } from './read-back.js';
import { reap } from './reap.js';
import { startServices } from './start.js';
import type { Steps } from './steps.js';

/** How often an environment is tried when somebody else takes a port between our look and the start. */
const MAX_ATTEMPTS = 3;

export interface BringUp {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly steps: Steps;
  readonly files: ComposeFiles;
  readonly model: ComposeModel;
  /** From the creation of the first container until everything is ready. Milliseconds. */
  readonly waitTimeout: number;
  readonly accelerate: boolean;
}

export interface BroughtUp {
  readonly lease: LeaseRecord;
  readonly bindings: readonly Binding[];
  readonly verdicts: ReadonlyMap<string, Verdict>;
}

/** From a claimed lease to running, ready and verified services; on a port conflict, again with other ports. */
export async function bringUp(task: BringUp, claimed: LeaseRecord): Promise<BroughtUp> {
  let lease = await freeBlock(task.config, task.store, claimed, []);
  lease = task.store.transition(lease, 'starting');
  for (let attempt = 1; ; attempt++) {
    const bindings = bindPorts(task.model, lease.ports?.first ?? 0);
    try {
      return await tryOnce(task, lease, bindings);
    } catch (error) {
      const busy = takenPort(error);
      if (busy === undefined) throw error;
      if (attempt === MAX_ATTEMPTS) throw portConflict(bindings, busy, MAX_ATTEMPTS, error);
      const reason = `port ${busy} was taken by somebody else`;
      const retry = { project: lease.project, attempt: attempt + 1, of: MAX_ATTEMPTS, reason };
      task.config.onProgress({ type: 'retry', ...retry });
      await reap(task.engine, lease, { emptyScans: 1 });
      lease = await freeBlock(task.config, task.store, lease, [busy]);
    }
  }
}

async function tryOnce(task: BringUp, lease: LeaseRecord, bindings: readonly Binding[]): Promise<BroughtUp> {
  const { config, engine, model, steps } = task;
  const services = Object.keys(model.services);
  config.onProgress({ type: 'claimed', project: lease.project, services, ports: lease.ports });
  const run = composeRun(task, lease, bindings);
  await steps.run('images', async () => {
    using limit = new Deadline(IMAGES_TIMEOUT, steps.signal);
    await provideImages(engine, run, model, config.onProgress, limit.signal);
  });
  const verdicts = await createAndStart(task, lease, run);
  const confirmed = await steps.run('verify', () => readBack(engine, lease, model, bindings, steps.signal));
  return { lease, bindings: confirmed, verdicts };
}

function composeRun(task: BringUp, lease: LeaseRecord, bindings: readonly Binding[]): ComposeRun {
  const folder = leaseFolder(task.config, lease);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    ...task.files,
    project: lease.project,
    overrideFile: join(folder, 'override.yml'),
    override: planOverride({
      model: task.model,
      bindings,
      labels: leaseLabels(lease.id, lease.generation, task.store.id),
      host: task.engine.host,
      accelerateFor: task.accelerate ? task.waitTimeout : null,
    }),
  };
}

/** The wait of the user's --wait-timeout: nothing in here may outlive it, whatever the engine does. */
async function createAndStart(task: BringUp, lease: LeaseRecord, run: ComposeRun): Promise<Map<string, Verdict>> {
  const { engine, model, steps } = task;
  using deadline = new Deadline(task.waitTimeout, steps.signal);
  const { signal } = deadline;
  const verdicts = new Map<string, Verdict>();
  const begun = performance.now();
  const onVerdict = (service: string, verdict: Verdict) => {
    verdicts.set(service, verdict);
    const afterMs = Math.round(performance.now() - begun);
    task.config.onProgress({ type: 'service', project: lease.project, service, verdict, afterMs });
  };
  const inTime = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (deadline.expired && !steps.signal.aborted) throw notReady(model, verdicts, deadline.ms);
      throw error;
    }
  };
  const watch = { engine, lease, model, signal, onVerdict };
  if (needsComposeUp(model)) {
    await steps.run('start', () => inTime(() => startServices({ ...watch, startedByCompose: engine.up(run, signal) })));
  } else {
    await steps.run('create', () => inTime(() => engine.create(run, signal)));
    await steps.run('start', () => inTime(() => startServices(watch)));
  }
  return verdicts;
}

function notReady(model: ComposeModel, verdicts: ReadonlyMap<string, Verdict>, ms: number): EnvironmentError {
  const waiting = Object.keys(model.services).filter((name) => {
    const verdict = verdicts.get(name);
    return !verdict || !isReady(verdict);
  });
  const services = waiting.map((name) => `${name} (${whyNot(verdicts.get(name))})`).join(', ');
  const names = waiting.join(', ');
  return new EnvironmentError('READY_TIMEOUT', { seconds: ms / 1000, services, names, evidence: '' });
}

function whyNot(verdict: Verdict | undefined): string {
  if (!verdict || verdict.state === 'created') return 'not started: waits for its dependencies';
  return verdict.state === 'starting' ? verdict.why : verdict.state;
}
