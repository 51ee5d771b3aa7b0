import { ON_FULL, type OnFull } from '../domain/admission.js';
import { EnvironmentError } from '../domain/errors.js';
import type { LeaseRecord } from '../domain/lease.js';
import { estimatedText, freeText, heldText, queueText } from '../domain/queue-text.js';
import { formatSize } from '../domain/size.js';
import type { QueueEntry } from '../store/admission-queue.js';
import { Alarm } from './alarm.js';
import { budgetOf, type Room } from './budget.js';
import { type Asked, type Claimed, type ClaimOutcome, claim, type Queued } from './claim.js';
import type { Context } from './context.js';
import { lifeOf } from './machine.js';
import { makeRoom } from './pool/make-room.js';
import type { Steps } from './steps.js';
import { sweep } from './sweep.js';

/** How an acquire behaves where there is no room. */
export interface QueueOptions {
  /** Who waits with a higher number goes first; 0 by default. Environments that are there are never taken away. */
  readonly priority?: number;
  /** `wait` in the queue, or `fail` at once with MEMORY_FULL. `wait` by default. */
  readonly onFull?: OnFull;
  /** How long to wait for room; not part of `waitTimeout`. Milliseconds, 600 000 by default. */
  readonly queueTimeout?: number;
}

const DEFAULT_QUEUE_TIMEOUT = 600_000;
/** A net below the bell: for a waiter that has died, and where files cannot be watched. Milliseconds. */
const LOOK_EVERY = 1000;
/** Looks of ours without one of another's, after which it counts as gone: one that lives takes its place again. */
const SILENT_LOOKS = 15;
/** What dead owners hold is freed by the watchdog; where there is none, by whoever is next. Looks. */
const SWEEP_EVERY = 5;

/**
 * Claims what one more environment needs as soon as there is room for it. Who has to wait is told where it stands at
 * every change. Undefined when somebody else has claimed the same shared environment meanwhile.
 *
 * @throws MEMORY_FULL, QUEUE_TIMEOUT, MEMORY_TOO_SMALL and what a claim throws; the place in the queue is given up then
 */
export async function admitted(
  context: Context,
  asked: Asked,
  options: QueueOptions,
  steps: Steps,
): Promise<Claimed | undefined> {
  checkQueueOptions(options);
  const { priority = 0, onFull = 'wait' } = options;
  const waiters = new Waiters();
  const outcome = await steps.run('claim', async () => {
    const budget = await budgetOf(asked.config, asked.engine, asked.owner, asked.signal);
    const room = { ...budget, priority, arrival: undefined, isGone: waiters.isGone };
    const first = await claim(asked, room);
    if (!first.queued || asked.place?.state === 'filling' || !(await makeRoom(context, first.queued))) {
      return { room, ...first };
    }
    return { room, ...(await claim(asked, { ...room, arrival: first.queued.place.arrival })) };
  });
  const { room, queued } = outcome;
  if (!queued) return outcome.claimed;
  const { arrival } = queued.place;
  try {
    return await steps.run('queue', async () => {
      if (onFull === 'fail') throw refusal('MEMORY_FULL', asked, queued);
      const last = await waitFor(context, asked, { ...room, arrival }, queued, options, waiters);
      return last.claimed;
    });
  } finally {
    if (arrival !== undefined) leave(asked, arrival);
  }
}

