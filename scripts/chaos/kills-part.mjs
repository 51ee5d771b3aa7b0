import { inArena } from './arena.mjs';
import { killOwners } from './kill-owners.mjs';
import { spread, spreadText, tally, tallyText } from './report.mjs';

/** `npm run chaos -- --only kills`: see kill-owners.mjs. `rounds` is the number of deaths. */
export async function kills({ random, rounds = 500, only, say }) {
  const begun = performance.now();
  const onRound = ({ number, lives, problems }, deaths) => {
    say(`round ${number}: ${lives.filter((each) => each.struck > 0).length} deaths (${deaths} of ${rounds})`);
    for (const problem of problems) say(`  BROKEN: ${problem}`);
  };
  const result = await inArena({}, (arena) => killOwners(arena, { random, kills: rounds, only, onRound }));
  return { raw: result, ...judge(result), minutes: (performance.now() - begun) / 60_000 };
}

function judge({ rounds, hasWatchdog, decoys }) {
  const lives = rounds.flatMap((round) => round.lives);
  const deaths = lives.filter(({ struck }) => struck > 0);
  const count = (what) => rounds.reduce((sum, round) => sum + round[what].length, 0);
  const took = (by, what) => spread(deaths.filter((death) => death.by === by).map((death) => death[what]));
  const byWatchdog = (what) => (hasWatchdog ? spreadText(took('watchdog', what)) : 'there is no watchdog');
  const figures = {
    deaths: deaths.length,
    'objects left': count('left'),
    'foreign objects touched': count('foreign'),
    'rows lost, left or double': count('rows'),
    'processes left': count('strays'),
    'lives disturbed, sweeps failed': lives.reduce((sum, life) => sum + life.problems.length, 0),
  };
  const rows = [
    ...Object.entries(figures),
    ['foreign objects present', decoys],
    ['by victim', tallyText(tally(deaths.map(({ victim }) => victim)))],
    ['by owner', tallyText(tally(deaths.map(({ kind }) => kind)))],
    ['state of the lease at the death', tallyText(tally(deaths.map(({ state }) => state)))],
    ['death to clean engine, by the watchdog', byWatchdog('engineMs')],
    ['death to clean engine and store, by the watchdog', byWatchdog('cleanMs')],
    ['the same by `clean`', spreadText(took('clean', 'cleanMs'))],
    ['the same by two at once', spreadText(took('two cleans', 'cleanMs'))],
    ['the same by one that is killed and another', spreadText(took('a killed clean', 'cleanMs'))],
  ];
  const problems = rounds.flatMap(({ number, problems: all }) => all.map((text) => ({ round: number, text })));
  return { figures, rows, problems };
}
