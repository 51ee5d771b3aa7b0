import { inject } from 'vitest';
import { environment } from './worker.js';

/** The plugin's file for vitest's `setupFiles`: `inject('dockerManual')` is this worker's own environment. */
if (environment) Object.assign(inject('dockerManual'), environment);
