import { comparePeers } from './peers.mjs';

/** `npm run chaos -- --only peers`: see peers.mjs. `rounds` is the number of deaths for each tool. */
export async function peers({ random, rounds = 20, say }) {
  const results = await comparePeers({ random, rounds, say });
  const [ours] = results;
  const problems = ours.deaths
    .filter(({ leftLater }) => total(leftLater) > 0)
    .map(({ at, leftLater }) => ({
      round: at,
      text: `docker-manual left ${kindsText(leftLater)} after a death at ${at} ms`,
    }));
  return { head: HEAD, rows: results.map(rowOf), problems, raw: results };
}

const HEAD = ['tool', 'deaths', 'deaths that left something', 'objects left', 'objects left after the next run', ''];

function rowOf({ name, about = '', unusable, undisturbed, deaths }) {
  if (unusable) return [name, '0', '', '', '', `${about}: ${unusable.split('\n')[0]}`];
  const dirty = deaths.filter(({ left }) => total(left) > 0).length;
  const always = total(undisturbed.left);
  const note = always === 0 ? about : `${about}; leaves ${kindsText(undisturbed.left)} without any death`;
  return [name, String(deaths.length), String(dirty), sum(deaths, 'left'), sum(deaths, 'leftLater'), note];
}

function sum(deaths, what) {
  const all = {};
  for (const death of deaths) for (const [kind, n] of Object.entries(death[what])) all[kind] = (all[kind] ?? 0) + n;
  return kindsText(all);
}

function total(counts) {
  return Object.values(counts).reduce((all, n) => all + n, 0);
}

function kindsText(counts) {
  const text = Object.entries(counts).map(([kind, n]) => `${n} ${kind}${n === 1 ? '' : 's'}`);
  return text.length === 0 ? '0' : text.join(', ');
}
