// Proves docker-manual's promises by killing it: npm run chaos -- [--seed N] [--only PART] [--rounds N] [--round N]
//
//   kills    owners, their children and watchdogs die at random moments of a lease's life; --rounds is the number of deaths
//   engine   the engine is restarted, killed or frozen while somebody acquires or releases
//   clocks   clocks jump, owners are suspended or blocked, process numbers are used again: no living lease is reaped
//   store    writers of one store are killed; --rounds is their number. Processes claim at once from ports that just suffice,
//            and 32 of them beside others that grab ports
//   pool     eight processes take environments from a pool for --minutes, while they, fillers and watchdogs die
//   peers    the same deaths for docker compose, testcontainers-node and dockest (installed into .cache)
//
// Works on dist/ from outside, on an engine of its own (Linux, as root) of which every object is counted before and after.
// The same seed gives the same choices; --round repeats one round. Raw results go to bench/results/chaos-PART.json. The
// exit code is 1 when a promise was broken.
import { randomInt } from 'node:crypto';
import { keep, numberOption, table, textOption } from '../bench/support/figures.mjs';
import { clocks } from './chaos/clocks-part.mjs';
import { engine } from './chaos/engine-part.mjs';
import { kills } from './chaos/kills-part.mjs';
import { peers } from './chaos/peers-part.mjs';
import { pool } from './chaos/pool-part.mjs';
import { Random } from './chaos/random.mjs';
import { store } from './chaos/store-part.mjs';

const PARTS = { kills, engine, clocks, store, pool, peers };

const seed = numberOption('--seed', randomInt(1_000_000));
const rounds = numberOption('--rounds', undefined);
const only = numberOption('--round', undefined);
const minutes = numberOption('--minutes', undefined);
const chosen = textOption('--only');
if (chosen !== undefined && !(chosen in PARTS)) throw new Error(`--only is one of ${Object.keys(PARTS).join(', ')}`);

console.log(`seed ${seed}`);
let broken = 0;
for (const [name, part] of Object.entries(PARTS)) {
  if (chosen !== undefined && name !== chosen) continue;
  const random = new Random(seed, name);
  const say = (line) => process.stderr.write(`${name} ${line}\n`);
  const {
    head = ['', ''],
    rows,
    problems,
    ...result
  } = await part({
    seed,
    random,
    say,
    only,
    ...(rounds === undefined ? {} : { rounds }),
    ...(minutes === undefined ? {} : { minutes }),
  });
  if (only === undefined) keep(`chaos-${name}.json`, { seed, head, rows, problems, ...result });
  console.log(`\n${name}\n\n${table(head, rows)}`);
  for (const { round, text } of problems) {
    console.log(
      `BROKEN: ${text.replace(/\s+/g, ' ')}\n  repeat: npm run chaos -- --only ${name} --seed ${seed} --round ${round}`,
    );
  }
  broken += problems.length;
}
process.exitCode = broken > 0 ? 1 : 0;
