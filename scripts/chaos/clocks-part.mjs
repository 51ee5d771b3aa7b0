import { inArena } from './arena.mjs';
import { turnClocks } from './clocks.mjs';

/** `npm run chaos -- --only clocks`: see clocks.mjs. Each round runs every case, with and without a watchdog by turns. */
export async function clocks({ rounds = 2, only, say }) {
  const onCase = ({ number, name, watchdog, passed, problems }) => {
    say(`${number}: ${name}${watchdog ? '' : ', without a watchdog'}: ${passed} sweeps past living leases`);
    for (const problem of problems) say(`  BROKEN: ${problem}`);
  };
  const results = await inArena({}, (arena) => turnClocks(arena, { rounds, only, onCase }));
  return { raw: results, ...judge(results) };
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
      `${passed} sweeps past living leases, ${broken.length === 0 ? 'none touched' : `BROKEN: ${broken[0].replace(/\s+/g, ' ').slice(0, 200)}`}`,
    ];
  });
  return { rows, problems };
}
