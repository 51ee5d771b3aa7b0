/** Apart from what they choose: the table of options is loaded by every command, image families only by a few. */
export const LIMITS = ['none', 'recommended'] as const;
export const FAST_STORAGE = ['volume', 'tmpfs', 'auto'] as const;
