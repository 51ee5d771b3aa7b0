import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentError } from '../../src/domain/errors.js';
import { readConfig } from '../../src/manager/config.js';
import { type Context, createContext } from '../../src/manager/context.js';
import { Manager } from '../../src/manager/manager.js';
import { FakeEngine } from '../support/fake-engine.js';

let stateDir: string;
let started: number;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'dm-available-'));
  started = 0;
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const model = { name: 'x', services: {} };

/** A manager whose engine does not answer until it is started. */
function manager(code: 'ENGINE_UNAVAILABLE' | 'ENGINE_FORBIDDEN', env: NodeJS.ProcessEnv = {}): Manager {
  const down = new FakeEngine(model);
  down.failures.set('ping', new EnvironmentError(code, { endpoint: 'unix:///x', reason: 'ENOENT' }));
  let engine = down;
  const context: Context = {
    ...createContext(readConfig({ stateDir, env })),
    engine: async () => engine,
    startEngine: async () => {
      started += 1;
      engine = new FakeEngine(model);
      return engine;
    },
  };
  return new Manager(context);
}

describe('available', () => {
  it('answers with the error when no engine does, and starts none by itself', async () => {
    const answer = await manager('ENGINE_UNAVAILABLE').available();
    expect(answer).toMatchObject({ available: false, error: { code: 'ENGINE_UNAVAILABLE', step: 'engine' } });
    expect(started).toBe(0);
  });

  it.each([
    ['the option', { startEngine: true }, {}],
    ['the variable', {}, { DOCKER_MANUAL_START_ENGINE: '1' }],
  ])('starts it by %s', async (_, options, env) => {
    const answer = await manager('ENGINE_UNAVAILABLE', env).available(options);
    expect(answer).toEqual({ available: true, endpoint: 'fake://', engine: '26.1.5', api: '1.45' });
    expect(started).toBe(1);
  });

  it('starts nothing where the option says so, or where another engine would be as closed', async () => {
    const env = { DOCKER_MANUAL_START_ENGINE: 'yes' };
    expect(await manager('ENGINE_UNAVAILABLE', env).available({ startEngine: false })).toMatchObject({
      available: false,
    });
    expect(await manager('ENGINE_FORBIDDEN', env).available()).toMatchObject({ error: { code: 'ENGINE_FORBIDDEN' } });
    expect(started).toBe(0);
  });

  it('does not take a wrong setting for a missing engine, nor an abort', async () => {
    const wrong = new Manager(createContext(readConfig({ stateDir, env: { HOME: stateDir, DOCKER_CONTEXT: 'none' } })));
    await expect(wrong.available()).rejects.toMatchObject({ code: 'CONTEXT_UNKNOWN', exitCode: 2 });
    const signal = AbortSignal.abort(new Error('Ctrl-C'));
    await expect(manager('ENGINE_UNAVAILABLE').available({ signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
