import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { Scope } from '../support/scope.js';
import { blocksOf, ROOT } from './pages.js';
import { formOf } from './reader.js';

/** Whether the script would build first, under the hands of the tests that run beside this one. */
function wouldBuild(): boolean {
  const built = statSync(`${ROOT}.cache/build-stamp`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' });
  return sources.some((name) => statSync(join(ROOT, 'src', name)).mtimeMs > built);
}

/** README.md's first command, on a machine where everything is prepared already; ./scripts/test sees to that. */
it.skipIf(wouldBuild())('the quickstart prints what README.md shows', { timeout: 180_000 }, async () => {
  await using scope = new Scope();
  const [block] = blocksOf('README.md');
  const [typed = '', ...shown] = block?.text.trimEnd().split('\n') ?? [];
  expect(typed).toBe('$ ./scripts/quickstart');
  try {
    const { stdout } = await execa(`${ROOT}scripts/quickstart`, {
      cwd: ROOT,
      env: { DOCKER_MANUAL_HOME: scope.stateDir },
    });
    expect(stdout).toMatch(formOf(shown));
  } finally {
    await scope.manager.clean({ all: true });
  }
});
