import { runHook } from '../../dist/manager/run-hook.js';

/** Leaves at once, as a second Ctrl-C does, while a hook runs that has told its process id in a file. */
const [directory, command] = process.argv.slice(2);
runHook({
  point: 'beforeStop',
  hook: ['sh', '-c', command],
  directory,
  env: process.env,
  signal: new AbortController().signal,
});
process.stdin.once('data', () => process.exit(130));
