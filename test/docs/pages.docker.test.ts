import { execa } from 'execa';
import { describe, it, vi } from 'vitest';
import { Scope } from '../support/scope.js';
import { blocksFor, blocksOf, isProgram, PAGES } from './pages.js';
import { Reader } from './reader.js';

/** Two cores carry no more of them beside what the other worker runs. */
vi.setConfig({ maxConcurrency: 3 });

/** Everything that a reader would put into files, type or run, in the order of the page. */
function stepsOf(page: string) {
  return blocksOf(page).filter((block) => {
    const { check, file, reason, runBy } = block;
    return reason === undefined && runBy === undefined && (check === 'run' || file !== undefined || isProgram(block));
  });
}

const pages = PAGES.filter((page) => stepsOf(page).some((step) => step.check === 'run' || isProgram(step)));

/**
 * The commands of a page work as they are written, one block after the other in a project of their own: what an earlier
 * one has started or written is there for the later ones.
 */
describe('a reader can follow', () => {
  it.concurrent.each(pages)('%s', { timeout: 180_000 }, async (page) => {
    await using scope = new Scope();
    const steps = stepsOf(page);
    const reader = new Reader(scope, steps);
    try {
      for (const step of steps) await reader.follow(step);
    } finally {
      await scope.manager.clean({ all: true });
    }
  });
});

describe('Compose accepts the compose file', () => {
  const files = blocksFor('compose').map((block) => ({ ...block, at: `${block.page}:${block.line}` }));

  it.concurrent.each(files)('of $at', async ({ text }) => {
    await using scope = new Scope();
    scope.file('compose.yml', text);
    await execa('docker', ['compose', 'config', '--quiet'], { cwd: scope.folder });
  });
});
