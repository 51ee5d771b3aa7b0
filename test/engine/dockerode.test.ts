import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import Docker from '../../src/engine/dockerode.js';

const ofDockerode = createRequire(createRequire(import.meta.url).resolve('dockerode'));
const isLoaded = (part: string) =>
  Object.keys(ofDockerode.cache).some((file) => file.includes(`/node_modules/${part}/`));

it('loads SSH when it is asked for, gRPC not before a build of its own, and is whole all the same', () => {
  expect(new Docker({ host: '127.0.0.1', port: 1 })).toHaveProperty('modem');
  expect(['@grpc/grpc-js', 'protobufjs', 'ssh2'].filter(isLoaded)).toEqual([]);
  const agent = ofDockerode('docker-modem/lib/ssh')({ host: '127.0.0.1', port: 1 });
  expect(agent).toHaveProperty('createConnection');
  expect(isLoaded('ssh2')).toBe(true);
  // What else in this process uses dockerode finds the part itself from then on.
  expect(ofDockerode('docker-modem/lib/ssh').toString()).toContain('Client');
});
