import { inArena } from './arena.mjs';
import { drainPool } from './pool.mjs';
import { spread, tally, tallyText } from './report.mjs';

/** `npm run chaos -- --only pool --minutes 5`: see pool.mjs. */
export async function pool({ random, minutes = 5, say }) {
  const ms = minutes * 60_000;
  const result = await inArena({ decoys: 'none' }, (arena) =>
    drainPool(arena, { random: random.fork('pool'), users: 8, ms, say }),
  );
  const { uses, deaths, problems } = result;
  const pooled = uses.filter((use) => use.pooled);
  const times = spread(pooled.map(({ ms: took }) => took));
  const rows = [
    ['minutes', minutes],
    ['uses', uses.length],
    ['of these from the pool', pooled.length],
    ['deaths', tallyText(tally(deaths))],
    ['handed out twice, or dirty', problems.filter((text) => /^(handed out twice|dirty)/.test(text)).length],
    ['left at the end', problems.filter((text) => /left/.test(text)).length],
    ['acquire from the pool, between all that', `median ${times.median} ms, p95 ${times.p95} ms, max ${times.max} ms`],
  ];
  return { raw: { deaths, uses }, rows, problems: problems.map((text) => ({ round: 1, text })) };
}
