import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIgnore } from '../../../src/domain/build/ignore.js';
import { hashContext } from '../../../src/manager/build/context-hash.js';
import { NEVER } from '../../support/scope.js';

const name = fc.constantFrom('a', 'b', 'c.md', 'src', 'x.log');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const pattern = fc
  .array(fc.constantFrom('a', 'b', '*', '**', '*.md', '?', '[ab]', 'src', 'x.log', '..', '.'), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((parts) => fc.constantFrom('', '!', '/').map((before) => before + parts.join('/')));

/** What the engine gets: the context as a build copies it. */
async function sent(context: string): Promise<string[]> {
  const out = mkdtempSync(join(tmpdir(), 'dm-sent-'));
  try {
    const input = 'FROM scratch\nCOPY . /\n';
    await execa('docker', ['build', '--quiet', '--output', out, '--file', '-', context], { input });
    return readdirSync(out, { recursive: true }).map(String).sort();
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

it('hashes what the engine is sent: of random trees and patterns, leaving out what is ignored changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(path, { minLength: 3, maxLength: 8 }),
      fc.array(pattern, { maxLength: 4 }),
      async (paths, lines) => {
        const folder = mkdtempSync(join(tmpdir(), 'dm-context-'));
        try {
          const context = join(folder, 'context');
          mkdirSync(context);
          for (const each of paths) write(join(context, each));
          const ignore = lines.join('\n');
          const rules = parseIgnore(ignore);
          if (!rules) return;
          writeFileSync(join(context, '.dockerignore'), ignore);
          const whole = await hashContext(join(folder, 'state'), context, rules, NEVER);
          const kept = await sent(context).catch(() => undefined);
          if (!kept) return; // the engine refuses the pattern
          // The same tree made only of what the engine was sent has the same hash under no rules at all.
          const other = join(folder, 'other');
          mkdirSync(other);
          for (const each of kept) copy(context, other, each);
          const part = await hashContext(join(folder, 'state'), other, { patterns: [], exceptions: false }, NEVER);
          expect(part.content, `${ignore}\n--\n${paths.join('\n')}`).toBe(whole.content);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 25 },
  );
});

/** A file, unless one of its folders is a file already. */
function write(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, file.slice(-3));
  } catch {
    // two paths of the random tree exclude each other
  }
}

function copy(from: string, to: string, path: string): void {
  mkdirSync(dirname(join(to, path)), { recursive: true });
  if (statSync(join(from, path)).isDirectory()) mkdirSync(join(to, path), { recursive: true });
  else copyFileSync(join(from, path), join(to, path));
}
