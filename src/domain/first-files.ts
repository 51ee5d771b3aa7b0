/** A file that `init` would write. */
export interface FirstFile {
  /** Relative to the project's folder. */
  readonly path: string;
  readonly content: string;
}

export type TestRunner = 'vitest' | 'jest' | 'playwright';

/** What the project's package.json asks for, in the order in which it is looked for. */
export function runnerOf(dependencies: readonly string[]): TestRunner | undefined {
  if (dependencies.includes('vitest')) return 'vitest';
  if (dependencies.includes('jest')) return 'jest';
  return dependencies.includes('@playwright/test') ? 'playwright' : undefined;
}

/** A config file and, where the runner is known, an example that shows how a test gets at its environment. */
export function firstFiles(composeFiles: readonly string[], name: string, runner: TestRunner | undefined): FirstFile[] {
  const config = `# What docker-manual makes environments with: docs/configuration.md has every key.
files: [${composeFiles.map((file) => JSON.stringify(file)).join(', ')}]
name: ${JSON.stringify(name)}
`;
  const files: FirstFile[] = [{ path: 'docker-manual.config.yaml', content: config }];
  const list = composeFiles.map((file) => `'${file.replaceAll("'", "\\'")}'`).join(', ');
  return runner === undefined ? files : [...files, ...EXAMPLES[runner](list)];
}

/** How the example is run. */
const RUN: Readonly<Record<TestRunner, string>> = {
  vitest: 'npx vitest run --config vitest.docker.config.mts',
  jest: 'npx jest --config jest.docker.config.cjs',
  playwright: 'npx playwright test --config playwright.docker.config.ts',
};

/** Each runner is given the environment by a file of its own, and the example finds its addresses in the variables. */
const EXAMPLES: Readonly<Record<TestRunner, (files: string) => FirstFile[]>> = {
  vitest: (files) => [
    {
      path: 'vitest.docker.config.mts',
      content: `import { dockerManual } from 'docker-manual/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [dockerManual({ files: [${files}] })],
  test: { include: ['test/environment.example.test.ts'] },
});
`,
    },
    {
      path: 'test/environment.example.test.ts',
      content: example("import { expect, test } from 'vitest';\n", RUN.vitest),
    },
  ],
  jest: (files) => [
    {
      path: 'jest.docker.config.cjs',
      content: `module.exports = {
  globalSetup: 'docker-manual/jest/setup',
  globalTeardown: 'docker-manual/jest/teardown',
  globals: { dockerManual: { files: [${files}] } },
  testMatch: ['**/test/environment.example.test.js'],
};
`,
    },
    { path: 'test/environment.example.test.js', content: example('', RUN.jest) },
  ],
  playwright: (files) => [
    {
      path: 'playwright.docker.config.ts',
      content: `import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'test',
  testMatch: 'environment.example.spec.ts',
  globalSetup: 'docker-manual/playwright',
  metadata: { dockerManual: { files: [${files}] } },
});
`,
    },
    {
      path: 'test/environment.example.spec.ts',
      content: example("import { expect, test } from '@playwright/test';\n", RUN.playwright),
    },
  ],
};

function example(imports: string, command: string): string {
  return `// ${command}
${imports}${imports === '' ? '' : '\n'}test('has an environment of its own', () => {
  // DM_<SERVICE>_HOST and DM_<SERVICE>_PORT for each service; DATABASE_URL, REDIS_URL … for known images.
  const { DM_PROJECT = 'none: run it by the command above' } = process.env;
  expect(DM_PROJECT).toMatch(/-[0-9a-f]{8}$/);
});
`;
}

/** The commands to type next. */
export function nextCommands(runner: TestRunner | undefined): readonly [string, string] {
  if (runner === undefined) return ['npx docker-manual start', 'npx docker-manual test -- npm test'];
  return ['npx docker-manual doctor', RUN[runner]];
}
