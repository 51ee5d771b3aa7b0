import { readably } from './failure.js';
import { closeRuns } from './run.js';

/** jest's globalTeardown: a module of its own, which shares nothing with the setup but the process. */
export default function teardown(): Promise<void> {
  return readably(closeRuns);
}
