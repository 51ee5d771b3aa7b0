/**
 * The first Ctrl-C or SIGTERM ends the work and cleans up; a second one ends the process at once, and what is then
 * left is removed by the next docker-manual command.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, name, code] of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code);
      process.stderr.write(`\n${name}: removing what was made (again to leave at once)\n`);
      controller.abort(new Error(name));
    });
  }
  return controller.signal;
}

/**
 * For commands that only look: a signal ends them at once, with its own exit code, and so does a reader that has gone
 * (`logs --follow | head`).
 */
export function endOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const [signal, name, code] of SIGNALS) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(code);
      process.exitCode = code;
      controller.abort(new Error(name));
    });
  }
  process.stdout.on('error', () => controller.abort(new Error('the reader of stdout has gone')));
  return controller.signal;
}

/**
 * For removals, which are better finished: the first signal is only acknowledged. The second one hands what is left over
 * and ends the process.
 */
export function finishOnSignals(handOver: () => Promise<void>): { readonly end: () => void } {
  let told = false;
  const ends = SIGNALS.map(([signal, name, code]) => {
    const heard = () => {
      if (told) {
        handOver()
          .then(() => 'what is left is removed by the watchdog, or by the next docker-manual command')
          .catch(() => 'what is left is removed by the next docker-manual command')
          .then((text) => process.stderr.write(`\n${name}: ${text}\n`, () => process.exit(code)));
        return;
      }
      told = true;
      process.stderr.write(`\n${name}: removing what has been begun, then ending (again to leave at once)\n`);
    };
    process.on(signal, heard);
    return () => process.off(signal, heard);
  });
  return { end: () => ends.forEach((end) => void end()) };
}

const SIGNALS = [
  ['SIGINT', 'Ctrl-C', 130],
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGHUP', 'SIGHUP', 129],
] as const;
