import { defineConfig } from '@playwright/test';
import type { RunOptions } from 'docker-manual/playwright';

const dockerManual: RunOptions = { files: ['compose.yml'] };

export default defineConfig({
  testDir: 'test',
  reporter: 'line',
  globalSetup: 'docker-manual/playwright',
  metadata: { dockerManual },
});
