import { describe, expect, it } from 'vitest';
import { judgeOwner, type ProcessOwner } from '../../src/domain/owner.js';

describe('owner', () => {
  const owner: ProcessOwner = { kind: 'process', host: 'h', boot: 'b', pid: 7, startTicks: 100, command: 'x' };
  const alive = { startTicks: 100, state: 'S' };
  it.each([
    ['the same process', { host: 'h', boot: 'b', process: alive }, 'alive'],
    ['stopped by a debugger', { host: 'h', boot: 'b', process: { ...alive, state: 'T' } }, 'alive'],
    ['a zombie', { host: 'h', boot: 'b', process: { ...alive, state: 'Z' } }, 'gone'],
    ['its number given to another', { host: 'h', boot: 'b', process: { startTicks: 101, state: 'S' } }, 'gone'],
    ['nobody', { host: 'h', boot: 'b', process: undefined }, 'gone'],
    ['before a reboot', { host: 'h', boot: 'c', process: alive }, 'gone'],
    ['on another machine', { host: 'i', boot: 'c', process: undefined }, 'unknown'],
  ])('%s', (_, facts, life) => expect(judgeOwner(owner, facts)).toBe(life));
});
