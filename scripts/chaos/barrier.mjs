import { setTimeout as sleep } from 'node:timers/promises';
import { appeared, describe, overlaps } from './census.mjs';
import { signal } from './processes.mjs';
import { untilTrue } from './waiting.mjs';

/** The engine works on requests of dead clients for up to 0.7 s after their death. Milliseconds. */
const IN_FLIGHT = 1000;
/** A watchdog ends with the last lease, not in the same moment. Milliseconds. */
const WATCHDOG_END = 5000;

/**
 * Between two rounds, when nobody works: what is there that should not be, in words. What is found is put right
 * afterwards, so that the next round starts clean.
 */
export async function inspect({ lanes, census, baseline, decoys, engine }) {
  await sleep(IN_FLIGHT);
  const lingered = await lingering(lanes);
  if (lingered.length > 0) await sleep(IN_FLIGHT); // what they were just making
  const objects = appeared(baseline, await census.look()).filter((object) => !decoys.has(object));
  const foreign = await decoys.verify();
  const rows = (await Promise.all(lanes.map((lane) => storeProblems(lane)))).flat();
  await removeAll(engine.api, objects);
  const left = objects.map(describe);
  const strays = lingered.map(({ pid, command }) => `process ${pid} ${command.slice(0, 200)}`);
  const problems = [...left, ...strays].map((each) => `left: ${each}`);
  return { strays, left, foreign, rows, problems: [...problems, ...foreign, ...rows] };
}

/** Ends them after a look, as nobody else will. */
async function lingering(lanes) {
  const strays = () => lanes.flatMap((lane) => lane.strays());
  await untilTrue(() => strays().every(({ command }) => !/watchdog/.test(command)), WATCHDOG_END);
  const found = strays();
  for (const { pid } of found) signal(pid, 'SIGKILL');
  return found;
}

/** Order matters: a network goes only when its containers have. */
export async function removeAll(api, objects) {
  for (const kind of ['container', 'network', 'volume']) {
    await Promise.allSettled(objects.filter((each) => each.kind === kind).map((each) => api.remove(each)));
  }
}

/** Only the resident's lease may be there, as it was. */
async function storeProblems(lane) {
  const { rows, folders, integrity } = lane.store();
  const { resident } = lane;
  const mine = rows.filter(({ id }) => id === resident?.id);
  const others = rows.filter(({ id }) => id !== resident?.id);
  const problems = [
    ...(integrity === 'ok' ? [] : [`the store says ${integrity}`]),
    ...others.map(({ project, state }) => `a row is left: ${project} (${state})`),
    ...folders.filter((id) => id !== resident?.id).map((id) => `a lease's folder is left: ${id}`),
    ...overlaps(rows).map((names) => `the same port or name twice: ${names}`),
  ];
  if (resident) problems.push(...(await residentProblems(resident, mine)));
  return problems.map((each) => `${lane.name}: ${each}`);
}

/** Whether somebody who holds an environment holds it still, untouched, and it answers. */
export async function residentProblems(resident, rows) {
  if (rows.length !== 1) return [`${rows.length} rows of a living lease (${resident.project})`];
  const [{ state, generation }] = rows;
  if (state !== 'ready' || generation !== 1) return [`a living lease is ${state}, generation ${generation}`];
  const body = await resident.ask().catch((error) => error.message);
  return body === resident.page ? [] : [`a living environment answers "${body}" and not "${resident.page}"`];
}
