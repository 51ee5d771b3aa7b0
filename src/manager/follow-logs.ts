import { LABEL } from '../domain/labels.js';
import type { ContainerEvent } from '../engine/engine.js';
import { type LogRequest, limits, type ServiceLine } from './log-request.js';
import { Merging } from './merging.js';
import { shortName } from './services.js';

/**
 * The logs as they grow. The engine ends the stream of a container that stops: it is taken up again when the container
 * starts anew, and one that is made anew joins. Ends when no container is left, or the signal aborts.
 */
export async function* followLogs(request: LogRequest): AsyncIterable<ServiceLine> {
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);
  const queue = new Merging<ServiceLine>();
  signal.addEventListener('abort', () => queue.close(), { once: true });
  const follower = new Follower({ ...request, signal }, queue);
  try {
    await follower.begin();
    yield* queue;
  } catch (error) {
    if (!request.signal.aborted) throw error;
  } finally {
    over.abort();
  }
}

interface Followed {
  readonly service: string;
  readonly source: string;
  reading: boolean;
  /** It has started again while its old stream was not over yet. */
  again: boolean;
  /** Of its last line. Milliseconds since the epoch. */
  last: number;
}

class Follower {
  readonly #request: LogRequest;
  readonly #queue: Merging<ServiceLine>;
  readonly #followed = new Map<string, Followed>();

  constructor(request: LogRequest, queue: Merging<ServiceLine>) {
    this.#request = request;
    this.#queue = queue;
  }

  /** Listens before it looks, so that no start is missed. */
  async begin(): Promise<void> {
    const { engine, record, containers, options, signal } = this.#request;
    const events = await engine.events({ [LABEL.lease]: record.id }, signal);
    for (const container of containers) {
      const { service } = container;
      this.#follow(container.id, { service, source: shortName(container, containers) }, limits(options));
    }
    this.#listen(events).catch((error) => this.#queue.close(error));
    this.#endIfNothingIsLeft();
  }

  async #listen(events: AsyncIterable<ContainerEvent>): Promise<void> {
    for await (const { id, service, action } of events) {
      const followed = this.#followed.get(id);
      if (action === 'destroy') this.#forget(id);
      if (action !== 'start') continue;
      if (followed?.reading) followed.again = true;
      else if (followed) this.#follow(id, followed, { since: followed.last + 1 });
      else if (this.#isWanted(service)) this.#follow(id, { service, source: service }, {});
    }
  }

  #isWanted(service: string): boolean {
    const { services } = this.#request.options;
    return !services?.length || services.includes(service);
  }

  #follow(id: string, { service, source }: Pick<Followed, 'service' | 'source'>, asked: object): void {
    const followed: Followed = { service, source, reading: true, again: false, last: Date.now() };
    this.#followed.set(id, followed);
    this.#read(id, followed, asked).catch((error) => this.#queue.close(error));
  }

  async #read(id: string, followed: Followed, asked: object): Promise<void> {
    const { engine, signal } = this.#request;
    const { service, source } = followed;
    for await (const line of await engine.logLines(id, { ...asked, follow: true }, signal)) {
      followed.last = line.time;
      this.#queue.push({ service, source, ...line });
    }
    followed.reading = false;
    if (followed.again) this.#follow(id, followed, { since: followed.last + 1 });
    else this.#endIfNothingIsLeft();
  }

  #forget(id: string): void {
    this.#followed.delete(id);
    this.#endIfNothingIsLeft();
  }

  #endIfNothingIsLeft(): void {
    if (this.#followed.size === 0) this.#queue.close();
  }
}
