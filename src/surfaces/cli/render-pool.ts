import { formatDuration, type PoolStatus } from '../../index.js';
import { table } from './table.js';

export function poolTable(pools: readonly PoolStatus[], now: number): string {
  if (pools.length === 0) return 'No pools. Make one: docker-manual pool fill -f compose.yml --pool 2\n';
  const rows = pools.map(({ key, name, state, warm, filling, used, min, max, endsAt, files }) => [
    key.slice(0, 8),
    name,
    state,
    `${warm}/${min}`,
    String(filling),
    max === null ? String(used) : `${used} (at most ${max} in all)`,
    endsAt > now ? `in ${formatDuration(endsAt - now)}` : 'now',
    files.join(', '),
  ]);
  const failed = pools.flatMap(({ key, failures, error }) =>
    error === null ? [] : [`\n${key.slice(0, 8)}: ${failures} fills have failed, the last one: ${error}\n`],
  );
  const head = ['POOL', 'NAME', 'STATE', 'READY', 'FILLING', 'IN USE', 'ENDS', 'FILES'];
  return `${table([head, ...rows])}\n${failed.join('')}`;
}
