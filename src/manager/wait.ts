import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import { oneShots } from '../domain/readiness.js';
import type { Verdict } from '../domain/verdict.js';
import { WAITED_FOR, type Wait, type WaitedFor } from '../domain/wait.js';
import type { Context } from './context.js';
import { DEFAULT_WAIT_TIMEOUT } from './deadline.js';
import { only } from './ladder.js';
import { type WhichEnvironment, withEnvironment } from './leased.js';
import { ReadyWait } from './ready-wait.js';
import { modelOf, resolveModel } from './resolve.js';
import { maskedError, modelMasker } from './secrets.js';
import { checkServices } from './services.js';
import { startServices } from './start.js';

/** What is waited for, and how long. */
export interface WaitOptions extends WhichEnvironment {
  /** Service → state, or a wait as in an acquire's `waits`. By default every service, until it is ready. */
  readonly for?: Readonly<Record<string, WaitedFor | Wait>>;
  /** Milliseconds; 60 000 by default. */
  readonly waitTimeout?: number;
  readonly signal?: AbortSignal;
}

/** What was waited for, as it was found. */
export interface Waited {
  readonly record: LeaseRecord;
  /** Service → as what it was found. */
  readonly services: Readonly<Record<string, Verdict['state']>>;
}

/**
 * Returns when services of an environment are as asked for, driven by the engine's events.
 *
 * @throws LEASE_NOT_FOUND, LEASE_AMBIGUOUS, OPTION_INVALID, SERVICE_FAILED as soon as one cannot get there any more,
 *   READY_TIMEOUT
 */
export function wait(context: Context, options: WaitOptions): Promise<Waited> {
  return withEnvironment(context, options, async (there, record) => {
    const { config } = there;
    const engine = await there.engine();
    const { signal: caller = new AbortController().signal, waitTimeout = DEFAULT_WAIT_TIMEOUT } = options;
    const whole = modelOf(await resolveModel(config, engine, record.spec, caller), record.project);
    const asked = options.for ?? {};
    checkServices(record.project, Object.keys(asked), Object.keys(whole.services), 'wait');
    const model = options.for ? only(whole, Object.keys(asked)) : whole;
    const waits = waitsOf(asked, oneShots(whole));
    const wait = new ReadyWait({ model, waitTimeout, signal: caller });
    try {
      const watched = { engine, lease: record, model, waits, onEvent: () => {}, onVerdict: wait.onVerdict };
      await wait.run((signal) => startServices({ ...watched, signal }));
    } catch (error) {
      throw error instanceof EnvironmentError ? maskedError(error, modelMasker(model, config.env)) : error;
    }
    return { record, services: Object.fromEntries([...wait.verdicts].map(([name, { state }]) => [name, state])) };
  });
}

const MEANING: Readonly<Record<WaitedFor, Wait | undefined>> = {
  ready: undefined,
  healthy: 'healthcheck',
  running: 'running',
  completed: 'exit',
};

/** What is ready when it is done stays so, also where nobody else of the model waits for it. @throws OPTION_INVALID */
function waitsOf(asked: NonNullable<WaitOptions['for']>, oneShots: ReadonlySet<string>): Record<string, Wait> {
  const waits = Object.entries(asked).map(([service, state]) => {
    if (typeof state !== 'string' || state === 'healthcheck' || state === 'exit') return [service, state] as const;
    if (!WAITED_FOR.includes(state)) {
      const reason = `"${state}" of ${service} is none of ${WAITED_FOR.join(', ')}`;
      throw new EnvironmentError('OPTION_INVALID', { option: 'for', reason, command: 'wait' });
    }
    return [service, MEANING[state] ?? (oneShots.has(service) ? 'exit' : undefined)] as const;
  });
  return Object.fromEntries(waits.filter((entry): entry is [string, Wait] => entry[1] !== undefined));
}
