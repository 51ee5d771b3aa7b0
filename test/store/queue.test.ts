import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Budget } from '../../src/domain/admission.js';
import { thisProcess } from '../../src/manager/machine.js';
import type { Asker } from '../../src/store/admission-queue.js';
import { LeaseStore } from '../../src/store/lease-store.js';
import { request } from './support/requests.js';

const WAITER = new URL('../support/wait-in-queue.mjs', import.meta.url).pathname;

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-queue-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** One process that asks for 4 of 12. */
class Waiter {
  readonly child: ChildProcess;
  /** Process numbers in the order of the queue, as it was told last. */
  positions: readonly number[] | undefined;
  admitted = false;
  #heard: () => void = () => {};

  constructor(priority = 0) {
    this.child = spawn(process.execPath, [WAITER, folder, '4', '12', String(priority)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(this.child);
    createInterface({ input: this.child.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
      const { lease, positions } = JSON.parse(line) as { lease?: string; positions?: number[] };
      this.admitted = lease !== undefined;
      this.positions = positions;
      this.#heard();
    });
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  /** Gives its lease back. */
  async end(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.stdin?.end();
    await exit;
  }
}

async function next(priority?: number): Promise<Waiter> {
  const waiter = new Waiter(priority);
  await waiter.until(() => waiter.admitted || waiter.positions !== undefined);
  return waiter;
}

it('wakes processes in the order of their arrival, and by priority before that, as others give back', async () => {
  const [one, two, three] = [await next(), await next(), await next()];
  expect([one.admitted, two.admitted, three.admitted]).toEqual([true, true, true]);
  const [first, second, urgent] = [await next(), await next(), await next(1)];
  const pids = [urgent, first, second].map(({ child }) => child.pid);
  expect(urgent.positions).toEqual(pids);
  for (const [giver, taker] of [
    [one, urgent],
    [two, first],
    [three, second],
  ] as const) {
    expect(taker.admitted).toBe(false);
    await giver.end();
    await taker.until(() => taker.admitted);
  }
}, 60_000);

it('forgets a waiter that was killed, and moves the others up', async () => {
  const holders = [await next(), await next(), await next()];
  const [first, second, third] = [await next(), await next(), await next()];
  for (const { child } of [first, second]) {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  await holders[0]?.end();
  await third.until(() => third.admitted);
  const store = new LeaseStore(folder);
  expect(store.queue.list()).toEqual([]);
  expect(store.list()).toHaveLength(3);
  store.close();
}, 60_000);

const budget = (memory: number, environments = Number.POSITIVE_INFINITY): Budget => ({ memory, environments });

function asker(more: Partial<Asker> = {}): Asker {
  const { endpoint } = request.engine;
  const base = { engine: endpoint, name: 'shop', owner: thisProcess('test'), priority: 0, budget: budget(10) };
  return { ...base, arrival: undefined, isGone: () => false, ...more };
}

it('counts what is held on the same engine only, by the same transaction that claims', () => {
  const store = new LeaseStore(folder);
  const elsewhere = { endpoint: 'tcp://elsewhere', environment: {} };
  const far = { ...request, memory: 9, engine: elsewhere };
  expect(store.admit(far, asker({ engine: 'tcp://elsewhere' })).lease).toMatchObject({ memory: 9 });
  const here = store.admit({ ...request, memory: 7 }, asker());
  expect(here.lease).toMatchObject({ memory: 7 });
  const { lease, place } = store.admit({ ...request, memory: 4 }, asker());
  expect({ lease, place }).toMatchObject({ lease: undefined, place: { go: false, position: 1, free: { memory: 3 } } });
  expect(store.list()).toHaveLength(2);
  store.remove(here.lease as NonNullable<typeof lease>);
  expect(store.admit({ ...request, memory: 4 }, asker({ arrival: place?.arrival })).lease).toBeDefined();
  expect(store.queue.list()).toEqual([]);
  store.close();
});

it('gives one that was taken for dead its old place again', () => {
  const store = new LeaseStore(folder);
  store.admit({ ...request, memory: 10 }, asker());
  const first = store.admit({ ...request, memory: 4 }, asker()).place?.arrival as number;
  const second = store.admit({ ...request, memory: 5 }, asker({ isGone: ({ arrival }) => arrival === first })).place;
  expect(second).toMatchObject({ position: 1, of: 1 });
  expect(store.queue.look({ ...asker({ arrival: first }), memory: 4 })).toMatchObject({ position: 1, of: 2 });
  expect(store.queue.look({ ...asker({ arrival: second?.arrival }), memory: 5 })).toMatchObject({ position: 2, of: 2 });
  store.close();
});

it('keeps the place of one whose claim fails, and takes nothing', () => {
  const store = new LeaseStore(folder);
  const holder = store.admit({ ...request, memory: 10 }, asker()).lease;
  const { place } = store.admit({ ...request, memory: 4 }, asker());
  store.remove(holder as NonNullable<typeof holder>);
  const tooMany = { ...request, memory: 4, ports: 99_999 };
  const again = asker({ arrival: place?.arrival });
  expect(() => store.admit(tooMany, again)).toThrowError(expect.objectContaining({ code: 'PORTS_EXHAUSTED' }));
  expect(store.queue.list()).toHaveLength(1);
  expect(store.list()).toEqual([]);
  store.close();
});
