import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/leak-check.ts'],
    // Tests mostly wait for the engine: of two cores, two workers leave more than half of the time unused.
    maxWorkers: 3,
    // Where coverage is measured, what tests start tells what it has run.
    ...(process.env.DM_TEST_COVERAGE ? { env: { NODE_V8_COVERAGE: process.env.DM_TEST_COVERAGE } } : {}),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
