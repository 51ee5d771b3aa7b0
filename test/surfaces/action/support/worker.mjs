// The process that carries out one job, as GitHub's Runner.Worker does: steps are its children, and at the end of the job
// it kills what still bears the job's RUNNER_TRACKING_ID (actions/runner, JobExtension.cs). Told by lines of JSON.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

process.title = 'Runner.Worker';
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
let step;

const orders = {
  run({ file, args, env, cwd }) {
    step = spawn(file, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [step.stdout, step.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => say({ text }));
    }
    step.on('close', (code, signal) => say({ exit: { code, signal } }));
  },
  signal({ signal }) {
    step?.kill(signal);
  },
  killTree() {
    try {
      process.kill(-step.pid, 'SIGKILL');
    } catch {
      // it has ended meanwhile
    }
  },
  end({ trackingId }) {
    const ended = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isOurs(pid, trackingId));
    for (const pid of ended) process.kill(Number(pid), 'SIGKILL');
    say({ orphans: ended.length });
    process.exit(0);
  },
};

function isOurs(pid, trackingId) {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`RUNNER_TRACKING_ID=${trackingId}`);
  } catch {
    return false; // gone, or somebody else's
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { order, ...details } = JSON.parse(line);
  orders[order](details);
});
