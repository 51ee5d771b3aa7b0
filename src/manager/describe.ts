import { type Health, healthOf } from '../domain/health.js';
import { type Answer, type ServiceHealth, type SystemHealth, systemHealth } from '../domain/health-report.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ComposeModel } from '../domain/model.js';
import { type Masker, maskerFor } from '../domain/secrets.js';
import type { ContainerDetail, ContainerSummary, Engine } from '../engine/engine.js';
import type { Context } from './context.js';
import { type HostState, hostState } from './dossier-host.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { overBecause } from './owner-life.js';
import { standardQuestion } from './questions.js';
import { modelOf, resolveModel } from './resolve.js';
import { modelMasker } from './secrets.js';
import { containersOf } from './services.js';

/** A local application answers within milliseconds. Milliseconds. */
const ANSWER_WITHIN = 2000;

/** Which environment is described. */
export interface DescribeOptions extends WhichEnvironment {
  readonly signal?: AbortSignal;
}

/** Everything of one environment, as it is now. */
export interface Description {
  readonly record: LeaseRecord;
  /** Set when nobody holds the lease any more. */
  readonly over?: string;
  readonly services: Readonly<Record<string, ServiceDescription>>;
  readonly system: SystemHealth;
  readonly machine: HostState;
}

/** One service: how it is, and its containers. */
export interface ServiceDescription extends ServiceHealth {
  readonly containers: readonly ContainerDescription[];
}

/** One container, as the engine has it. */
export interface ContainerDescription
  extends Pick<
    ContainerDetail,
    | 'id'
    | 'name'
    | 'image'
    | 'status'
    | 'exitCode'
    | 'oomKilled'
    | 'startedAt'
    | 'restartCount'
    | 'ports'
    | 'mounts'
    | 'networks'
    | 'addresses'
  > {
  readonly health: Health;
  readonly why?: string;
}

/**
 * Lease, owner, containers, and health at three levels: what the engine says of each container, whether each service's
 * application answers, and the whole.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS
 */
export function describe(context: Context, options: DescribeOptions): Promise<Description> {
  return withEnvironment(context, options, async (there, record) => {
    const signal = options.signal ?? new AbortController().signal;
    const engine = await there.engine();
    const [over, containers, model, machine] = await Promise.all([
      overBecause(there, record),
      containersOf(engine, record, undefined, 'describe', signal),
      resolved(there, engine, record, signal),
      hostState(engine, there.config.stateDir, signal),
    ]);
    const masker = model ? modelMasker(model, there.config.env) : maskerFor({ name: '', services: {} });
    const names = [...new Set([...Object.keys(model?.services ?? {}), ...containers.map((c) => c.service)])].sort();
    const described = names.map(async (name) => {
      const own = containers.filter((c) => c.service === name);
      return [name, await describeService({ engine, model, masker, signal }, name, own)] as const;
    });
    const services = Object.fromEntries(await Promise.all(described));
    return { record, ...(over === undefined ? {} : { over }), services, system: systemHealth(services), machine };
  });
}

/** Undefined where the files are gone or broken: the environment runs all the same. */
async function resolved(
  context: Context,
  engine: Engine,
  record: LeaseRecord,
  signal: AbortSignal,
): Promise<ComposeModel | undefined> {
  try {
    return modelOf(await resolveModel(context.config, engine, record.spec, signal), record.project);
  } catch {
    return undefined;
  }
}

interface Means {
  readonly engine: Engine;
  readonly model: ComposeModel | undefined;
  readonly masker: Masker;
  readonly signal: AbortSignal;
}

async function describeService(
  means: Means,
  name: string,
  containers: readonly ContainerSummary[],
): Promise<ServiceDescription> {
  const { engine, masker, signal } = means;
  const details = await Promise.all(containers.map(({ id }) => engine.inspect(id, signal)));
  const present = details.flatMap((detail, i) =>
    detail ? [{ detail, glance: containers[i] as ContainerSummary }] : [],
  );
  const running = present.find(({ detail }) => detail.status === 'running')?.detail;
  return {
    health: healthOf(containers),
    containers: present.map(({ detail, glance }) => describeContainer(detail, glance, masker)),
    answer: running ? await ask(means, name, running) : { state: 'unknown' },
  };
}

function describeContainer(detail: ContainerDetail, glance: ContainerSummary, masker: Masker): ContainerDescription {
  const { health: _, healthLog: __, command: ___, error: ____, service: _____, ...shown } = detail;
  const why = whyIll(detail, healthOf([glance]));
  return { ...shown, health: healthOf([glance]), ...(why === undefined ? {} : { why: masker.text(why) }) };
}

function whyIll(
  { error, exitCode, oomKilled, status, healthLog }: ContainerDetail,
  health: Health,
): string | undefined {
  if (error !== '') return error;
  if (oomKilled) return 'a process was killed for using more memory than its limit (OOM)';
  if (health === 'stopped') return status === 'exited' ? `exited with code ${exitCode}` : `is ${status}`;
  if (health !== 'unhealthy') return undefined;
  const last = healthLog.at(-1);
  return `health check ended with ${last?.exitCode ?? 'nothing'}: ${last?.output.split('\n').at(-1) ?? ''}`;
}

/** The same question as at its start, once. */
async function ask({ model, signal }: Means, name: string, container: ContainerDetail): Promise<Answer> {
  const service = model?.services[name];
  const question = service && standardQuestion(service, container);
  if (!question) return { state: 'unknown', why: service ? 'it publishes nothing to ask' : 'its compose file is gone' };
  const why = await question.ask(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN)]));
  if (why === undefined) return { state: 'answers' };
  // Where a start goes on after a while without an answer, silence proves nothing: a debugger that is off.
  return { state: question.silentAfter === null ? 'silent' : 'unknown', why };
}
