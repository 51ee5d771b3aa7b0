import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inArena } from './arena.mjs';
import { removeAll } from './barrier.mjs';
import { appeared } from './census.mjs';
import { prepareFolder, TOOLS } from './peers/tools.mjs';
import { MARK, marked, signal } from './processes.mjs';
import { tally } from './report.mjs';
import { within } from './waiting.mjs';

/** How long after a death somebody may still clean up: four times what a watchdog is to take. Milliseconds. */
const PATIENCE = 10_000;
const LIFE_LIMIT = 120_000;

/**
 * The same deaths for other tools: a whole process group dies at a random moment of a test run. What is left is counted
 * {@link PATIENCE} later, and again after the next undisturbed run of the same command.
 */
export function comparePeers({ random, rounds, say }) {
  return inArena({ decoys: 'none' }, async (arena) => {
    await arena.settle();
    const results = [];
    for (const tool of TOOLS) results.push(await oneTool(arena, tool, random.fork(`peers/${tool.name}`), rounds, say));
    return results;
  });
}

async function oneTool(arena, tool, random, rounds, say) {
  const { name, about } = tool;
  const unusable = await ready(arena, tool);
  if (unusable) {
    say(`${name}: ${unusable}`);
    return { name, about, unusable, deaths: [] };
  }
  const undisturbed = await life(arena, tool);
  const deaths = [];
  while (deaths.length < rounds) {
    const death = await life(arena, tool, Math.round(random.fraction() * undisturbed.ms));
    if (!death.struck) continue;
    deaths.push(death);
    say(`${name}: ${deaths.length} of ${rounds}: ${death.at} of ${undisturbed.ms} ms: ${JSON.stringify(death.left)}`);
  }
  return { name, about, undisturbed, deaths };
}

/** Undefined when the tool can do a test run here; else why not. The run warms its caches, too. */
async function ready(arena, tool) {
  try {
    await tool.install?.();
    await life(arena, tool);
    return undefined;
  } catch (error) {
    return error.message;
  }
}

/** One test run in a folder of its own; with `at` (milliseconds), its processes die then, and another run follows. */
async function life(arena, tool, at) {
  const folder = mkdtempSync(join(tmpdir(), 'dm-chaos-'));
  prepareFolder(folder, tool);
  try {
    const run = await oneRun(arena, tool, folder, at);
    if (run.code !== 0 && at === undefined)
      throw new Error(`an undisturbed run ended with ${run.code}: ${run.said.slice(-600)}`);
    if (at !== undefined) await sleep(PATIENCE);
    const left = await leftovers(arena);
    const next = run.struck ? await oneRun(arena, tool, folder) : undefined;
    const later = await leftovers(arena);
    return { ms: run.ms, at, struck: run.struck, left: kinds(left), nextRun: next?.code, leftLater: kinds(later) };
  } finally {
    for (const { pid } of marked(arena.mark, folder)) signal(pid, 'SIGKILL');
    await sleep(1000); // what they were just making
    await removeAll(arena.engine.api, await leftovers(arena));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function oneRun(arena, tool, folder, at) {
  const [file, ...args] = arena.engine.inside(...split(tool.command(folder)));
  const env = { ...process.env, DOCKER_HOST: arena.engine.url, ...tool.env, [MARK]: arena.mark };
  const begun = performance.now();
  const child = spawn(file, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
    });
  }
  const exit = once(child, 'exit');
  const over = await within(exit, at ?? LIFE_LIMIT);
  const struck = over === undefined && signal(-child.pid, 'SIGKILL');
  const [code] = await exit;
  return { code, said, struck, ms: Math.round(performance.now() - begun) };
}

function split([file, ...args]) {
  return [file, args];
}

async function leftovers({ census, baseline }) {
  return appeared(baseline, await census.look());
}

function kinds(objects) {
  return tally(objects.map(({ kind }) => kind));
}
