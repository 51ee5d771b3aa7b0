import { describe, expect, it } from 'vitest';
import { type ServiceHealth, systemHealth } from '../../src/domain/health-report.js';

function service(part: Partial<ServiceHealth> = {}): ServiceHealth {
  return { health: 'healthy', containers: [], answer: { state: 'answers' }, ...part };
}

const silent = service({ answer: { state: 'silent', why: 'connection refused' } });

describe('the health of the whole', () => {
  it.each([
    ['all well', { a: service(), b: service({ health: 'completed', answer: { state: 'unknown' } }) }, 'healthy'],
    ['one not begun', { a: service(), b: service({ health: 'starting' }) }, 'starting'],
    ['one ill', { a: service(), b: service({ health: 'unhealthy' }) }, 'unhealthy'],
    ['one ended', { a: service(), b: service({ health: 'stopped' }) }, 'unhealthy'],
    ['all ended', { a: service({ health: 'stopped' }), b: service({ health: 'stopped' }) }, 'stopped'],
    ['nothing there', {}, 'stopped'],
    ['runs, and does not answer', { a: service(), b: silent }, 'unhealthy'],
    ['does not answer yet', { a: service({ health: 'starting', answer: { state: 'silent' } }) }, 'starting'],
  ])('%s', (_, services, expected) => {
    expect(systemHealth(services).health).toBe(expected);
  });

  it('names the reasons: those of containers before the silence that they explain', () => {
    const dead = service({
      health: 'stopped',
      containers: [{ name: 'shop-db-1', health: 'stopped', why: 'exited with code 3' }],
    });
    expect(systemHealth({ api: silent, db: dead }).reasons).toEqual([
      'api does not answer: connection refused',
      'shop-db-1: exited with code 3',
    ]);
  });
});
