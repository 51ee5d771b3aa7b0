import { publishedPorts } from '../../domain/bindings.js';
import type { BuildPolicy, PullPolicy } from '../../domain/build/policy.js';
import type { HostFacts } from '../../domain/hazards/hazard.js';
import { subnetDemands } from '../../domain/hazards/subnets.js';
import type { LeaseRecord, Spec } from '../../domain/lease.js';
import type { ComposeModel } from '../../domain/model.js';
import { demandsOf, type Plan, type PlanRequest, planEnvironment, unisolatable } from '../../domain/plan.js';
import type { Engine } from '../../engine/engine.js';
import type { LeaseStore } from '../../store/lease-store.js';
import { buildImages, tagsOf } from '../build/build.js';
import { buildOptions } from '../build/options.js';
import type { Config } from '../config.js';
import { DEFAULT_WAIT_TIMEOUT, Deadline } from '../deadline.js';
import { hostFacts } from '../host-facts.js';
import { IMAGES_TIMEOUT, pullImages } from '../images.js';
import { keepVolumes } from '../kept-volumes.js';
import { locate } from '../locate.js';
import { listenedPorts } from '../ports.js';
import { modelOf } from '../resolve.js';
import { keyOf, wantedBy } from '../wanted.js';
import { unfit } from './changing.js';
import { type Edition, labelsOf, makingsOf } from './edition.js';

export interface NextTask {
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly record: LeaseRecord;
  readonly present: Edition;
  readonly build?: BuildPolicy;
  readonly pull?: PullPolicy;
  readonly signal: AbortSignal;
}

/**
 * What the environment would be made of now, by the same options: images pulled and built, the same ports for what has
 * them already, more where the files publish more.
 *
 * @throws COMPOSE_FILE_INVALID, HAZARD_UNISOLATABLE, BUILD_FAILED, UPDATE_UNFIT where it cannot be had in the same place
 */
export async function nextEdition(task: NextTask): Promise<{ edition: Edition; record: LeaseRecord }> {
  const { config, engine, store, present, signal } = task;
  const { asked } = present;
  if (Object.keys(asked.seeds ?? {}).length > 0) throw unfit(task.record, 'its data was prepared once, by `seeds`');
  const wanted = await wantedBy(asked, { config, engine, store }, signal);
  const { files, template, decisions, portMode, resources } = wanted;
  const model = modelOf(template, task.record.project);
  const facts = await haveImages(task, files, model, await hostFacts(engine, model, files.directory, signal));
  const demands = demandsOf(model, decisions, facts, portMode, resources);
  if (demands.open.length > 0) throw unisolatable(locate(demands.open, files));
  const labels = await labelsOf(engine, task.record, signal);
  const request: Omit<PlanRequest, 'running'> = {
    ...{ model, project: task.record.project, portMode, decisions, facts, resources },
    firstPort: task.record.ports?.first ?? 0,
    freePorts: ownNumbers(present, model),
    otherImages: files.images,
    keptAs: files.keepsVolumes && files.seat,
    subnets: new Map(Object.entries(task.record.subnets)),
    host: engine.host,
    labels: () => labels,
    accelerateFor: asked.accelerate === false ? null : (asked.waitTimeout ?? DEFAULT_WAIT_TIMEOUT),
  };
  const { plan, record } = await planInPlace(task, request, demands.ports);
  await assertFits(task, model, plan);
  if (plan.kept.length > 0) await keepVolumes(engine, store.id, record, plan.kept, signal);
  const { renderOverride } = await import('../../engine/override-file.js');
  const edition: Edition = {
    ...{ asked, spec: files, model, at: Date.now(), bindings: plan.bindings },
    sharedKey: record.sharedKey === null ? null : await keyOf(wanted, asked, signal),
    override: renderOverride(plan.override),
    makings: await makingsOf(engine, model, plan.override, signal),
  };
  return { edition, record };
}

async function haveImages(task: NextTask, files: Spec, model: ComposeModel, facts: HostFacts): Promise<HostFacts> {
  using limit = new Deadline(IMAGES_TIMEOUT, task.signal);
  const { asked } = task.present;
  const options = buildOptions({
    ...asked,
    ...(task.build ? { build: task.build } : {}),
    ...(task.pull ? { pull: task.pull } : {}),
  });
  const about = { ...task, ...options, files, model, signal: limit.signal };
  const pulled = await pullImages(about, facts);
  return { ...pulled, builds: tagsOf(await buildImages({ ...about, pull: options.pull === 'always' })) };
}

/** In mode stable: numbers of the file that it has already. It does not begin to take others while it runs. */
function ownNumbers({ bindings }: Edition, model: ComposeModel): number[] {
  const own = new Set(bindings.flatMap(({ port, published }) => (String(port) === published ? [port] : [])));
  return publishedPorts(model).filter((port) => own.has(port));
}

/** So many ports that are in use by others are passed over behind its own. */
const PASSED_OVER = 20;

/** With the ports that it has, and more behind them where it needs more. @throws UPDATE_UNFIT */
async function planInPlace(
  { store, record, present }: NextTask,
  request: Omit<PlanRequest, 'running'>,
  ports: number,
): Promise<{ plan: Plan; record: LeaseRecord }> {
  const { ports: block } = record;
  const reach = block && { first: block.first, last: block.last + ports + PASSED_OVER };
  // Its own are among them, and kept all the same.
  const busy = reach ? await listenedPorts(reach.first, reach.last) : [];
  const plan = planEnvironment({ ...request, running: { bindings: present.bindings, block: reach, busy } });
  if (!block || !reach) return { plan, record };
  const numbers = plan.bindings.map(({ port, count }) => port + count - 1);
  const last = Math.max(block.last, ...numbers.filter((port) => port >= reach.first && port <= reach.last));
  if (last === block.last) return { plan, record };
  const grown = store.growPorts(record, last);
  if (grown) return { plan, record: grown };
  throw unfit(record, 'the files publish more ports, and those behind its own are held by another environment');
}

/** What only a new environment can be given. @throws UPDATE_UNFIT */
async function assertFits({ engine, record, signal }: NextTask, model: ComposeModel, plan: Plan): Promise<void> {
  const network = subnetDemands(model, false).find((demand) => !(demand.network in record.subnets));
  if (network) throw unfit(record, `the network "${network.network}" needs a subnet that it was not started with`);
  if (plan.copies.length === 0) return;
  const there = new Set((await engine.volumes({}, signal)).map(({ name }) => name));
  const fresh = plan.copies.find(({ to }) => !there.has(to));
  if (fresh) throw unfit(record, `the new volume ${fresh.to} has to be filled before its service starts`);
}
