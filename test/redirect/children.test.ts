import { expect, it } from 'vitest';
import { runRedirected } from './support/run-redirected.js';
import { tcpServer } from './support/servers.js';

it('covers worker threads and child processes, except those that are given an environment without it', async () => {
  await using published = await tcpServer('published');
  await using leased = await tcpServer('leased');
  expect(await runRedirected('children.mjs', published.port, leased.port)).toEqual({
    worker: 'leased',
    'worker with execArgv': 'leased',
    'worker with no execArgv': 'leased',
    'worker with a copy of the environment': 'leased',
    'worker with an environment of its own': 'published',
    fork: 'leased',
    'fork with execArgv': 'leased',
    'fork with an environment of its own': 'published',
    spawn: 'leased',
    'spawn through a shell': 'leased',
    'spawn with a copy of the environment': 'leased',
    'spawn with an environment of its own': 'published',
    exec: 'leased',
    execFile: 'leased',
  });
});
