import { setTimeout as sleep } from 'node:timers/promises';
import { publishedPorts } from '../domain/bindings.js';
import { type Alternative, alternativeFor, EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import type { Plan } from '../domain/plan.js';
import type { PortMode } from '../domain/ports.js';
import type { Engine } from '../engine/engine.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Config } from './config.js';
import type { Context } from './context.js';
import type { Holder } from './holder.js';
import { ephemeralPorts } from './machine.js';
import { subnetRequest } from './networks.js';
import { freeBlock } from './ports.js';
import { reap } from './reap.js';
import { holderOf, situated, withHolder } from './situation.js';
import type { Steps } from './steps.js';
import { collect } from './sweep.js';

/** How often an environment is tried when somebody else takes a port or a subnet between our look and the start. */
const MAX_ATTEMPTS = 3;
/**
 * Two state folders that begin at one moment look at the same numbers and step out of each other's way to the same
 * side; a pause of random length ends that. Milliseconds, at most, times the number of the attempt.
 */
const LONGEST_PAUSE = 200;

/** What of an acquire is needed to answer its failures. */
interface Task {
  readonly context: Context;
  readonly config: Config;
  readonly engine: Engine;
  readonly store: LeaseStore;
  readonly steps: Steps;
  readonly model: ComposeModel;
  readonly portMode: PortMode;
}

/** A failed attempt, and what it was made with. */
export interface Attempt {
  readonly number: number;
  readonly lease: LeaseRecord;
  readonly plan: Plan;
  /** True when a leftover of ours has been removed for this acquire: it helps once or not at all. */
  readonly swept: boolean;
}

/** What the next attempt is made with. */
type Next = Pick<Attempt, 'lease' | 'swept'>;

/**
 * What follows a failed attempt: another one with other ports or subnets, or with the same ones when what held them was
 * a leftover of ours; else the error, with the holder's name in it. Whatever belongs to anybody else stays as it is.
 * Each conflict is a line of the lease's history.
 *
 * @throws the failure that is to be reported
 */
export async function answerFailure(task: Task, attempt: Attempt, failure: unknown): Promise<Next> {
  if (!(failure instanceof EnvironmentError)) throw failure;
  const situation = { ...task, lease: attempt.lease, bindings: attempt.plan.bindings };
  const error = situated(situation, failure);
  const alternative = alternativeFor(error.code);
  if (!alternative && error.code !== 'NAME_CONFLICT') throw error;
  const holder = await holderOf(situation, error, task.steps.signal);
  const answer = answerTo(task, attempt, alternative, holder);
  const { code, params } = error;
  const detail = { attempt: attempt.number, code, reason: params.reason ?? '', holder: holder?.text ?? '', answer };
  task.store.note(attempt.lease, 'conflict', detail);
  const reported = withHolder(error, holder, attempt.number);
  if (answer === 'none') throw reported;
  const { project } = attempt.lease;
  const reason = reasonFor(error, holder);
  task.config.onProgress({ type: 'retry', project, attempt: attempt.number + 1, of: MAX_ATTEMPTS, reason });
  return task.steps.run('claim', async () => {
    try {
      await reap(task.config, task.engine, attempt.lease, { emptyScans: 1 });
    } catch {
      throw reported; // the teardown tells what could not be removed
    }
    return prepareNext(task, attempt, error, answer, holder);
  });
}

type Answer = Alternative | 'sweep' | 'none';

function answerTo(
  task: Task,
  attempt: Attempt,
  alternative: Alternative | undefined,
  holder: Holder | undefined,
): Answer {
  if (attempt.number === MAX_ATTEMPTS) return 'none';
  if (holder?.leftover && !attempt.swept) return 'sweep';
  if (alternative === 'ports' && task.portMode === 'fixed') return 'none';
  return alternative ?? 'none';
}

async function prepareNext(
  task: Task,
  attempt: Attempt,
  error: EnvironmentError,
  answer: Exclude<Answer, 'none'>,
  holder: Holder | undefined,
): Promise<Next> {
  const { lease, swept } = attempt;
  if (answer === 'sweep') {
    if (holder?.leftover) await collect(task.context, holder.leftover);
    return { lease, swept: true };
  }
  await sleep(Math.random() * LONGEST_PAUSE * attempt.number, undefined, { signal: task.steps.signal });
  return {
    swept,
    lease: answer === 'ports' ? await otherPorts(task, attempt, error) : await otherSubnets(task, lease),
  };
}

/**
 * The lease with another block, anywhere in the range: the next one is what somebody else who was in the way will look
 * at too. In the modes that lease none it stays, and the engine chooses anew.
 */
function otherPorts({ config, store, model }: Task, { lease }: Attempt, error: EnvironmentError): Promise<LeaseRecord> {
  const [from = 0, to = from] = String(error.params.port).split('-').map(Number);
  const busy = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const { first: lowest, last: highest } = config.ports;
  // Above lie the ports that the kernel gives to outgoing connections: they are for when nothing else is left.
  const last = Math.min(highest, (ephemeralPorts()?.first ?? highest + 1) - 1);
  const after = lowest - 1 + Math.floor(Math.random() * Math.max(1, last - lowest + 1));
  return freeBlock(config, store, lease, [...busy, ...publishedPorts(model)], after);
}

async function otherSubnets({ config, engine, store, model, steps }: Task, lease: LeaseRecord): Promise<LeaseRecord> {
  return store.exchangeSubnets(lease, await subnetRequest(config, engine, store, model, true, steps.signal));
}

function reasonFor({ code, params }: EnvironmentError, holder: Holder | undefined): string {
  if (code === 'NETWORKS_EXHAUSTED') return 'the engine had no subnet for it';
  const by = holder?.text ?? 'somebody';
  if (code === 'PORT_CONFLICT') return `port ${params.port} was taken by ${by}`;
  return code === 'SUBNET_CONFLICT' ? `its subnet was taken by ${by}` : `the name ${params.name} was taken by ${by}`;
}
