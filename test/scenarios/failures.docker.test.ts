import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { Scope } from '../support/scope.js';
import { fixture } from '../support/stacks.js';

interface Failure {
  readonly name: string;
  readonly compose: string;
  readonly args?: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: string;
  readonly exitCode: number;
  readonly says: RegExp;
}

const failures: readonly Failure[] = [
  {
    name: 'a service that never gets healthy',
    compose: fixture({ HEALTH: 'fail' }),
    args: ['--wait-timeout', '1s'],
    code: 'READY_TIMEOUT',
    exitCode: 4,
    says: /Not ready within 1 s: web/,
  },
  {
    name: 'an image that does not exist',
    compose: 'services: { web: { image: "127.0.0.1:9/no/such:1" } }',
    code: 'IMAGE_UNAVAILABLE',
    exitCode: 4,
    says: /image 127\.0\.0\.1:9\/no\/such:1 of service "web"/,
  },
  {
    name: 'a compose file with a typo',
    compose: 'services: { web: { imagee: busybox } }',
    code: 'COMPOSE_FILE_INVALID',
    exitCode: 2,
    says: /services\.web.*imagee/,
  },
  {
    name: 'an engine that is down',
    compose: fixture(),
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
    code: 'ENGINE_UNAVAILABLE',
    exitCode: 3,
    says: /No Docker engine answers at unix:\/\/\/nowhere\/docker\.sock/,
  },
  {
    name: 'a port range without room',
    compose: fixture({}, '  second: { image: x, ports: ["80"] }'),
    args: ['--ports', '31700-31700'],
    code: 'PORTS_EXHAUSTED',
    exitCode: 7,
    says: /No 2 ports in a row are free in 31700-31700/,
  },
];

describe('each failure is one clear error, and leaves nothing', () => {
  it.each(failures)('$name', async ({ compose, args = [], env = {}, code, exitCode, says }) => {
    await using scope = new Scope();
    const file = scope.file('compose.yml', compose);
    const result = await runCli(['start', '-f', file, '--state-dir', scope.stateDir, '--json', ...args], { env });
    const { success, error } = JSON.parse(result.stdout);
    expect({ success, code: error.code, exitCode: result.exitCode }).toEqual({ success: false, code, exitCode });
    expect(error.message).toMatch(says);
  });
});
