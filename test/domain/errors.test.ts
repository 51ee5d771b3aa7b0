import { describe, expect, it } from 'vitest';
import { CATALOGUE, EnvironmentError, EXIT_CODES } from '../../src/domain/errors.js';

describe('errors', () => {
  it('fills in what happened and keeps the cause', () => {
    const cause = new Error('x');
    const error = new EnvironmentError('COMPOSE_FILE_MISSING', { file: 'a.yml' }, { cause });
    expect(error.message).toBe('No compose file: a.yml.');
    expect(error).toMatchObject({ exitCode: 2, cause });
  });

  it('has one exit code a family', () => {
    for (const { family } of Object.values(CATALOGUE)) expect(EXIT_CODES[family]).toBeGreaterThan(1);
  });
});
