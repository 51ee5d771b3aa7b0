/** What can be done with pools. */
export const POOL_WORK = ['fill', 'status', 'drain'] as const;
export type PoolWork = (typeof POOL_WORK)[number];
