// Many processes claim from one store at once, from a range that is just large enough; from round to round they keep half of
// what they hold. Nothing may be given out twice:
//   node scripts/chaos/claims.mjs [--rounds 20] [--processes 8] [--leases 64] [--ports 6] [--grabbers 0]
// With grabbers, so many processes take and leave ports of the range all the time, the range is four times as large, and who
// claims listens on what it was given, as an engine does: a port that is taken is exchanged, up to three attempts.
// The order in which processes come to the store is the machine's; a seed would not repeat it. Exit code 1 on a duplicate.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { numberOption } from '../../bench/support/figures.mjs';

const GRABBER = fileURLToPath(new URL('grabber.mjs', import.meta.url));
const WORKER = fileURLToPath(new URL('claims-worker.mjs', import.meta.url));
const rounds = numberOption('--rounds', 20);
const processes = numberOption('--processes', 8);
const leases = numberOption('--leases', 64);
const ports = numberOption('--ports', 6);
const grabbers = numberOption('--grabbers', 0);
const FIRST = 20_000;
/** Without grabbers not one port more than is needed. */
const last = FIRST + leases * ports * (grabbers > 0 ? 4 : 1) - 1;
const folder = mkdtempSync(join(tmpdir(), 'dm-claims-'));

/** A process that answers one line to each line: `ask(text)` resolves to what it says. */
function startWorker() {
  const args = [WORKER, folder, leases / processes, ports, FIRST, last, grabbers > 0 ? 'listen' : ''].map(String);
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const closed = new Promise((resolve) => child.on('close', resolve));
  const ask = async (text) => {
    child.stdin.write(`${text}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('a worker ended; its words are above');
    return JSON.parse(value);
  };
  const end = () => {
    child.stdin.end();
    return closed;
  };
  return { ask, end };
}

/** Ends with its standard input. */
function startGrabber() {
  const child = spawn(process.execPath, [GRABBER, String(FIRST), String(last)], { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  return async () => {
    child.stdin.end();
    await closed;
    return JSON.parse(said);
  };
}

function duplicates(values) {
  return values.length - new Set(values).size;
}

const ends = Array.from({ length: grabbers }, startGrabber);
const workers = Array.from({ length: processes }, startWorker);
try {
  const times = [];
  let compared = 0;
  let exchanged = 0;
  const found = { ports: 0, projects: 0, subnets: 0 };
  for (let round = 0; round < rounds; round++) {
    const answers = await Promise.all(workers.map((worker) => worker.ask('go')));
    const held = answers.flatMap((answer) => answer.held);
    const given = held.flatMap(({ ports: { first, last } }) =>
      Array.from({ length: last - first + 1 }, (_, i) => first + i),
    );
    if (given.length !== leases * ports) throw new Error(`${given.length} ports are held`);
    compared += given.length;
    found.ports += duplicates(given);
    found.projects += duplicates(held.map((lease) => lease.project));
    found.subnets += duplicates(held.map((lease) => lease.subnet));
    times.push(...answers.flatMap((answer) => answer.times));
    exchanged += answers.reduce((sum, answer) => sum + answer.exchanged, 0);
  }
  const grabbed = (await Promise.all(ends.splice(0).map((end) => end()))).reduce((sum, each) => sum + each.grabbed, 0);
  times.sort((a, b) => a - b);
  const at = (part) => Number(times[Math.min(times.length - 1, Math.floor(times.length * part))].toFixed(2));
  console.log(
    JSON.stringify({
      rounds,
      processes,
      claims: times.length,
      comparedPorts: compared,
      duplicates: found,
      ...(grabbers > 0 ? { grabbers, grabbed, exchanged } : {}),
      claimMs: { median: at(0.5), p95: at(0.95), max: at(1) },
    }),
  );
  process.exitCode = Object.values(found).some((count) => count > 0) ? 1 : 0;
} finally {
  await Promise.all([...workers.map((worker) => worker.end()), ...ends.map((end) => end())]);
  rmSync(folder, { recursive: true, force: true });
}
