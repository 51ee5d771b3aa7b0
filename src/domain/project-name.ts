import { EnvironmentError } from './errors.js';

/** Compose's rule is `^[a-z0-9][a-z0-9_-]*$`; 63 is what fits a DNS label. */
export const PROJECT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

/** Length of "-" and the eight hex digits that make a project name unique. */
const SUFFIX_LENGTH = 9;

/**
 * Turns any text (a folder's name, --name, COMPOSE_PROJECT_NAME) into the first part of a project name, as Compose
 * itself would: lowercase, foreign characters dropped.
 *
 * @throws PROJECT_NAME_INVALID when nothing is left.
 */
export function projectBase(text: string): string {
  const base = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
    .slice(0, 63 - SUFFIX_LENGTH);
  if (base === '') {
    const reason = 'it has no letter or digit to start with';
    throw new EnvironmentError('PROJECT_NAME_INVALID', { name: text, reason });
  }
  return base;
}

/** `<base>-<first 8 hex digits of the lease id>`. */
export function projectName(base: string, leaseId: string): string {
  return `${base}-${leaseId.slice(0, SUFFIX_LENGTH - 1)}`;
}
