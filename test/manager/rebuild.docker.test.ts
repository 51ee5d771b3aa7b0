import { expect, it } from 'vitest';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';

const DOCKERFILE = `FROM ${FIXTURE_IMAGE}\nCOPY . /app\n`;
const STACK = `
services:
  app: { build: ./app, ports: ["8080"] }
  other: { image: "${FIXTURE_IMAGE}" }
`;

function project(): Scope {
  const scope = new Scope();
  scope.file('compose.yml', STACK);
  scope.file('app/Dockerfile', DOCKERFILE);
  scope.file('app/code', 'one');
  return scope;
}

async function containers(scope: Scope, lease: string): Promise<Record<string, string>> {
  const all = await scope.engine.containers({ 'dev.docker-manual.lease': lease }, NEVER);
  return Object.fromEntries(all.map(({ service, id }) => [service, id]));
}

it('replaces what has changed in the environment of the folder, at the same address, and nothing else', async () => {
  await using scope = project();
  await using lease = await scope.manager.acquire({ cwd: scope.folder, mode: 'shared' });
  const before = await containers(scope, lease.record.id);
  expect(await scope.manager.rebuild({ cwd: scope.folder })).toMatchObject({ replaced: [] });
  scope.file('app/code', 'two');
  const { replaced, record } = await scope.manager.rebuild({ cwd: scope.folder, services: ['app'] });
  expect([replaced, record?.id]).toEqual([['app'], lease.record.id]);
  const after = await containers(scope, lease.record.id);
  expect(after.other).toBe(before.other);
  const { output } = await scope.engine.exec(after.app ?? '', ['cat', '/app/code'], NEVER);
  expect(output).toBe('two');
  expect(await scope.manager.rollback({ name: lease.project })).toMatchObject({ changed: ['app'], removed: [] });
  const { app = '' } = await containers(scope, lease.record.id);
  expect((await scope.engine.exec(app, ['cat', '/app/code'], NEVER)).output).toBe('one');
  await expect(fetch(`http://127.0.0.1:${lease.services.app?.ports['8080/tcp']}`)).resolves.toMatchObject({ ok: true });
});

it('what does not become ready gives way to what was there', async () => {
  await using scope = project();
  await using lease = await scope.manager.acquire({ cwd: scope.folder });
  scope.file('app/Dockerfile', `${DOCKERFILE}ENTRYPOINT ["false"]\n`);
  await expect(scope.manager.rebuild({ cwd: scope.folder })).rejects.toMatchObject({ code: 'SERVICE_FAILED' });
  const { app = '' } = await containers(scope, lease.record.id);
  expect(await scope.engine.inspect(app, NEVER)).toMatchObject({ status: 'running' });
});

it('without an environment it only builds; noCache builds dependencies too', async () => {
  await using scope = project();
  const { images, record } = await scope.manager.rebuild({ cwd: scope.folder });
  expect(record).toBe(null);
  const first = await scope.engine.image(images.app ?? '', NEVER);
  const again = await scope.manager.rebuild({ cwd: scope.folder, noCache: true });
  expect(again.images).toEqual(images);
  expect((await scope.engine.image(images.app ?? '', NEVER))?.id).not.toBe(undefined);
  expect(scope.progress.filter((p) => p.type === 'building')).toHaveLength(2);
  expect(first).toBeDefined();
});

it('a service that is not built is refused by name', async () => {
  await using scope = project();
  const asked = scope.manager.rebuild({ cwd: scope.folder, services: ['other'] });
  await expect(asked).rejects.toMatchObject({ code: 'OPTION_INVALID', params: { option: 'services' } });
});
