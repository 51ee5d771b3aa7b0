import { inArena } from './arena.mjs';
import { inspect } from './barrier.mjs';
import { CASES, SMALL_STACK, Trial } from './clocks.mjs';

/** `npm run chaos -- --only clocks`: see clocks.mjs. Each round runs every case, with and without a watchdog by turns. */
export function clocks(options) {
  return inArena({}, (arena) => everyCase(arena, options));
}

async function everyCase(arena, { rounds = 2, only, say }) {
  await arena.settle();
  const results = [];
  const cases = Object.entries(CASES);
  const last = rounds * cases.length;
  for (let n = only ?? 1; n <= (only ?? last); n++) {
    const [name, run] = cases[(n - 1) % cases.length];
    const watchdog = Math.ceil(n / cases.length) % 2 === 1;
    const result = { number: n, name, watchdog, ...(await oneCase(arena, run, n, watchdog)) };
    results.push(result);
    say(
      `${n} of ${last}: ${name}${watchdog ? '' : ', without a watchdog'}: ${result.passed} sweeps past living leases`,
    );
    for (const problem of result.problems) say(`  BROKEN: ${problem}`);
  }
  return { raw: results, ...judge(results) };
}

async function oneCase(arena, run, number, watchdog) {
  const lane = arena.lane(`clocks-${number}`, { stack: SMALL_STACK, watchdog });
  const trial = new Trial(lane, number);
  try {
    await run(trial);
  } catch (error) {
    trial.broken(String(error.stack));
  }
  await trial.end();
  const { problems } = await inspect(arena);
  await arena.close(lane);
  return { passed: trial.passed, problems: [...trial.problems, ...problems] };
}

function judge(results) {
  const problems = results.flatMap(({ number, name, problems: all }) =>
    all.map((text) => ({ round: number, text: `${name}: ${text}` })),
  );
  const names = [...new Set(results.map(({ name }) => name))];
  const rows = names.map((name) => {
    const mine = results.filter((result) => result.name === name);
    const passed = mine.reduce((sum, result) => sum + result.passed, 0);
    const broken = mine.flatMap((result) => result.problems);
    return [
      name,
      `${passed} sweeps past living leases, ${broken.length === 0 ? 'none touched' : `BROKEN: ${broken[0]}`}`,
    ];
  });
  return { rows, problems };
}
