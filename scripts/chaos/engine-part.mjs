import { inArena } from './arena.mjs';
import { breakEngine } from './engine-faults.mjs';
import { spread, spreadText, tally, tallyText } from './report.mjs';

/** `npm run chaos -- --only engine`: see engine-faults.mjs. */
export async function engine({ random, rounds = 50, only, say }) {
  const onRound = ({ number, fault, at, states, told, problems }) => {
    const ends = told.map((events) => events.at(-1)?.code ?? events.at(-1)?.event);
    say(`round ${number}: ${fault} at ${at} ms (${states.join(', ')}): ${ends.join(', ')}`);
    for (const problem of problems) say(`  BROKEN: ${problem}`);
  };
  const result = await inArena({ decoys: 'still' }, (arena) => breakEngine(arena, { random, rounds, only, onRound }));
  return { raw: result, ...judge(result) };
}

function judge({ results }) {
  const owners = results.flatMap(({ told }) => told);
  const ends = owners.map((events) => events.at(-1)?.code ?? events.at(-1)?.event ?? 'nothing');
  const failures = owners.flatMap((events) => events.filter(({ event }) => event === 'failed').map(({ ms }) => ms));
  const problems = results.flatMap(({ number, problems: all }) => all.map((text) => ({ round: number, text })));
  const count = (what) => results.reduce((sum, result) => sum + result[what].length, 0);
  const rows = [
    ['faults', tallyText(tally(results.map(({ fault }) => fault)))],
    ['state of the leases at the fault', tallyText(tally(results.flatMap(({ states }) => states)))],
    ['how the owners ended', tallyText(tally(ends))],
    ['from the beginning to a refusal', spreadText(spread(failures))],
    ['objects left after `clean`', count('left')],
    ['foreign objects touched', count('foreign')],
    ['rows lost, left or double', count('rows')],
    ['processes left', count('strays')],
    ['promises broken', problems.length],
  ];
  return { rows, problems };
}
