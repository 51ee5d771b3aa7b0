import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/leak-check.ts'],
    // Real engines on two cores: four environments at a time is what they carry without starving each other.
    maxWorkers: 2,
    // Where coverage is measured, what tests start tells what it has run.
    ...(process.env.DM_TEST_COVERAGE ? { env: { NODE_V8_COVERAGE: process.env.DM_TEST_COVERAGE } } : {}),
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
