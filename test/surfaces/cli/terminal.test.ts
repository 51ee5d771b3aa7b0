import { expect, it } from 'vitest';
import { hasColour, isLive } from '../../../src/surfaces/cli/terminal.js';

it.each([
  ['a terminal', true, {}, true, true],
  ['a pipe', undefined, {}, false, false],
  ['NO_COLOR', true, { NO_COLOR: '1' }, false, true],
  ['NO_COLOR that is empty', true, { NO_COLOR: '' }, true, true],
  ['NO_COLOR and FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, true],
  ['FORCE_COLOR on a pipe', undefined, { FORCE_COLOR: '1' }, true, false],
  ['FORCE_COLOR=0', true, { FORCE_COLOR: '0' }, false, true],
  ['TERM=dumb', true, { TERM: 'dumb' }, false, false],
  ['CI on a terminal', true, { CI: 'true' }, true, false],
])('%s', (_, isTTY, env, colour, live) => {
  expect([hasColour({ isTTY }, env), isLive({ isTTY }, env)]).toEqual([colour, live]);
});
