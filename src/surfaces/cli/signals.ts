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

const SIGNALS = [
  ['SIGINT', 'Ctrl-C', 130],
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGHUP', 'SIGHUP', 129],
] as const;
