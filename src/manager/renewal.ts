import type { LeaseStore } from '../store/lease-store.js';
import type { Context } from './context.js';
import { identityOf } from './machine.js';

/** Four renewals may be missed before anybody becomes suspicious (SUSPECT_AFTER of the watchdog). Milliseconds. */
const EVERY = 15_000;

const timers = new WeakMap<Context, NodeJS.Timeout>();

/**
 * Gives a sign of life for the leases of this process now and then, for those who cannot see the process itself. Ends
 * with the last of its leases, and never keeps the process alive.
 */
export function keepRenewing(context: Context, store: LeaseStore): void {
  if (timers.has(context)) return;
  const stop = () => {
    clearInterval(timers.get(context));
    timers.delete(context);
  };
  const renew = () => {
    try {
      if (store.renew(identityOf(process.pid)) === 0) stop();
    } catch {
      if (!store.usable) stop(); // a full disk or a long lock may be over by the next time
    }
  };
  timers.set(context, setInterval(renew, EVERY).unref());
}
