import { option } from '../families/family.js';
import type { DataStrategy } from './strategy.js';

/** redis-cli of Redis, valkey-cli of Valkey; what has neither says so. */
const SCRIPT = `client=$(command -v valkey-cli || command -v redis-cli || command -v keydb-cli) ||
  { echo "the image has no redis-cli"; exit 127; }
exec "$client" -p "$1" FLUSHALL`;

/** Redis, Valkey and what speaks their protocol: everything is removed; nothing is kept. */
export const REDIS_DATA: DataStrategy = {
  outcome: 'emptied',
  alone: false,
  reset: ({ client, env, command }) => {
    const password = client.REDIS_PASSWORD;
    return {
      command: ['sh', '-c', SCRIPT, 'sh', option(command, 'port', env) ?? '6379'],
      env: password ? { REDISCLI_AUTH: password } : {},
      // The client ends with 0 also after an answer such as NOAUTH.
      proof: /^OK$/m,
    };
  },
};
