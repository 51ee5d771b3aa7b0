import type { WriteStream } from 'node:tty';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Verdict } from '../../src/index.js';
import { progressRenderer } from '../../src/surfaces/cli/render-progress.js';
import { Heartbeat } from '../../src/surfaces/heartbeat.js';

const service = (name: string, verdict: Verdict) =>
  ({ type: 'service', project: 'shop-1', service: name, verdict, afterMs: 0 }) as const;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe('the heartbeat', () => {
  it('names what has begun and is not ready, since when and why, and not what waits for it', () => {
    const heartbeat = new Heartbeat();
    heartbeat.note(service('db', { state: 'healthy' }), 1000);
    heartbeat.note(service('api', { state: 'starting', why: 'health check: starting' }), 4000);
    heartbeat.note(service('web', { state: 'created' }), 4000);
    expect(heartbeat.line(11_000)).toBe('shop-1: still waiting for api (10s): health check: starting');
    heartbeat.note(service('mq', { state: 'starting', why: 'no answer' }), 12_000);
    expect(heartbeat.line(21_000)).toBe(
      'shop-1: still waiting for api, mq (20s): api: health check: starting; mq: no answer',
    );
  });

  it('speaks of a pull until the next step, and is silent when there is nothing to wait for', () => {
    const heartbeat = new Heartbeat();
    expect(heartbeat.line(0)).toBeUndefined();
    heartbeat.note({ type: 'fetching', project: 'shop-1', images: ['postgres:16'] }, 0);
    expect(heartbeat.line(90_000)).toBe('shop-1: still pulling postgres:16 (1m30s)');
    heartbeat.note({ type: 'step', step: 'create' }, 90_000);
    expect(heartbeat.line(100_000)).toBeUndefined();
    heartbeat.note(service('db', { state: 'starting', why: 'x' }), 100_000);
    heartbeat.note({ type: 'ready', project: 'shop-1', afterMs: 1 }, 101_000);
    expect(heartbeat.line(110_000)).toBeUndefined();
  });

  it('shows the latest of a failing health check, which alone is no line of its own', () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as WriteStream;
    const render = progressRenderer(stream, {});
    const fails = (probe: string) => service('api', { state: 'starting', why: 'health check fails', probe });
    for (const often of [2, 3, 5]) render.show(fails(`the last ${often} times: refused`));
    vi.advanceTimersByTime(10_000);
    render.end();
    expect(written.slice(1)).toEqual([
      'shop-1: api starting after 0.0s (health check fails, the last 2 times: refused)\n',
      'shop-1: still waiting for api (10s): health check fails, the last 5 times: refused\n',
    ]);
  });

  it('is written every ten seconds where there is no terminal, until the end', () => {
    vi.useFakeTimers();
    const written: string[] = [];
    const stream = { isTTY: false, write: (text: string) => written.push(text) } as unknown as WriteStream;
    const render = progressRenderer(stream, {});
    render.show(service('api', { state: 'starting', why: 'health check: starting' }));
    written.length = 0;
    vi.advanceTimersByTime(20_000);
    render.end();
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([
      'shop-1: still waiting for api (10s): health check: starting\n',
      'shop-1: still waiting for api (20s): health check: starting\n',
    ]);
  });
});

describe('the board of a terminal', () => {
  it('shows what a failing health check says, and after its end only lines', () => {
    vi.useFakeTimers();
    vi.stubEnv('CI', '');
    vi.stubEnv('TERM', 'xterm');
    let written = '';
    const write = (text: string) => {
      written += text;
    };
    const render = progressRenderer({ isTTY: true, columns: 120, write } as unknown as WriteStream, {});
    const probe = 'the last 5 times: refused';
    render.show(service('api', { state: 'starting', why: 'health check fails', probe }));
    expect(written).toContain('health check fails, the last 5 times: refused');
    render.end();
    written = '';
    const services = { api: 'exited with code 3' };
    render.show({ type: 'unhealthy', project: 'shop-1', services, action: 'restart' });
    vi.advanceTimersByTime(1000);
    expect(written).toBe('shop-1: api exited with code 3: bringing it back\n');
  });
});
