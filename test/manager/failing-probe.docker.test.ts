import { describe, expect, it } from 'vitest';
import { whyNot } from '../../src/domain/verdict.js';
import { connectEngine } from '../../src/engine/docker-engine.js';
import { Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

const PASSWORD = 'tr0ub4dor-and-3';

function probedBy(command: string): string {
  return fixture({ DB_PASSWORD: PASSWORD }, `    healthcheck: { test: ["CMD-SHELL", ${JSON.stringify(command)}] }\n`);
}

describe('a health check that fails', () => {
  it('is shown while it is waited for and in the error, without the secrets that it prints', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', probedBy('echo probing; echo "refused: user web, $$DB_PASSWORD"; exit 3'));
    const acquiring = scope.manager.acquire({ cwd: scope.folder, waitTimeout: 5000 });
    const says = /health check fails, the last \d times: refused: user web, \*\*\*/;
    await expect(acquiring).rejects.toMatchObject({
      code: 'READY_TIMEOUT',
      message: expect.stringMatching(new RegExp(`^Not ready within 5 s: web \\(${says.source}\\)`)),
    });
    const told = scope.progress.flatMap((p) => (p.type === 'service' ? [whyNot(p.verdict)] : []));
    expect(told).toContainEqual(expect.stringMatching(says));
    expect(JSON.stringify(scope.progress)).not.toContain(PASSWORD);
  });

  it('is looked at every two seconds, and not at every probe', async () => {
    const engine = connectEngine(process.env);
    let looks = 0;
    const inspect: typeof engine.inspect = (id, signal) => {
      looks += 1;
      return engine.inspect(id, signal);
    };
    await using scope = new Scope({ engine: { ...engine, inspect } });
    scope.file('compose.yml', probedBy('exit 1'));
    await expect(scope.manager.acquire({ cwd: scope.folder, waitTimeout: 5000 })).rejects.toThrow('the last');
    // When it was created, when it started, after 2 s, after 4 s, and for the dossier; some fifty probes have run.
    expect(looks).toBeLessThanOrEqual(6);
  });
});
