import { describe, expect, it } from 'vitest';
import { judgeProcess, type ProcessFacts, type ProcessIdentity } from '../../src/domain/owner.js';

describe('the process that holds a lease', () => {
  const identity: ProcessIdentity = {
    host: 'h',
    boot: 'b',
    namespace: 'pid:[1]',
    container: null,
    pid: 7,
    startTicks: 100,
  };
  const inContainer = { ...identity, host: 'c0ffee', namespace: 'pid:[2]', container: 'c0ffee' };
  const seen: ProcessFacts = {
    host: 'h',
    boot: 'b',
    namespace: 'pid:[1]',
    process: { startTicks: 100, state: 'S' },
  };
  const process = (change: object) => ({ ...seen, process: { startTicks: 100, state: 'S', ...change } });

  it.each([
    ['the same process', identity, seen, 'alive'],
    ['stopped by a debugger or a closed lid', identity, process({ state: 'T' }), 'alive'],
    ['a zombie', identity, process({ state: 'Z' }), 'gone'],
    ['its number given to another', identity, process({ startTicks: 101 }), 'gone'],
    ['nobody has its number', identity, { ...seen, process: undefined }, 'gone'],
    ['the machine was started again', identity, { ...seen, boot: 'c' }, 'gone'],
    ['on another machine', identity, { ...seen, host: 'i', boot: 'c' }, 'unknown'],
    [
      'another machine that has no boot id either',
      { ...identity, boot: 'unknown' },
      { ...seen, host: 'i', boot: 'unknown' },
      'unknown',
    ],
    ['without start times, its number is all there is', { ...identity, startTicks: null }, seen, 'alive'],
    ['in a container that the engine was not asked about', inContainer, seen, 'unknown'],
    [
      'in a container that runs, where it may have ended',
      inContainer,
      { ...seen, container: 'runs' as const },
      'unknown',
    ],
    ['in a paused container', inContainer, { ...seen, container: 'paused' as const }, 'alive'],
    ['in a container that has ended', inContainer, { ...seen, container: 'over' as const }, 'gone'],
    [
      'in a container before the machine was started again',
      inContainer,
      { ...seen, host: 'c0ffee', boot: 'c' },
      'gone',
    ],
  ])('%s', (_, who, facts, life) => expect(judgeProcess(who, facts)).toBe(life));
});
