import { afterEach, describe, expect, it, vi } from 'vitest';
import { EnvironmentError } from '../../../src/index.js';
import { readable } from '../../../src/surfaces/runner/failure.js';

const evidence = '\n  last log lines of redis:\n    | ::error::not a command\n  full logs: /state/dossiers/shop-1';
const failure = new EnvironmentError(
  'SERVICE_FAILED',
  { service: 'redis', reason: 'exited with code 1', evidence },
  { dossier: '/state/dossiers/shop-1', cause: new Error('the cause') },
);

afterEach(() => void vi.restoreAllMocks());

describe('a failed start in the output of a runner', () => {
  it('is prose: nothing that a runner would print as stack, cause or property', () => {
    const told = readable(failure, {}) as Error;
    expect(told.message).toBe(
      `Service "redis" exited with code 1.${evidence}\n  hint: Read its log above; \`docker-manual start\` again after the cause is mended.`,
    );
    expect(told.stack).toBe(`docker-manual SERVICE_FAILED: ${told.message}`);
    expect(Object.getOwnPropertyNames(told).sort()).toEqual(['message', 'name', 'stack']);
  });

  it('names the folder of the logs also where the message has no place for it', () => {
    const error = new EnvironmentError('ENGINE_HUNG', { seconds: 5 }, { dossier: '/state/dossiers/shop-1' });
    expect((readable(error, {}) as Error).message).toContain('full logs: /state/dossiers/shop-1');
  });

  it('leaves other errors as they are', () => {
    const bug = new TypeError('x is not a function');
    expect(readable(bug, {})).toBe(bug);
  });

  it('on GitHub is a group in which a log line cannot be a command, and the error holds no log line', () => {
    let written = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written += text;
      return true;
    });
    const told = readable(failure, { GITHUB_ACTIONS: 'true' }) as Error;
    expect(told.message).not.toContain('not a command');
    const [title, stop, ...rest] = written.trimEnd().split('\n');
    const token = /^::stop-commands::([0-9a-f-]{36})$/.exec(stop as string)?.[1];
    expect(title).toBe('::group::docker-manual: SERVICE_FAILED');
    expect(rest.slice(-2)).toEqual([`::${token}::`, '::endgroup::']);
    expect(rest.slice(0, -2).join('\n')).toBe(evidence.slice(1));
  });
});
