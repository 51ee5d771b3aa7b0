import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFileLock } from '../../src/store/file-lock.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dm-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

it('lets one in at a time, and the next one when it has left, whatever happened inside', async () => {
  let inside = 0;
  let most = 0;
  const section = async (fails: boolean) => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    if (fails) throw new Error('boom');
  };
  const results = await Promise.allSettled(
    [0, 1, 2].map((i) => withFileLock(folder, 'pull', never, () => section(i === 1))),
  );
  expect(most).toBe(1);
  expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('stops waiting when the caller aborts', async () => {
  const caller = new AbortController();
  await withFileLock(folder, 'pull', never, async () => {
    const waiting = withFileLock(folder, 'pull', caller.signal, async () => {});
    caller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow();
  });
});
