import { LABEL } from '../domain/labels.js';
import type { LeaseRecord } from '../domain/lease.js';
import type { ContainerEvent } from '../engine/engine.js';
import type { HistoryEvent } from '../store/history.js';
import type { LeaseStore } from '../store/lease-store.js';
import type { Context } from './context.js';
import { Merging } from './merging.js';

/** Between two looks at the audit trail, which other processes write as well: some 20 µs each. Milliseconds. */
const LOOK = 250;
/** What is shown of the past where nothing is said. */
const DEFAULT_LIMIT = 50;

/** Which events are wanted. */
export interface EventsOptions {
  /** Goes on as things happen, with what the engine tells of our containers, until the signal aborts. */
  readonly follow?: boolean;
  /** Of the past, the newest so many. 50 by default. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Something that happened: `lease:ready` and the like of the audit trail, `container:die` and the like of the engine. */
export interface EnvironmentEvent {
  readonly type: `lease:${string}` | `container:${string}`;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  /** The same in all events of one run of a command; null for what the engine tells, which knows of none. */
  readonly correlationId: string | null;
}

/** The audit trail as a stream, and what the engine tells of our containers with it. */
export async function* events(context: Context, options: EventsOptions): AsyncIterable<EnvironmentEvent> {
  const { follow = false, limit = DEFAULT_LIMIT, signal = new AbortController().signal } = options;
  const store = await context.store();
  if (!follow) {
    yield* store.history.list(limit).map(leaseEvent);
    return;
  }
  const ended = new AbortController();
  // Before the first event is read: what somebody does who has seen that is not missed.
  const listening = listen(context, store, AbortSignal.any([signal, ended.signal]));
  await listening.catch(() => {}); // thrown below, when what is known without the engine has been told
  let timer: NodeJS.Timeout | undefined;
  try {
    let last = store.history.last();
    yield* store.history.list(limit).map(leaseEvent);
    if (signal.aborted) return;
    const merged = new Merging<EnvironmentEvent>();
    signal.addEventListener('abort', () => merged.close(), { once: true });
    timer = setInterval(() => {
      try {
        const found = store.history.after(last);
        last = found.last;
        for (const event of found.events) merged.push(leaseEvent(event));
      } catch (error) {
        merged.close(error);
      }
    }, LOOK);
    readEngine(store, await listening, merged).catch((error) => merged.close(error));
    yield* merged;
  } finally {
    clearInterval(timer);
    ended.abort();
  }
}

async function listen(
  context: Context,
  store: LeaseStore,
  signal: AbortSignal,
): Promise<AsyncIterable<ContainerEvent>> {
  return (await context.engine()).events({ [LABEL.store]: store.id }, signal);
}

async function readEngine(
  store: LeaseStore,
  told: AsyncIterable<ContainerEvent>,
  merged: Merging<EnvironmentEvent>,
): Promise<void> {
  for await (const event of told) merged.push(containerEvent(event, store.list()));
}

function leaseEvent({ at, correlation, action, ...payload }: HistoryEvent): EnvironmentEvent {
  return { type: `lease:${action}`, payload, timestamp: at, correlationId: correlation || null };
}

function containerEvent(event: ContainerEvent, leases: readonly LeaseRecord[]): EnvironmentEvent {
  const { action, time, id, lease, service, exitCode } = event;
  const project = leases.find((each) => each.id === lease)?.project ?? null;
  const [name = action, state] = action.split(': ');
  const more = { ...(exitCode === undefined ? {} : { exitCode }), ...(state === undefined ? {} : { state }) };
  return {
    type: `container:${name}`,
    payload: { project, lease, service, container: id, ...more },
    timestamp: time,
    correlationId: null,
  };
}
