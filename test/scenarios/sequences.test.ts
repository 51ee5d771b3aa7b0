import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { DAMAGES, endProcess, type Holding, World } from '../support/world.js';

/** `SEQUENCES=300 COMMANDS=20 npx vitest run test/scenarios/sequences.test.ts` for a long look. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 40);
const COMMANDS = Number(process.env.COMMANDS ?? 15);

const MINUTE = 60_000;
/** No sum of the clock's jumps comes within minutes of it. */
const TTL = 95 * MINUTE;

type Deed = (world: World) => Promise<unknown>;

/** One deed, and then everything that always holds. `settles`: nothing of dead owners may be there afterwards. */
class Command implements fc.AsyncCommand<object, World> {
  constructor(
    readonly text: string,
    readonly deed: Deed,
    readonly settles = false,
  ) {}

  check = () => true;
  toString = () => this.text;

  async run(_: object, world: World): Promise<void> {
    await this.deed(world);
    await assertInvariants(world, this.settles);
  }
}

async function assertInvariants(world: World, settled: boolean): Promise<void> {
  const living = world.living();
  const { leases, names } = await world.objects();
  expect(names, 'a foreign object').toEqual(expect.arrayContaining(world.foreign));
  for (const { lease } of living) expect(leases.get(lease.id), `objects of ${lease.project}`).toBe(4);
  assertNothingTwice(living);
  if (!settled) return;
  const ids = living.map(({ lease }) => lease.id).sort();
  expect([...leases.keys()].sort(), 'leases with objects').toEqual(ids);
  expect([...(await world.rows())].sort(), 'rows').toEqual(ids.map((id) => [id, 1]));
}

function assertNothingTwice(living: readonly Holding[]): void {
  const ports = living.flatMap(({ lease }) => lease.record.bindings.map((binding) => binding.port));
  expect(new Set(ports).size, 'ports').toBe(2 * living.length);
  expect(new Set(living.map(({ lease }) => lease.project)).size, 'projects').toBe(living.length);
}

/** Of the holdings, one by number; nothing is done where there is none. */
function withOne(of: readonly Holding[], number: number, deed: (holding: Holding) => unknown): unknown {
  const holding = of[number % Math.max(1, of.length)];
  return holding && deed(holding);
}

/** The engine does not answer, is asked all the same, and comes back with nothing running. */
async function restartEngine(world: World): Promise<void> {
  const gone = new EnvironmentError('ENGINE_UNAVAILABLE', { endpoint: 'fake://', reason: 'connection refused' });
  for (const operation of ['ping', 'containers', 'removeContainer']) world.engine.failures.set(operation, gone);
  await expect(world.manager.clean()).rejects.toThrow(gone);
  await expect(world.acquire(undefined)).rejects.toThrow(gone);
  world.engine.failures.clear();
  world.engine.restartEngine();
}

const numbered = (name: string, deed: (world: World, number: number) => unknown, settles = false) =>
  fc.nat(7).map((number) => new Command(`${name}(${number})`, async (world) => deed(world, number), settles));
const plain = (name: string, deed: Deed, settles = false) => fc.constant(new Command(name, deed, settles));

/** Whatever does not matter for a failure shrinks to the first. */
const COMMAND_KINDS = [
  plain('nothing', async () => {}),
  plain('acquire', (world) => world.acquire(undefined), true),
  plain('acquire', (world) => world.acquire(undefined), true),
  plain('acquire --ttl', (world) => world.acquire(TTL), true),
  numbered('release', (world, n) =>
    withOne(world.holdings, n, async (holding) => {
      await holding.lease.release();
      holding.released = true;
      expect((await world.objects()).leases.has(holding.lease.id), 'objects after the release').toBe(false);
    }),
  ),
  numbered('kill', (world, n) => withOne(world.living(), n, ({ owner }) => owner && endProcess(owner))),
  numbered('suspend', (world, n) => withOne(world.living(), n, ({ owner }) => owner?.kill('SIGSTOP'))),
  numbered('continue', (world, n) => withOne(world.living(), n, ({ owner }) => owner?.kill('SIGCONT'))),
  plain('sweep', (world) => world.sweep(), true),
  plain('clean', (world) => world.manager.clean(), true),
  plain('two cleans at once', (world) => Promise.all([world.manager.clean(), world.sweep()]), true),
  plain('recover', (world) => world.manager.recover()),
  plain('restart the engine', restartEngine),
  fc
    .constantFrom(-60, -10, 10, 60)
    .map((minutes) => new Command(`clock ${minutes} min`, async (world) => world.turnClock(minutes * MINUTE))),
  fc.constantFrom(...DAMAGES).map((how) => new Command(`database ${how}`, (world) => world.damage(how))),
  fc
    .tuple(fc.constantFrom('container', 'network', 'volume'), fc.nat(3))
    .map(([kind, likeness]) => new Command(`foreign ${kind} ${likeness}`, async (w) => w.makeForeign(kind, likeness))),
];

const sequence = fc.array(fc.oneof({ withCrossShrink: true }, ...COMMAND_KINDS), {
  minLength: COMMANDS,
  maxLength: COMMANDS,
});

beforeEach(() => {
  // The pauses between two scans are for an engine that works on requests of the dead; this one does not.
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void, ms = 0) =>
    setTimeout(work, ms / 100)) as typeof setTimeout);
});
afterEach(() => void vi.restoreAllMocks());

it('whatever is done in whatever order, nothing leaks, nothing foreign is touched, nothing is given twice', async () => {
  await fc.assert(
    fc.asyncProperty(sequence, async (commands) => {
      await using world = new World();
      const last = new Command('sweep', (w) => w.sweep(), true);
      await fc.asyncModelRun(() => ({ model: {}, real: world }), [...commands, last]);
    }),
    { numRuns: SEQUENCES, interruptAfterTimeLimit: 3_000_000, markInterruptAsFailure: true },
  );
}, 3_000_000);
