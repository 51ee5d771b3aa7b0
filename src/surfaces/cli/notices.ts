import type { OnProgress } from '../../index.js';
import { progressLine } from '../progress-line.js';

/** For commands that show no progress: only what the user has to know, on stderr. */
export const showNotices: OnProgress = (progress) => {
  if (progress.type === 'notice') process.stderr.write(`${progressLine(progress)}\n`);
};
