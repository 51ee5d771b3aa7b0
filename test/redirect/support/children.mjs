import { execFile, exec as execute, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { PUBLISHED, report } from './answers.mjs';

const script = fileURLToPath(new URL('who-answers.mjs', import.meta.url));
const args = [script, String(PUBLISHED)];
const { NODE_OPTIONS, DM_PORT_MAP, ...withoutOurs } = process.env;

async function worker(options = {}) {
  const [answer] = await once(new Worker(script, { workerData: { port: PUBLISHED }, ...options }), 'message');
  return answer;
}

async function forked(options = {}) {
  const [answer] = await once(fork(script, [String(PUBLISHED)], options), 'message');
  return answer;
}

async function spawned(command, commandArgs, options = {}) {
  const child = spawn(command, commandArgs, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
  return (await child.stdout.setEncoding('utf8').toArray()).join('');
}

await report({
  worker: () => worker(),
  'worker with execArgv': () => worker({ execArgv: ['--no-warnings'] }),
  'worker with no execArgv': () => worker({ execArgv: [] }),
  'worker with a copy of the environment': () => worker({ env: { ...process.env, MORE: '1' } }),
  'worker with an environment of its own': () => worker({ env: withoutOurs }),
  fork: () => forked(),
  'fork with execArgv': () => forked({ execArgv: ['--no-warnings'] }),
  'fork with an environment of its own': () => forked({ env: withoutOurs }),
  spawn: () => spawned(process.execPath, args),
  'spawn through a shell': () => spawned(`"${process.execPath}" "${args[0]}" ${args[1]}`, [], { shell: true }),
  'spawn with a copy of the environment': () => spawned(process.execPath, args, { env: { ...process.env } }),
  'spawn with an environment of its own': () => spawned(process.execPath, args, { env: withoutOurs }),
  exec: async () => (await promisify(execute)(`"${process.execPath}" "${args[0]}" ${args[1]}`)).stdout,
  execFile: async () => (await promisify(execFile)(process.execPath, args)).stdout,
});
