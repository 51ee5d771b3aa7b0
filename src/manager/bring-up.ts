import { join } from 'node:path';
import { publishedPorts } from '../domain/bindings.js';
import type { BuildPolicy, PullPolicy } from '../domain/build/policy.js';
import type { Decisions } from '../domain/decisions.js';
import type { EnvironmentKind } from '../domain/environment-kind.js';
import { EnvironmentError } from '../domain/errors.js';
import type { HostFacts } from '../domain/hazards/hazard.js';
import { leaseLabels } from '../domain/labels.js';
import type { Binding, LeaseRecord, Spec } from '../domain/lease.js';
import { type ComposeModel, needsComposeUp } from '../domain/model.js';
import { type Plan, planEnvironment } from '../domain/plan.js';
import type { PortMode } from '../domain/ports.js';
import type { Resources } from '../domain/resources.js';
import { readyTimeout, type Verdict } from '../domain/verdict.js';
import type { Waits } from '../domain/wait.js';
import type { ComposeRun, ContainerEvent, Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import { buildImages, tagsOf } from './build/build.js';
import type { Config } from './config.js';
import { type Attempt, answerFailure } from './conflict.js';
import type { Context } from './context.js';
import { Deadline } from './deadline.js';
import { IMAGES_TIMEOUT, pullImages } from './images.js';
import { keepVolumes } from './kept-volumes.js';
import { makeLeaseFolder } from './lease-folder.js';
import { freeBlock, freeOwnPorts } from './ports.js';
import { readBack } from './read-back.js';
import { modelMasker } from './secrets.js';
import { type StartRequest, startServices } from './start.js';
import type { Steps } from './steps.js';

export interface BringUp {
  /** With the same config, engine and store as below. */
  readonly context: Context;
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly steps: Steps;
  readonly files: Spec;
  readonly model: ComposeModel;
  readonly decisions: Decisions;
  readonly facts: HostFacts;
  readonly portMode: PortMode;
  readonly resources: Resources;
  /** Who will hold the lease once it is ready, and until when. */
  readonly heldBy: Pick<LeaseRecord, 'owner' | 'expiresAt'>;
  readonly onEvent: (event: ContainerEvent) => void;
  readonly waits: Waits;
  /** From the creation of the first container until everything is ready. Milliseconds. */
  readonly waitTimeout: number;
  readonly accelerate: boolean;
  readonly build: BuildPolicy;
  readonly kind: EnvironmentKind;
  /** Absent: as the file says of each service. */
  readonly pull: PullPolicy | undefined;
}

export interface BroughtUp {
  readonly lease: LeaseRecord;
  readonly model: ComposeModel;
  readonly bindings: readonly Binding[];
}

/** From a claimed lease to running, ready and verified services; on a conflict, again with other ports or subnets. */
export async function bringUp(task: BringUp, claimed: LeaseRecord): Promise<BroughtUp> {
  let lease = await freeBlock(task.config, task.store, claimed, publishedPorts(task.model));
  lease = task.store.transition(lease, 'starting');
  const facts = await task.steps.run('images', () => haveImages(task));
  let next: Pick<Attempt, 'lease' | 'swept'> = { lease, swept: false };
  const refused: number[] = [];
  for (let number = 1; ; number++) {
    const own = task.portMode === 'stable' ? await freeOwnPorts(task, next.lease, refused) : [];
    const plan = planFor(task, facts, next.lease, own);
    try {
      return await tryOnce(task, next.lease, plan);
    } catch (error) {
      refused.push(...conflictingPorts(error));
      next = await answerFailure(task, { number, plan, ...next }, error);
    }
  }
}

/** Pulls and builds; what is built has a tag of its own content, so the plan comes after it. */
async function haveImages(task: BringUp): Promise<HostFacts> {
  using limit = new Deadline(IMAGES_TIMEOUT, task.steps.signal);
  const { signal } = limit;
  const facts = await pullImages({ ...task, signal }, task.facts);
  const built = await buildImages({ ...task, pull: task.pull === 'always', signal });
  return { ...facts, builds: tagsOf(built) };
}

/** What the engine has just said that somebody else has. */
function conflictingPorts(error: unknown): number[] {
  return error instanceof EnvironmentError && error.code === 'PORT_CONFLICT' ? [Number(error.params.port)] : [];
}

function planFor(task: BringUp, facts: HostFacts, lease: LeaseRecord, freePorts: readonly number[]): Plan {
  return planEnvironment({
    model: task.model,
    project: lease.project,
    firstPort: lease.ports?.first ?? 0,
    portMode: task.portMode,
    freePorts,
    otherImages: lease.spec.images,
    keptAs: lease.spec.keepsVolumes && lease.spec.seat,
    subnets: new Map(Object.entries(lease.subnets)),
    host: task.engine.host,
    labels: (bindings) =>
      leaseLabels(lease.id, lease.generation, task.store.id, { ...lease, ...task.heldBy, bindings }),
    decisions: task.decisions,
    facts,
    accelerateFor: task.accelerate ? task.waitTimeout : null,
    resources: task.resources,
  });
}

async function tryOnce(task: BringUp, lease: LeaseRecord, plan: Plan): Promise<BroughtUp> {
  const { config, engine, model, steps } = task;
  const services = Object.keys(model.services);
  config.onProgress({ type: 'claimed', project: lease.project, services, ports: lease.ports });
  const folder = makeLeaseFolder(config, lease);
  const overrideFile = join(folder, 'override.yml');
  const run: ComposeRun = { ...task.files, project: lease.project, override: plan.override, overrideFile };
  if (plan.kept.length > 0) await steps.run('create', () => keepVolumes(engine, lease, plan.kept, steps.signal));
  await createAndStart(task, lease, run, plan);
  const bindings = await steps.run('verify', () =>
    readBack(engine, lease, model, plan.bindings, task.portMode, steps.signal),
  );
  return { lease, model, bindings };
}

/** The wait of the user's --wait-timeout: nothing in here may outlive it, whatever the engine does. */
async function createAndStart(task: BringUp, lease: LeaseRecord, run: ComposeRun, plan: Plan): Promise<void> {
  const { engine, model, steps } = task;
  using deadline = new Deadline(task.waitTimeout, steps.signal);
  const { signal } = deadline;
  const verdicts = new Map<string, Verdict>();
  const begun = performance.now();
  const masker = modelMasker(model, task.config.env);
  const onVerdict = (service: string, seen: Verdict) => {
    const verdict = masker.data(seen);
    verdicts.set(service, verdict);
    const afterMs = Math.round(performance.now() - begun);
    task.config.onProgress({ type: 'service', project: lease.project, service, verdict, afterMs });
  };
  const inTime = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (deadline.expired && !steps.signal.aborted) throw readyTimeout(model, verdicts, deadline.ms);
      throw error;
    }
  };
  await steps.run('create', () => inTime(() => engine.create(run, signal)));
  await steps.run('copy', () =>
    inTime(async () => {
      for (const copy of plan.copies) await engine.copyIntoVolume(copy, plan.labels, signal);
    }),
  );
  const start = starter(engine, run, model);
  const { waits, onEvent } = task;
  await steps.run('start', () =>
    inTime(() => startServices({ engine, lease, model, waits, start, onEvent, onVerdict, signal })),
  );
}

/** Through the API, and by Compose where only that gives the whole result: a service at a time, so that we judge. */
function starter(engine: Engine, run: ComposeRun, model: ComposeModel): StartRequest['start'] {
  return async (service, containers, signal) => {
    if (needsComposeUp(model, service)) await engine.up(run, service, signal);
    else await Promise.all(containers.map((id) => engine.start(id, signal)));
  };
}
