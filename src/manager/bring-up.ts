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
import type { Override } from '../domain/override.js';
import { type Plan, planEnvironment } from '../domain/plan.js';
import type { PortMode } from '../domain/ports.js';
import type { Resources } from '../domain/resources.js';
import type { Seeds } from '../domain/seeds.js';
import type { Verdict } from '../domain/verdict.js';
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
import { ReadyWait } from './ready-wait.js';
import { modelMasker } from './secrets.js';
import { createAndFill } from './seeds/fill.js';
import { prepareSeeds } from './seeds/prepare.js';
import { Seeding } from './seeds/seeding.js';
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
  /** The same without the name of the project. */
  readonly template: ComposeModel;
  readonly seeds: Seeds;
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
  readonly override: Override;
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
    await using seeding = await findSeeds(task, facts, next.lease);
    const plan = planFor(task, facts, next.lease, own, seeding);
    try {
      return await tryOnce(task, next.lease, plan, seeding);
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

/** A start that is to prepare the same data as another one that is at it waits here. */
async function findSeeds(task: BringUp, facts: HostFacts, lease: LeaseRecord): Promise<Seeding> {
  const { steps, resources } = task;
  const asked = { ...task, facts, tuned: resources.tuneDatabases === true };
  if (Object.keys(task.seeds).length === 0) return Seeding.find(asked, lease, steps.signal);
  return steps.run('seed', () => Seeding.find(asked, lease, steps.signal));
}

/** What the engine has just said that somebody else has. */
function conflictingPorts(error: unknown): number[] {
  return error instanceof EnvironmentError && error.code === 'PORT_CONFLICT' ? [Number(error.params.port)] : [];
}

function planFor(
  task: BringUp,
  facts: HostFacts,
  lease: LeaseRecord,
  freePorts: readonly number[],
  { services: seeds }: Seeding,
): Plan {
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
    seeds,
  });
}

async function tryOnce(task: BringUp, lease: LeaseRecord, plan: Plan, seeding: Seeding): Promise<BroughtUp> {
  const { config, engine, model, steps } = task;
  const services = Object.keys(model.services);
  config.onProgress({ type: 'claimed', project: lease.project, services, ports: lease.ports });
  const folder = makeLeaseFolder(config, lease);
  const overrideFile = join(folder, 'override.yml');
  const run: ComposeRun = { ...task.files, project: lease.project, override: plan.override, overrideFile };
  if (plan.kept.length > 0) {
    await steps.run('create', () => keepVolumes(engine, task.store.id, lease, plan.kept, steps.signal));
  }
  await createAndStart(task, lease, run, plan, seeding);
  const bindings = await steps.run('verify', () =>
    readBack(engine, lease, model, plan.bindings, task.portMode, steps.signal),
  );
  return { lease, model, bindings, override: plan.override };
}

/** The wait of the user's --wait-timeout: nothing in here may outlive it but migrations, whatever the engine does. */
async function createAndStart(
  task: BringUp,
  lease: LeaseRecord,
  run: ComposeRun,
  plan: Plan,
  seeding: Seeding,
): Promise<void> {
  const { config, engine, model, steps, waits, waitTimeout, onEvent } = task;
  const wait = new ReadyWait({ model, waitTimeout, signal: steps.signal });
  const masker = modelMasker(model, config.env);
  const onVerdict = (service: string, seen: Verdict) => {
    const verdict = masker.data(seen);
    wait.onVerdict(service, verdict);
    config.onProgress({ type: 'service', project: lease.project, service, verdict, afterMs: wait.elapsed });
  };
  const early = plan.copies.filter((copy) => copy.early !== undefined);
  const late = plan.copies.filter((copy) => copy.early === undefined);
  const create = (signal: AbortSignal) => () => engine.create(run, signal);
  await steps.run('create', () =>
    wait.run((signal) => createAndFill(engine, lease, early, plan.labels, create(signal), signal)),
  );
  await steps.run('copy', () =>
    wait.run(async (signal) => {
      await Promise.all(late.map((copy) => engine.copyIntoVolume(copy, plan.labels, signal)));
      seeding.used();
    }),
  );
  const request = { engine, lease, waits, start: starter(engine, run, model), onEvent, onVerdict };
  const start = (of: ComposeModel, signal: AbortSignal) => startServices({ ...request, model: of, signal });
  const { missing } = seeding;
  if (missing.length > 0) {
    const startSome = (of: ComposeModel) => wait.run((signal) => start(of, signal), 'fresh');
    const preparing = { ...task, lease, bindings: plan.bindings, start: startSome, signal: steps.signal };
    await steps.run('seed', () => prepareSeeds(preparing, missing));
    await seeding[Symbol.asyncDispose]();
  }
  await steps.run('start', () => wait.run((signal) => start(model, signal), missing.length > 0 ? 'fresh' : 'left'));
}

/** Through the API, and by Compose where only that gives the whole result: a service at a time, so that we judge. */
function starter(engine: Engine, run: ComposeRun, model: ComposeModel): StartRequest['start'] {
  return async (service, containers, signal) => {
    if (needsComposeUp(model, service)) await engine.up(run, service, signal);
    else await Promise.all(containers.map((id) => engine.start(id, signal)));
  };
}
