import { dockerManual } from 'docker-manual/vitest';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    dockerManual({
      files: ['compose.yml'],
      onUnavailable: 'skip',
      external: { postgres: 'DATABASE_URL', redis: 'REDIS_URL' },
    }),
  ],
  test: { include: ['test/*.test.ts'] },
});
