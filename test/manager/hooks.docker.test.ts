import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Hooks } from '../../src/domain/hooks.js';
import { Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

/** Each hook writes down its name, what it was given, and what is there at its time. */
function witness(scope: Scope): Hooks {
  const write = (more: string) => ['sh', '-c', `echo "$DM_HOOK $DM_PROJECT ${more}" >>${scope.folder}/seen`];
  return {
    beforeStart: write(''),
    afterReady: write('$(wget -qO- http://127.0.0.1:$DM_WEB_PORT/ | cut -d" " -f1)'),
    beforeStop: write('$(docker ps -q --filter name=$DM_PROJECT | wc -l)'),
    afterStop: write('$(docker ps -q --filter name=$DM_PROJECT | wc -l)'),
    onFailure: write('$DM_ERROR $(docker ps -aq --filter name=$DM_PROJECT | wc -l)'),
  };
}

function seen(scope: Scope): string[] {
  return readFileSync(join(scope.folder, 'seen'), 'utf8').trim().split('\n');
}

describe('hooks', () => {
  it('run at their points, and are in the history', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const { project } = await scope.manager.acquire({
      cwd: scope.folder,
      name: 'shop',
      hooks: witness(scope),
      ttl: null,
    });
    await scope.manager.stop({ names: [project] });
    expect(seen(scope)).toEqual([
      `beforeStart ${project} `,
      `afterReady ${project} fixture`,
      `beforeStop ${project} 1`,
      `afterStop ${project} 0`,
    ]);
    const told = (await scope.manager.history({ name: project })).filter(({ action }) => action === 'hook');
    expect(told.map(({ detail }) => detail)).toEqual(
      ['beforeStart', 'afterReady', 'beforeStop', 'afterStop'].map((hook) => ({
        hook,
        exitCode: 0,
        ms: expect.any(Number),
      })),
    );
  });

  it('that fail before it is ready fail the start, with their output, in error and dossier', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture({ SECRET_TOKEN: 'canary-31ab' }));
    const afterReady = ['sh', '-c', 'echo migrating; echo no such table canary-31ab >&2; exit 3'];
    const failure = await scope.manager
      .acquire({ cwd: scope.folder, hooks: { ...witness(scope), afterReady } })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'HOOK_FAILED', step: 'hook', exitCode: 4 });
    expect(failure.message).toContain('The hook afterReady (sh -c');
    expect(failure.message).toContain('exited with code 3.');
    expect(failure.message).toContain('| no such table ***');
    expect(failure.message).not.toContain('canary-31ab');
    const files = readdirSync(failure.dossier).map((file) => readFileSync(join(failure.dossier, file), 'utf8'));
    expect(files.join('')).toContain('migrating');
    expect(files.join('')).not.toContain('canary-31ab');
    expect(seen(scope)[1]).toMatch(/^onFailure \S+ HOOK_FAILED 1$/);
  });

  it('that fail at the end keep nothing from being removed', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const hooks = { beforeStop: ['sh', '-c', 'exit 9'], afterStop: 'no-such-program-here' };
    const lease = await scope.manager.acquire({ cwd: scope.folder, hooks });
    await lease.release();
    const notices = scope.progress.flatMap((told) => (told.type === 'notice' ? [told.text] : []));
    expect(notices).toEqual([
      expect.stringContaining('The hook beforeStop (sh -c exit 9) exited with code 9'),
      expect.stringContaining('The hook afterStop (no-such-program-here) cannot be run'),
    ]);
  });

  it('end with their deadline, and with everything that they have started', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const beforeStart = ['sh', '-c', 'sleep 4711 & echo $!; wait'];
    const failure = await scope.manager
      .acquire({ cwd: scope.folder, hooks: { beforeStart }, waitTimeout: 1000 })
      .catch((error) => error);
    expect(failure).toMatchObject({ code: 'HOOK_FAILED', params: { reason: 'was ended: its time was over' } });
    const pid = Number(/\| (\d+)/.exec(failure.message)?.[1]);
    // Gone, or a zombie that nobody has asked about yet.
    const left = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
    expect(left).toBe('');
  });

  it('may be a module', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    scope.file(
      'seed.mjs',
      `import { writeFileSync } from 'node:fs';
       export default ({ hook, project, env }) => writeFileSync('${scope.folder}/seen', [hook, project, env.DM_LEASE].join(' '));`,
    );
    const hooks = { afterReady: { module: './seed.mjs' } };
    await using lease = await scope.manager.acquire({ cwd: scope.folder, hooks });
    expect(seen(scope)).toEqual([`afterReady ${lease.project} ${lease.id}`]);
  });

  it('may stand in the config file', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    scope.file('docker-manual.config.yaml', `hooks: { afterReady: [sh, -c, 'echo $DM_HOOK >seen'] }\n`);
    await using _ = await scope.manager.acquire({ cwd: scope.folder });
    expect(seen(scope)).toEqual(['afterReady']);
  });

  it('that nobody could run are refused before anything is made', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', fixture());
    const refused = (hooks: object) =>
      scope.manager.acquire({ cwd: scope.folder, hooks: hooks as Hooks }).catch((error) => error.message);
    expect(await refused({ afterReday: 'true' })).toContain('did you mean "afterReady"?');
    expect(await refused({ afterReady: 'a | b' })).toContain('write ["sh", "-c", "a | b"]');
    expect(await refused({ afterReady: [] })).toContain('neither a command nor');
  });
});
