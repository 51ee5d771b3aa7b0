import { expect, it } from 'vitest';
import { LABEL } from '../../src/domain/labels.js';
import type { ContainerSummary } from '../../src/engine/engine.js';
import type { Lease } from '../../src/manager/lease.js';
import { FIXTURE_IMAGE, NEVER, Scope } from '../support/scope.js';

const STACK = `
services:
  one: { image: "${FIXTURE_IMAGE}", ports: ["8080:8080"] }
  two: { image: "${FIXTURE_IMAGE}", ports: ["8081:8080"] }
`;

async function container(scope: Scope, lease: Lease, service: string): Promise<ContainerSummary> {
  const list = await scope.engine.containers({ [LABEL.lease]: lease.id }, NEVER);
  return list.find((each) => each.service === service) as ContainerSummary;
}

/** Ends a container as `docker stop` would, and returns when the engine says that it has ended. */
async function end(scope: Scope, lease: Lease, service: string): Promise<void> {
  const over = new AbortController();
  const events = await scope.engine.events({ [LABEL.lease]: lease.id }, over.signal);
  const { id } = await container(scope, lease, service);
  await scope.engine.exec(id, ['sh', '-c', 'kill -9 -1; kill 1'], NEVER).catch(() => {});
  for await (const { action, service: which } of events) if (action === 'die' && which === service) break;
  over.abort();
}

it('finds the environment as it was handed over, and what is different later, and then nothing is reset', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', STACK);
  const lease = await scope.manager.acquire({ cwd: scope.folder });
  await lease.check();
  expect((await scope.manager.check({ cwd: scope.folder })).id).toBe(lease.id);

  await end(scope, lease, 'two');
  const changed = {
    code: 'ENVIRONMENT_CHANGED',
    exitCode: 5,
    params: { project: lease.project, what: '"two" is exited' },
  };
  await expect(lease.check()).rejects.toMatchObject(changed);
  await expect(lease.reset({ commands: { one: ['touch', '/was-reset'] } })).rejects.toMatchObject(changed);
  const { id } = await container(scope, lease, 'one');
  expect((await scope.engine.exec(id, ['ls', '/was-reset'], NEVER)).exitCode).not.toBe(0);

  await scope.engine.removeContainer((await container(scope, lease, 'two')).id, NEVER);
  await expect(lease.check()).rejects.toThrow('"two" was removed');
  await lease.release();
  await expect(lease.check()).rejects.toMatchObject({ code: 'LEASE_NOT_FOUND' });
});

it('sees that a restarted container has got other ports', async () => {
  await using scope = new Scope();
  scope.file('compose.yml', STACK);
  await using lease = await scope.manager.acquire({ cwd: scope.folder, portMode: 'ephemeral' });
  await lease.check();
  const { id } = await container(scope, lease, 'one');
  await scope.engine.restart(id, 'kill', NEVER);
  const port = lease.services.one?.ports['8080/tcp'];
  await expect(lease.check()).rejects.toThrow(new RegExp(`"one" is reached at \\d+ for 8080/tcp, not at ${port}`));
});
