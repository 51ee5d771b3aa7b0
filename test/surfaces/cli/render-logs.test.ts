import { describe, expect, it } from 'vitest';
import type { ServiceLine } from '../../../src/index.js';
import { splitCommand } from '../../../src/surfaces/cli/exec.js';
import { logJson, logRenderer } from '../../../src/surfaces/cli/render-logs.js';
import { coloursOf, hasColour, isLive } from '../../../src/surfaces/cli/terminal.js';

function line(source: string, text: string, time: number | null = 0): ServiceLine {
  return { service: source, source, stream: 'stdout', time, text };
}

const plain = coloursOf({ isTTY: false }, {});
const colourful = coloursOf({ isTTY: true }, {});

describe('a log line', () => {
  it('begins with its service, in a column', () => {
    const render = logRenderer(['api', 'postgres'], plain, false);
    expect(render(line('api', 'up')) + render(line('postgres', 'ready'))).toBe('api      | up\npostgres | ready\n');
  });

  it('says when, where that is asked for and known', () => {
    const render = logRenderer(['api'], plain, true);
    expect(render(line('api', 'up'))).toBe('api | 1970-01-01T00:00:00.000Z up\n');
    expect(render(line('api', 'up', null))).toBe('api | up\n');
  });

  it('has a colour for each service', () => {
    const render = logRenderer(['api', 'db'], colourful, false);
    expect(render(line('api', 'up'))).toContain('\u001b[36mapi |');
    expect(render(line('db', 'up'))).toContain('\u001b[33mdb  |');
  });

  it('is one document for programs', () => {
    expect(JSON.parse(logJson(line('api', 'up')))).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      service: 'api',
      source: 'api',
      stream: 'stdout',
      text: 'up',
    });
  });
});

describe('colour', () => {
  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: false }, {}, false],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{ isTTY: false }, { FORCE_COLOR: '1' }, true],
    [{ isTTY: false }, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    [{ isTTY: false }, { CI: '1' }, false],
  ])('%j with %j: %s', (stream, env, expected) => {
    expect(hasColour(stream, env)).toBe(expected);
  });

  it('and drawing anew are two things: a CI log has no cursor', () => {
    expect(isLive({ isTTY: true }, {})).toBe(true);
    expect(isLive({ isTTY: true }, { CI: '1' })).toBe(false);
    expect(isLive({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  });
});

it('exec cuts its words at "--", else behind the first', () => {
  expect(splitCommand(['shop', 'db', '--', 'ls', '--', '-l'])).toEqual({
    target: ['shop', 'db'],
    command: ['ls', '--', '-l'],
  });
  expect(splitCommand(['db', 'ls', '-l'])).toEqual({ target: ['db'], command: ['ls', '-l'] });
});
