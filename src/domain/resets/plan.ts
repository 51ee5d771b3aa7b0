import { EnvironmentError } from '../errors.js';
import type { ComposeModel } from '../model.js';
import { suggest } from '../suggest.js';
import { dataStrategy, serviceData } from './index.js';
import type { DataCommand, ResetOutcome, Unfit, WorkerCommand } from './strategy.js';

/** What a reset or a snapshot does: one task a service, and why the others have none. */
export interface DataPlan {
  readonly tasks: readonly DataTask[];
  /** service → reason */
  readonly without: Readonly<Record<string, string>>;
}

export interface DataTask {
  readonly service: string;
  readonly command: DataCommand;
  /** What has become of the data when the command has worked. */
  readonly outcome: ResetOutcome;
  /** Not two of these at once. */
  readonly alone: boolean;
  /** In one container of the service, or in each. */
  readonly where: 'one' | 'each';
}

export interface ResetRequest {
  /** Only these; by default every service that can. */
  readonly services?: readonly string[] | undefined;
  /** The user's own commands, service → arguments. */
  readonly commands?: Readonly<Record<string, readonly string[]>> | undefined;
  /** The databases of this worker, and nothing that other workers use as well. */
  readonly slot?: number | undefined;
}

/** @throws OPTION_INVALID, RESET_UNSUPPORTED where a service is named that cannot, or where none can */
export function planReset(model: ComposeModel, { services, commands = {}, slot }: ResetRequest): DataPlan {
  assertServices(model, services ?? [], 'services');
  assertServices(model, Object.keys(commands), 'commands');
  assertSlot(slot);
  return planFor(model, services, slot === undefined ? 'reset' : 'database per worker', (service) => {
    const own = commands[service];
    if (own?.length === 0) throw invalid('commands', `the command of "${service}" is empty`);
    if (own && slot === undefined) {
      return { service, command: { command: own, env: {} }, outcome: 'commanded', alone: true, where: 'one' };
    }
    return standardTask(model, service, slot);
  });
}

/** @throws OPTION_INVALID, RESET_UNSUPPORTED where a service is named that cannot, or where none can */
export function planSnapshot(model: ComposeModel, services: readonly string[] | undefined): DataPlan {
  assertServices(model, services ?? [], 'services');
  return planFor(model, services, 'snapshot', (service) => {
    const [strategy, data] = dataOf(model, service);
    if (!strategy) return { reason: unknownImage(model, service) };
    if (!strategy.snapshot) return { reason: 'a reset empties it, and nothing is kept' };
    const command = strategy.snapshot(data);
    return 'reason' in command ? command : { service, command, outcome: 'kept', alone: strategy.alone, where: 'each' };
  });
}

/** The command that makes the database of a worker. */
export interface WorkerPlan {
  readonly service: string;
  readonly command: WorkerCommand;
}

/** @throws OPTION_INVALID, RESET_UNSUPPORTED where there is no such database, or more than one and none is named */
export function planWorker(model: ComposeModel, service: string | undefined, slot: number): WorkerPlan {
  assertServices(model, service === undefined ? [] : [service], 'service');
  assertSlot(slot);
  const able = Object.keys(model.services).filter((name) => dataStrategy(model.services[name] ?? {})?.worker);
  if (service === undefined && able.length > 1) {
    throw invalid('service', `there are several databases, name one of ${able.join(', ')}`);
  }
  const name = service ?? able[0];
  const [strategy, data] = dataOf(model, name ?? '');
  if (name === undefined || !strategy?.worker) {
    const what = { service: name ?? Object.keys(model.services).join(', '), what: 'database per worker' };
    throw new EnvironmentError('RESET_UNSUPPORTED', { ...what, reason: 'only PostgreSQL can copy a database' });
  }
  return { service: name, command: strategy.worker(data, slot, false) };
}

function planFor(
  model: ComposeModel,
  services: readonly string[] | undefined,
  what: string,
  taskFor: (service: string) => DataTask | Unfit,
): DataPlan {
  const tasks: DataTask[] = [];
  const without: Record<string, string> = {};
  for (const service of new Set(services ?? Object.keys(model.services))) {
    const task = taskFor(service);
    if (!('reason' in task)) tasks.push(task);
    else if (services) throw new EnvironmentError('RESET_UNSUPPORTED', { service, what, reason: task.reason });
    else without[service] = task.reason;
  }
  if (tasks.length === 0) {
    const service = Object.keys(without).join('", "');
    throw new EnvironmentError('RESET_UNSUPPORTED', {
      service,
      what,
      reason: [...new Set(Object.values(without))].join('; '),
    });
  }
  return { tasks, without };
}

function standardTask(model: ComposeModel, service: string, slot: number | undefined): DataTask | Unfit {
  const [strategy, data] = dataOf(model, service);
  if (!strategy) return { reason: unknownImage(model, service) };
  const { outcome, alone } = strategy;
  if (slot === undefined) {
    const command = strategy.reset(data);
    return 'reason' in command ? command : { service, command, outcome, alone, where: 'each' };
  }
  if (!strategy.worker) return { reason: 'all workers share it' };
  return { service, command: strategy.worker(data, slot, true), outcome, alone, where: 'each' };
}

function dataOf(model: ComposeModel, service: string) {
  const found = model.services[service] ?? {};
  return [dataStrategy(found), serviceData(found)] as const;
}

function unknownImage(model: ComposeModel, service: string): string {
  const { image } = model.services[service] ?? {};
  return image ? `how the data of ${image} is brought back is not known` : 'it is built, not a known image';
}

function assertServices(model: ComposeModel, names: readonly string[], option: string): void {
  const all = Object.keys(model.services);
  const unknown = names.find((name) => !all.includes(name));
  if (unknown === undefined) return;
  const near = suggest(unknown, all);
  const instead = near ? `did you mean "${near}"?` : `there are ${all.join(', ')}`;
  throw invalid(option, `there is no service "${unknown}" (${instead})`);
}

function assertSlot(slot: number | undefined): void {
  if (slot === undefined || (Number.isSafeInteger(slot) && slot >= 1)) return;
  throw invalid('slot', `${slot} is no number of a worker: 1, 2, 3 …`);
}

function invalid(option: string, reason: string): EnvironmentError {
  return new EnvironmentError('OPTION_INVALID', { option, reason, command: 'reset' });
}
