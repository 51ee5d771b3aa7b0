import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { FIXTURE_IMAGE, Scope } from '../support/scope.js';
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
    name: 'an image that is not here, and a registry that does not answer',
    compose: 'services: { web: { image: "127.0.0.1:9/no/such:1" } }',
    code: 'REGISTRY_UNREACHABLE',
    exitCode: 4,
    says: /image 127\.0\.0\.1:9\/no\/such:1 of service "web" is not here, .* connection refused/,
  },
  {
    name: 'an image whose name is none',
    compose: 'services: { web: { image: "Shop/API:1" } }',
    code: 'IMAGE_REFERENCE_INVALID',
    exitCode: 2,
    says: /"Shop\/API:1" of service "web"/,
  },
  {
    name: 'a variable without a value',
    compose: `services: { web: { image: "x:\${NO_SUCH_TAG:?say which}" } }`,
    code: 'VARIABLE_MISSING',
    exitCode: 2,
    says: /compose\.yml needs the variable NO_SUCH_TAG, .*say which/,
  },
  {
    name: 'an env file that is not there',
    compose: 'services: { web: { image: x, env_file: nosuch.env } }',
    code: 'REFERENCED_FILE_MISSING',
    exitCode: 2,
    says: /compose\.yml names a file that is not there: \S+\/nosuch\.env/,
  },
  {
    name: 'an external network that does not exist',
    compose: `${fixture({}, '    networks: [nosuch]\n')}networks: { nosuch: { external: true } }`,
    args: ['--external', 'share'],
    code: 'EXTERNAL_MISSING',
    exitCode: 2,
    says: /The network "nosuch"/,
  },
  {
    name: 'a command that is not in the image',
    compose: fixture({}, '    entrypoint: ["/no/such"]\n'),
    code: 'COMMAND_INVALID',
    exitCode: 4,
    says: /Service "web" cannot run "\/no\/such": stat \/no\/such: no such file or directory/,
  },
  {
    name: 'a file mounted onto a folder',
    compose: fixture({}, '    volumes: ["./compose.yml:/etc:ro"]\n'),
    code: 'MOUNT_INVALID',
    exitCode: 4,
    says: /A mount of service "web" is not possible: error mounting ".*compose\.yml" to rootfs at "\/etc"/,
  },
  {
    name: 'a volume of one letter, which Compose takes for a drive: its service is found by what it has',
    compose: fixture({}, '    volumes: ["d:/data"]\n').concat(
      `  other: { image: ${FIXTURE_IMAGE} }\nvolumes: { d: {} }\n`,
    ),
    code: 'MOUNT_INVALID',
    exitCode: 4,
    says: /A mount of service "web" is not possible: invalid mount path: 'd:\/data'/,
  },
  {
    name: 'a build whose step fails, in its own words and without its secrets',
    compose: `services:
  web:
    build:
      context: .
      args: { NPM_TOKEN: glpat-1234567 }
      dockerfile_inline: |
        FROM ${FIXTURE_IMAGE}
        ARG NPM_TOKEN
        RUN echo "bad token $$NPM_TOKEN ECONNREFUSED" && exit 3`,
    code: 'BUILD_FAILED',
    exitCode: 4,
    says: /Building service "web" by dockerfile_inline failed at RUN .* exit code: 3\n .*bad token \*\*\* ECONNREFUSED/,
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
