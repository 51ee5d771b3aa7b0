import { spawn } from 'node:child_process';

/** Runs a command to its end, or to its limit: { code (null when it was killed), ms, stdout, stderr }. */
export function run(command, args, { env = process.env, limit = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const from = performance.now();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (chunk) => {
        said[stream] += chunk;
      });
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), limit);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, ms: Math.round(performance.now() - from), ...said });
    });
  });
}

/** As `run`, for commands that a bench cannot go on without. */
export async function must(command, args, options) {
  const result = await run(command, args, options);
  if (result.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr || result.stdout}`);
  return result;
}

/** Removes what a peer has left of a project of ours. By name and without the file: with it, foreign volumes would go. */
export function removeProject(project) {
  return must('docker', ['compose', '-p', project, 'down', '-v', '-t', '0', '--remove-orphans']);
}
