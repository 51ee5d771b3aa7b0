import { expect, it } from 'vitest';
import { FakeEngine } from '../support/fake-engine.js';
import { Scope } from '../support/scope.js';

it('listens to the engine before it tells what was: nothing that follows the first event is missed', async () => {
  const engine = new FakeEngine({ name: 'x', services: { db: { image: 'fake' } } }, { db: {} });
  const listen = engine.events.bind(engine);
  let listening = 0;
  await using scope = new Scope({ engine });
  scope.file('compose.yml', 'services: {}');
  const lease = await scope.manager.acquire({ cwd: scope.folder });
  engine.events = (labels, signal) => {
    listening += 1;
    return listen(labels, signal);
  };
  const ended = new AbortController();
  for await (const event of scope.manager.events({ follow: true, signal: ended.signal })) {
    expect(event.type).toBe('lease:claimed');
    expect(listening).toBe(1);
    break;
  }
  await lease.release();
});

it('tells what was before it says that the engine cannot be listened to', async () => {
  const engine = new FakeEngine({ name: 'x', services: { db: { image: 'fake' } } }, { db: {} });
  await using scope = new Scope({ engine });
  scope.file('compose.yml', 'services: {}');
  const lease = await scope.manager.acquire({ cwd: scope.folder });
  engine.events = () => Promise.reject(new Error('gone'));
  const seen: string[] = [];
  const all = async () => {
    for await (const { type } of scope.manager.events({ follow: true })) seen.push(type);
  };
  await expect(all()).rejects.toThrow('gone');
  expect(seen).toContain('lease:ready');
  await lease.release();
});
