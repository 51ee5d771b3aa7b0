/**
 * A cancelled job gets SIGINT, after 7.5 s SIGTERM, and after 2.5 s more its processes are killed (actions/runner,
 * ProcessInvoker.cs). The first one ends the start; the second changes nothing, because the time that is left is for
 * removing what was made. What then still is there, post or the watchdog removes.
 */
export function abortOnCancel(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => controller.abort(new Error('the runner')));
  }
  return controller.signal;
}
