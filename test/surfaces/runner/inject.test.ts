import { expectTypeOf, inject, it } from 'vitest';
import { defineConfig } from 'vitest/config';
import type { RunInfo, RunOptions } from '../../../src/surfaces/runner/run.js';
import { dockerManual } from '../../../src/surfaces/runner/vitest.js';

it('a test knows the type of what is injected, and a configuration that of the plugin', () => {
  expectTypeOf(inject<'dockerManual'>).returns.toEqualTypeOf<RunInfo>();
  expectTypeOf(inject<'dockerManualOptions'>).returns.toEqualTypeOf<RunOptions>();
  expectTypeOf(defineConfig).toBeCallableWith({ plugins: [dockerManual({ files: ['compose.yml'] })] });
});