/** Looks at every ring of the bell and every second, and claims when it may go. */
async function waitFor(
  context: Context,
  asked: Asked,
  room: Room,
  begun: Queued,
  { queueTimeout = DEFAULT_QUEUE_TIMEOUT }: QueueOptions,
  waiters: Waiters,
): Promise<ClaimOutcome> {
  const { store, signal } = asked;
  const until = performance.now() + queueTimeout;
  using alarm = new Alarm(signal);
  store.queue.bell.listen(() => alarm.wake(), alarm.signal);
  let told = '';
  for (let queued = begun; ; ) {
    const text = standing(asked, queued);
    if (text !== told) asked.config.onProgress({ type: 'queued', name: queued.asker.name, text });
    told = text;
    const left = until - performance.now();
    if (left <= 0) throw refusal('QUEUE_TIMEOUT', asked, queued, queueTimeout);
    await makeRoom(context, queued);
    const rang = await alarm.sleep(Math.min(LOOK_EVERY, left));
    if (!rang) await waiters.note(queued, context, signal);
    const shared = asked.sharedKey !== null && store.shared.find(asked.sharedKey) !== undefined;
    const place = store.queue.look({ ...queued.asker, arrival: room.arrival });
    if (place.go || shared) {
      // Facts of the machine are looked at anew: much may have changed while it waited.
      const outcome = await claim(asked, room);
      if (!outcome.queued) return outcome;
      queued = outcome.queued;
    } else queued = { ...queued, place };
  }
}

/** Who among the others has gone: dead for sure, or so long without a look that it makes no difference. */
class Waiters {
  readonly #silent = new Map<number, { renewals: number; looks: number }>();
  #looks = 0;

  readonly isGone = ({ arrival, owner }: QueueEntry): boolean => {
    const isSilent = (this.#silent.get(arrival)?.looks ?? 0) >= SILENT_LOOKS;
    if (isSilent) this.#silent.delete(arrival); // should it come back, it is not judged by its silence from before
    return isSilent || lifeOf(owner) === 'gone';
  };

  /** To be called at regular looks: what happened between two rings says nothing. */
  async note({ place }: Queued, context: Context, signal: AbortSignal): Promise<void> {
    this.#looks += 1;
    for (const { arrival, renewals } of place.queue) {
      const seen = this.#silent.get(arrival);
      this.#silent.set(arrival, { renewals, looks: seen?.renewals === renewals ? seen.looks + 1 : 0 });
    }
    const isNext = place.queue.findIndex(({ arrival }) => arrival === place.arrival) === 0;
    if (!isNext || this.#looks % SWEEP_EVERY !== 0 || context.config.reconcile !== 'fix') return;
    await sweep(context, signal);
  }
}

function standing(asked: Asked, { place, asker, need }: Queued): string {
  if (place.go) return '';
  return queueText({ ...place, ...asker, need, held: heldHere(asked) });
}

function heldHere({ store, engine }: Asked): LeaseRecord[] {
  return store.list().filter((lease) => lease.engine.endpoint === engine.endpoint);
}

function refusal(
  code: 'MEMORY_FULL' | 'QUEUE_TIMEOUT',
  asked: Asked,
  { place, asker, need }: Queued,
  waitedMs = 0,
): EnvironmentError {
  const { position, of, free } = place.go ? { position: 1, of: 1, free: asker.budget } : place;
  return new EnvironmentError(code, {
    name: asker.name,
    needs: formatSize(asker.memory),
    needsBytes: asker.memory,
    estimated: estimatedText(need),
    free: freeText(free, asker.budget),
    freeBytes: free.memory,
    held: heldText(heldHere(asked)),
    position,
    of,
    seconds: Math.round(waitedMs / 1000),
  });
}

/** Its own failure must not hide what ended the wait; whoever looks next forgets the place of a process that has gone. */
function leave({ store }: Asked, arrival: number): void {
  try {
    store.queue.leave(arrival);
  } catch {
    // the store is lost or full
  }
}

/** @throws OPTION_INVALID */
function checkQueueOptions({ priority = 0, onFull = 'wait', queueTimeout = 0 }: QueueOptions): void {
  const wrong = (option: string, reason: string) =>
    new EnvironmentError('OPTION_INVALID', { option, reason, command: 'start' });
  if (!Number.isSafeInteger(priority)) throw wrong('priority', `"${priority}" is no whole number`);
  if (!ON_FULL.includes(onFull)) throw wrong('onFull', `"${onFull}" is none of ${ON_FULL.join(', ')}`);
  if (!(queueTimeout >= 0)) throw wrong('queueTimeout', `"${queueTimeout}" is no time in milliseconds`);
}
