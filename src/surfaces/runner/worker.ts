import { ownEnvironment } from './workers.js';

/**
 * For the workers of a run with `scope: 'worker'`, as one of the files that the runner loads into each of them before
 * the tests: puts the variables of the worker's own environment into `process.env`. Does nothing in other runs.
 */
export const environment = ownEnvironment(process.env);

Object.assign(process.env, environment?.env);
