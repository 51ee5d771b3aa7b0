import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { Lease } from '../../src/manager/lease.js';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';

/** A base with data in a volume, and a web server before it that says `body`. */
function stack(body: string, more = ''): string {
  return `
services:
  base:
    image: ${FIXTURE_IMAGE}
    ports: ["8080"]
    volumes: ["data:/data"]
  web:
    image: ${FIXTURE_IMAGE}
    environment: { BODY: "${body}" }
    ports: ["8080:8080"]
    depends_on: { base: { condition: service_healthy } }
${more}
volumes: { data: {} }
`;
}

async function containers(scope: Scope, lease: string): Promise<Record<string, string>> {
  const all = await scope.engine.containers({ [LABEL.lease]: lease }, NEVER);
  return Object.fromEntries(all.map(({ service, id }) => [service, id]));
}

async function says(lease: Lease): Promise<string> {
  return (await (await fetch(`http://127.0.0.1:${lease.services.web?.ports['8080/tcp']}/`)).text()).trim();
}

/** Every file that is kept, as text. */
function textsBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((e) => e.isFile()).map((e) => readFileSync(join(e.parentPath, e.name), 'latin1'));
}

function dataOf(scope: Scope, base: string | undefined, command: string): Promise<{ output: string }> {
  return scope.engine.exec(base ?? '', ['sh', '-c', command], NEVER);
}

describe('an update', () => {
  it('makes only what is different anew, at its addresses, and a rollback leads back, with the data', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', stack('one'));
    await using lease = await scope.manager.acquire({ cwd: scope.folder, mode: 'shared' });
    const first = await containers(scope, lease.id);
    await dataOf(scope, first.base, 'echo old > /data/row');
    const name = lease.project;
    expect(await scope.manager.update({ name })).toMatchObject({ changed: [], removed: [] });

    scope.file('compose.yml', stack('two', `  late: { image: "${FIXTURE_IMAGE}", ports: ["8080"] }`));
    const updated = await scope.manager.update({ name });
    expect(updated).toMatchObject({ changed: ['late', 'web'], removed: [] });
    const second = await containers(scope, lease.id);
    expect([second.base, await says(lease)]).toEqual([first.base, 'two']);
    const late = updated.record.bindings.find(({ service }) => service === 'late');
    expect((await fetch(`http://127.0.0.1:${late?.port}/`)).ok).toBe(true);
    await using joined = await scope.manager.acquire({ cwd: scope.folder, mode: 'shared' });
    expect(joined.id).toBe(lease.id);

    expect(await scope.manager.rollback({ name })).toMatchObject({ changed: ['web'], removed: ['late'] });
    const third = await containers(scope, lease.id);
    expect(third).toMatchObject({ base: first.base });
    expect([third.late, await says(lease)]).toEqual([undefined, 'one']);
    // A restart, also one that makes it anew, does not bring what the files say.
    await scope.manager.restart({ name, services: ['web'] });
    expect(await says(lease)).toBe('one');
    expect((await dataOf(scope, third.base, 'cat /data/row')).output).toBe('old\n');
    expect((await scope.manager.history({ name })).map(({ action }) => action)).toEqual(
      expect.arrayContaining(['updated', 'rolled back']),
    );
  });

  it('that fails brings back what was there, and says so with the evidence', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', stack('one'));
    await using lease = await scope.manager.acquire({ cwd: scope.folder, mode: 'shared' });
    const before = await containers(scope, lease.id);
    await dataOf(scope, before.base, 'echo old > /data/row');
    scope.file('compose.yml', stack('two').replace('BODY:', 'CRASH_AFTER: "0", SECRET_TOKEN: "s3cr3t-of-two", BODY:'));
    const asked = scope.manager.update({ name: lease.project });
    await expect(asked).rejects.toMatchObject({
      code: 'UPDATE_FAILED',
      params: { after: 'What was there before runs again' },
      dossier: expect.stringContaining(lease.project),
    });
    const after = await containers(scope, lease.id);
    expect([after.base, await says(lease)]).toEqual([before.base, 'one']);
    expect((await dataOf(scope, after.base, 'cat /data/row')).output).toBe('old\n');
    expect(textsBelow(scope.stateDir).filter((text) => text.includes('s3cr3t-of-two'))).toEqual([]);
    scope.file('compose.yml', stack('two').replace('BODY:', 'START_DELAY: "60", BODY:'));
    const aborted = new AbortController();
    const events = await scope.engine.events({ [LABEL.lease]: lease.id }, NEVER);
    const update = scope.manager.update({ name: lease.project, signal: aborted.signal }).catch((error) => error);
    for await (const { action } of events) if (action === 'start') break;
    aborted.abort();
    expect([await update, await says(lease)]).toMatchObject([{ code: 'ABORTED' }, 'one']);
    await expect(scope.manager.rollback({ name: lease.project })).rejects.toMatchObject({
      code: 'NOTHING_TO_ROLL_BACK',
    });
  });

  it('of one for dev keeps its ports and its data, knows another image by the same name, and goes back to the very image', async () => {
    await using scope = new Scope();
    const image = `dm-test-moved:${randomBytes(4).toString('hex')}`;
    await scope.engine.tagImage(FIXTURE_IMAGE, image, NEVER);
    scope.file(
      'compose.dev.yml',
      stack('').replace(`image: ${FIXTURE_IMAGE}\n    environment: { BODY: "" }`, `image: ${image}`),
    );
    const lease = await scope.manager.acquire({ cwd: scope.folder, env: 'dev' });
    const { base, web } = await containers(scope, lease.id);
    await dataOf(scope, base, 'echo old > /data/row');
    const started = await says(lease);
    execFileSync('docker', ['commit', '-c', 'ENV BODY=two', web ?? '', image]);
    const at = ['--state-dir', scope.stateDir];
    const updated = await runCli(['update', '--json', ...at], { cwd: scope.folder });
    expect(JSON.parse(updated.stdout)).toMatchObject({ data: { changed: ['web'], lease: { id: lease.id } } });
    expect([await says(lease), (await containers(scope, lease.id)).base]).toEqual(['two', base]);
    const { stdout } = await runCli(['rollback', ...at], { cwd: scope.folder });
    expect(stdout).toBe(`${lease.project} rolled back: web made anew and ready`);
    expect((await says(lease)).split(' host')[0]).toBe(started.split(' host')[0]);
    expect((await dataOf(scope, base, 'cat /data/row')).output).toBe('old\n');
    await scope.engine.removeImage(image, NEVER);
    await expect(scope.manager.rollback({ cwd: scope.folder })).rejects.toMatchObject({ code: 'IMAGE_GONE' });
    expect((await says(lease)).split(' host')[0]).toBe(started.split(' host')[0]);
    await scope.manager.stop({ cwd: scope.folder, volumes: true });
  });

  it('of an environment for one test is refused', async () => {
    await using scope = new Scope();
    scope.file('compose.yml', `services: { web: { image: "${FIXTURE_IMAGE}" } }`);
    await using lease = await scope.manager.acquire({ cwd: scope.folder });
    await expect(scope.manager.update({ name: lease.project })).rejects.toMatchObject({ code: 'UPDATE_UNFIT' });
  });
});
