import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';

/** One run of a use case, as the audit trail tells of it. */
export interface Operation {
  /** Named like the command: "acquire", "stop". */
  readonly name: string;
  /** Eight hex digits, the same in every event of this run and in no other. */
  readonly correlation: string;
  /** Who runs it: "vitest (pid 812)". */
  readonly actor: string;
}

const running = new AsyncLocalStorage<Operation>();

/** Everything that `run` records, also after an await and beside other runs in this process, belongs together. */
export function asOperation<T>(name: string, actor: string, run: () => T): T {
  return running.run({ name, actor, correlation: randomBytes(4).toString('hex') }, run);
}

export function runningOperation(): Operation | undefined {
  return running.getStore();
}
