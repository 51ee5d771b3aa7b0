import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectEngine } from '../../../src/engine/docker-engine.js';
import type { Lease } from '../../../src/manager/lease.js';
import { FIXTURE_IMAGE, Scope } from '../../support/scope.js';

let scope: Scope;
let lease: Lease;
const before: { copy: () => Promise<unknown>; start: () => Promise<unknown> } = {
  copy: async () => {},
  start: async () => {},
};
const port = () => lease.services.web?.ports['8080/tcp'] as number;

beforeAll(async () => {
  const engine = connectEngine(process.env);
  scope = new Scope({
    engine: {
      ...engine,
      async copyIntoVolume(...copy) {
        await before.copy();
        await engine.copyIntoVolume(...copy);
      },
      async start(...container) {
        await before.start();
        await engine.start(...container);
      },
    },
  });
  const web = `image: ${FIXTURE_IMAGE}, ports: ["8080:8080", "53:53/udp"], volumes: ["data:/data"], init: true`;
  scope.file('compose.yml', `services: { web: { ${web} } }\nvolumes: { data: }\n`);
  lease = await scope.manager.acquire({ cwd: scope.folder });
});

afterAll(async () => {
  await lease.release();
  await scope.manager.purgeVolumes({ names: ['one', 'two'] });
  await scope[Symbol.asyncDispose]();
});

async function taken(): Promise<Server> {
  const server = createServer();
  await once(server.listen(port(), '127.0.0.1'), 'listening');
  return server;
}

it('ports of services that are stopped for a snapshot go to nobody else meanwhile', async () => {
  const tried: unknown[] = [];
  before.copy = async () => {
    tried.push(await taken().catch((error) => error.code));
    const udp = createSocket('udp4');
    const bound = once(udp, 'listening');
    udp.bind(lease.services.web?.ports['53/udp'], '127.0.0.1');
    tried.push(await bound.catch((error) => error.code));
    udp.close();
  };
  await scope.manager.saveSnapshot({ snapshot: 'one', name: lease.id });
  await scope.manager.restoreSnapshot({ snapshot: 'one', name: lease.id });
  expect(tried).toEqual(Array(4).fill('EADDRINUSE'));
  await lease.check();
});

it('whoever takes one at the last moment is named, with the service that misses it', async () => {
  before.copy = async () => {};
  let squatter: Server | undefined;
  before.start = async () => {
    squatter ??= await taken();
  };
  await expect(scope.manager.saveSnapshot({ snapshot: 'two', name: lease.id })).rejects.toMatchObject({
    code: 'PORT_CONFLICT',
    params: { port: port(), service: 'web', holder: expect.stringContaining(String(process.pid)) },
  });
  squatter?.close();
  await scope.manager.restart({ name: lease.id });
  await lease.check();
});
