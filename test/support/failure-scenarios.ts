import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import Docker from 'dockerode';
import { execa } from 'execa';
import type { PrivateEngine } from '../../scripts/private-engine.mjs';
import type { ErrorCode, ErrorParams } from '../../src/domain/errors.js';
import { FIXTURE_IMAGE } from './scope.js';

/** What an engine or Compose has said of a failure, as it said it. */
export interface Said {
  readonly source: 'api' | 'compose';
  /** As src/engine names it. */
  readonly operation: string;
  /** HTTP status of the API; null where no answer came. */
  readonly status?: number | null;
  /** Of `docker compose`. */
  readonly exitCode?: number;
  readonly text: string;
}

export interface Scenario {
  readonly name: string;
  /** What it means. */
  readonly code: ErrorCode;
  /** What has to be among the parameters of the error. */
  readonly params?: ErrorParams;
  provoke(bench: Bench): Promise<Said>;
}

/** Compose's arguments by operation, as src/engine/compose-cli.ts gives them. */
const COMMANDS = {
  'compose config': ['config', '--format', 'json'],
  'compose pull': ['pull', '--quiet'],
  'compose build': ['build'],
  'compose create': ['create', '--no-build'],
  'compose up': ['up', '--detach', '--no-build'],
} as const;

/** What stands in texts for the engine's folder. */
const FOLDER = '/run/private-engine';

/** A private engine and the means to make it fail. */
export class Bench implements AsyncDisposable {
  readonly engine: PrivateEngine;
  readonly api: Docker;
  readonly #processes: ChildProcess[] = [];

  constructor(engine: PrivateEngine) {
    this.engine = engine;
    this.api = new Docker({ socketPath: engine.socket });
  }

  docker(...args: readonly string[]): Promise<{ stdout: string }> {
    return execa('docker', args, { env: this.engine.env, extendEnv: false });
  }

  /** A program on the engine's network, once it says that it listens. */
  async program(command: string, ...words: readonly string[]): Promise<ChildProcess> {
    const [file, ...args] = this.engine.inside(command, words);
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#processes.push(child);
    await once(child.stdout, 'data');
    return child;
  }

  registry(): Promise<ChildProcess> {
    return this.program(process.execPath, new URL('registry.mjs', import.meta.url).pathname, '5000');
  }

  async listener(port: number): Promise<void> {
    await this.program(process.execPath, new URL('listen.mjs', import.meta.url).pathname, String(port));
  }

  file(name: string, text: string): string {
    const path = join(this.engine.folder, 'files', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Runs Compose on a file and returns what it wrote to stderr. */
  async compose(
    operation: keyof typeof COMMANDS,
    yaml: string,
    options: { readonly env?: NodeJS.ProcessEnv; readonly project?: string; readonly as?: readonly string[] } = {},
  ): Promise<Said> {
    const file = this.file('compose.yml', yaml);
    const { project = 'app', as = [] } = options;
    const command = [
      ...as,
      'docker',
      'compose',
      '--progress',
      'plain',
      '-f',
      file,
      '-p',
      project,
      ...COMMANDS[operation],
    ];
    const result = await execa(command[0] as string, command.slice(1), {
      env: { ...this.engine.env, ...options.env },
      extendEnv: false,
      reject: false,
    });
    return { source: 'compose', operation, exitCode: result.exitCode ?? -1, text: this.#anonymous(result.stderr) };
  }

  /** Runs an API call that is to fail. */
  async call(operation: string, run: (docker: Docker) => Promise<unknown>): Promise<Said> {
    try {
      await run(this.api);
    } catch (error) {
      const { statusCode, message } = error as Error & { statusCode?: number };
      return { source: 'api', operation, status: statusCode ?? null, text: this.#anonymous(message) };
    }
    throw new Error(`"${operation}" has not failed`);
  }

  /** What a reloaded firewall does: the engine's chains are gone. */
  async dropRules(): Promise<void> {
    await this.engine.script('iptables -t nat -F && iptables -t nat -X && iptables -F && iptables -X');
  }

  /** Removes every container, network and volume of the engine. */
  async clear(): Promise<void> {
    for (const child of this.#processes.splice(0)) child.kill('SIGKILL');
    const all = await this.api.listContainers({ all: true });
    await Promise.all(all.map((c) => this.api.getContainer(c.Id).remove({ force: true, v: true })));
    await this.api.pruneNetworks();
    await this.api.pruneVolumes({ filters: { all: ['true'] } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes) child.kill('SIGKILL');
    await this.engine[Symbol.asyncDispose]();
  }

  /** Without the name of the temporary folder, which is another one each time. */
  #anonymous(text: string): string {
    const { folder } = this.engine;
    return text.replaceAll(folder, FOLDER).replaceAll(encodeURIComponent(folder), encodeURIComponent(FOLDER));
  }
}

const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups'];
const create = { Image: FIXTURE_IMAGE };
const service = (more: string) => `services: { web: { image: ${FIXTURE_IMAGE}, ${more} } }`;
const publish = (host: string, port: number | string) => ({
  ...create,
  ExposedPorts: { '80/tcp': {} },
  HostConfig: { PortBindings: { '80/tcp': [{ HostIp: host, HostPort: String(port) }] } },
});

async function startPublished(bench: Bench, host: string, port: number | string): Promise<Said> {
  const container = await bench.api.createContainer({ name: 'second', ...publish(host, port) });
  return bench.call('start container', () => container.start());
}

async function holdPort(bench: Bench): Promise<void> {
  await bench.docker('run', '-d', '--name', 'holder', '-p', '127.0.0.1:15432:80', FIXTURE_IMAGE);
}

const pull = (image: string) => (bench: Bench) =>
  bench.compose('compose pull', `services: { web: { image: "${image}" } }`);
const registry = (image: string) => async (bench: Bench) => {
  await bench.registry();
  return pull(`127.0.0.1:5000/${image}`)(bench);
};
const config = (yaml: string) => (bench: Bench) => bench.compose('compose config', yaml);
const build = (dockerfile: string) => async (bench: Bench) => {
  bench.file('Dockerfile', dockerfile);
  return bench.compose('compose build', 'services: { web: { build: . } }');
};

/** What can be provoked on a healthy engine, which is as healthy afterwards. */
export const HARMLESS: readonly Scenario[] = [
  {
    name: 'container name in use, by the API',
    code: 'NAME_CONFLICT',
    params: { kind: 'container', name: 'database' },
    async provoke(bench) {
      await bench.docker('create', '--name', 'database', FIXTURE_IMAGE);
      return bench.call('create container', (docker) => docker.createContainer({ name: 'database', ...create }));
    },
  },
  {
    name: 'container name in use',
    code: 'NAME_CONFLICT',
    params: { kind: 'container', name: 'database', container: 'database' },
    async provoke(bench) {
      await bench.docker('create', '--name', 'database', FIXTURE_IMAGE);
      return bench.compose('compose create', service('container_name: database'));
    },
  },
  {
    name: 'port held by a container, by the API',
    code: 'PORT_CONFLICT',
    params: { port: 15432 },
    async provoke(bench) {
      await holdPort(bench);
      return startPublished(bench, '127.0.0.1', 15432);
    },
  },
  {
    name: 'port held by a container',
    code: 'PORT_CONFLICT',
    params: { port: 15432, container: 'app-web-1' },
    async provoke(bench) {
      await holdPort(bench);
      return bench.compose('compose up', service('ports: ["127.0.0.1:15432:80"]'));
    },
  },
  {
    name: 'port held by a process, by the API',
    code: 'PORT_CONFLICT',
    params: { port: 15432 },
    async provoke(bench) {
      await bench.listener(15432);
      return startPublished(bench, '127.0.0.1', 15432);
    },
  },
  {
    name: 'port held by a process',
    code: 'PORT_CONFLICT',
    params: { port: 15432, container: 'app-web-1' },
    async provoke(bench) {
      await bench.listener(15432);
      return bench.compose('compose up', service('ports: ["127.0.0.1:15432:80"]'));
    },
  },
  {
    name: 'port range full, by the API',
    code: 'PORT_CONFLICT',
    params: { port: 15432 },
    async provoke(bench) {
      await holdPort(bench);
      return startPublished(bench, '127.0.0.1', '15432-15432');
    },
  },
  {
    name: 'port range full',
    code: 'PORT_CONFLICT',
    params: { container: 'app-web-1' },
    async provoke(bench) {
      await bench.docker('run', '-d', '-p', '127.0.0.1:15432:80', '-p', '127.0.0.1:15433:81', FIXTURE_IMAGE);
      return bench.compose('compose up', service('ports: ["127.0.0.1:15432-15433:80"]'));
    },
  },
  {
    name: 'address not on host, by the API',
    code: 'ADDRESS_NOT_ON_HOST',
    params: { address: '10.255.255.1' },
    provoke: (bench) => startPublished(bench, '10.255.255.1', 15433),
  },
  {
    name: 'address not on host',
    code: 'ADDRESS_NOT_ON_HOST',
    params: { address: '10.255.255.1', container: 'app-web-1' },
    provoke: (bench) => bench.compose('compose up', service('ports: ["10.255.255.1:15433:80"]')),
  },
  {
    name: 'network name in use, by the API',
    code: 'NAME_CONFLICT',
    params: { kind: 'network', name: 'backend' },
    async provoke(bench) {
      await bench.docker('network', 'create', 'backend');
      return bench.call('create network', (docker) => docker.createNetwork({ Name: 'backend' }));
    },
  },
  {
    name: 'network of that name without labels',
    code: 'NAME_CONFLICT',
    params: { kind: 'network', name: 'backend' },
    async provoke(bench) {
      await bench.docker('network', 'create', 'backend');
      return bench.compose('compose create', `${service('')}\nnetworks: { default: { name: backend } }`);
    },
  },
  {
    name: 'network of another project',
    code: 'NAME_CONFLICT',
    params: { kind: 'network', name: 'backend' },
    async provoke(bench) {
      const yaml = `${service('')}\nnetworks: { default: { name: backend } }`;
      await bench.compose('compose create', yaml, { project: 'other' });
      return bench.compose('compose create', yaml);
    },
  },
  {
    name: 'volume of another project',
    code: 'NAME_CONFLICT',
    params: { kind: 'volume', name: 'precious' },
    async provoke(bench) {
      const yaml = `${service('volumes: ["data:/data"]')}\nvolumes: { data: { name: precious } }`;
      await bench.compose('compose create', yaml, { project: 'other' });
      return bench.compose('compose create', yaml);
    },
  },
  {
    name: 'volume of that name without labels',
    code: 'NAME_CONFLICT',
    params: { kind: 'volume', name: 'precious' },
    async provoke(bench) {
      await bench.docker('volume', 'create', 'precious');
      const yaml = `${service('volumes: ["data:/data"]')}\nvolumes: { data: { name: precious } }`;
      return bench.compose('compose create', yaml);
    },
  },
  {
    name: 'external network missing',
    code: 'EXTERNAL_MISSING',
    params: { kind: 'network', name: 'backend' },
    provoke: (bench) =>
      bench.compose('compose create', `${service('')}\nnetworks: { default: { name: backend, external: true } }`),
  },
  {
    name: 'external volume missing',
    code: 'EXTERNAL_MISSING',
    params: { kind: 'volume', name: 'precious' },
    provoke: (bench) =>
      bench.compose(
        'compose create',
        `${service('volumes: ["data:/data"]')}\nvolumes: { data: { name: precious, external: true } }`,
      ),
  },
  {
    name: 'address pools exhausted',
    code: 'NETWORKS_EXHAUSTED',
    async provoke(bench) {
      for (const name of ['a1', 'a2', 'a3']) await bench.docker('network', 'create', name);
      return bench.compose('compose create', service(''));
    },
  },
  {
    name: 'subnet overlap',
    code: 'SUBNET_CONFLICT',
    async provoke(bench) {
      await bench.docker('network', 'create', '--subnet', '10.231.0.0/28', 'other');
      const ipam = 'networks: { default: { ipam: { config: [{ subnet: 10.231.0.0/28 }] } } }';
      return bench.compose('compose create', `${service('')}\n${ipam}`);
    },
  },
  {
    name: 'subnet too small, by the API',
    code: 'NETWORK_FULL',
    params: { network: 'small' },
    async provoke(bench) {
      await bench.docker('network', 'create', '--subnet', '10.231.0.0/30', 'small');
      await bench.docker('run', '-d', '--network', 'small', FIXTURE_IMAGE);
      const container = await bench.api.createContainer({ ...create, HostConfig: { NetworkMode: 'small' } });
      return bench.call('start container', () => container.start());
    },
  },
  {
    name: 'subnet too small',
    code: 'NETWORK_FULL',
    params: { network: 'app_default' },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `${service('scale: 2')}\nnetworks: { default: { ipam: { config: [{ subnet: 10.231.0.0/30 }] } } }`,
      ),
  },
  {
    name: 'static address taken',
    code: 'START_FAILED',
    params: { container: 'app-b-1', reason: 'Address already in use' },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `services:
  a: { image: ${FIXTURE_IMAGE}, networks: { default: { ipv4_address: 10.231.0.5 } } }
  b: { image: ${FIXTURE_IMAGE}, networks: { default: { ipv4_address: 10.231.0.5 } }, depends_on: [a] }
networks: { default: { ipam: { config: [{ subnet: 10.231.0.0/28 }] } } }`,
      ),
  },
  {
    name: 'network in use',
    code: 'OBJECT_IN_USE',
    params: { kind: 'network', name: 'backend' },
    async provoke(bench) {
      await bench.docker('network', 'create', 'backend');
      await bench.docker('run', '-d', '--name', 'holder', '--network', 'backend', FIXTURE_IMAGE);
      return bench.call('remove network', (docker) => docker.getNetwork('backend').remove());
    },
  },
  {
    name: 'volume in use',
    code: 'OBJECT_IN_USE',
    params: { kind: 'volume', name: 'precious' },
    async provoke(bench) {
      await bench.docker('create', '--name', 'holder', '-v', 'precious:/data', FIXTURE_IMAGE);
      return bench.call('remove volume', (docker) => docker.getVolume('precious').remove());
    },
  },
  {
    name: 'image missing, by the API',
    code: 'IMAGE_UNAVAILABLE',
    params: { image: 'no-such:1' },
    provoke: (bench) => bench.call('create container', (docker) => docker.createContainer({ Image: 'no-such:1' })),
  },
  {
    name: 'image missing, pull never',
    code: 'IMAGE_UNAVAILABLE',
    params: { image: 'no-such:1', container: 'app-web-1' },
    provoke: (bench) =>
      bench.compose('compose create', 'services: { web: { image: "no-such:1", pull_policy: never } }'),
  },
  {
    name: 'no network to the registry',
    code: 'REGISTRY_UNREACHABLE',
    params: { registry: 'registry-1.docker.io' },
    provoke: pull('no-such:1'),
  },
  {
    name: 'no network to the registry, at create',
    code: 'REGISTRY_UNREACHABLE',
    params: { registry: 'registry-1.docker.io', service: 'web' },
    provoke: (bench) => bench.compose('compose create', 'services: { web: { image: "no-such:1" } }'),
  },
  {
    name: 'registry refuses connections',
    code: 'REGISTRY_UNREACHABLE',
    params: { registry: '127.0.0.1:5999' },
    provoke: pull('127.0.0.1:5999/no/such:1'),
  },
  { name: 'registry limits the rate', code: 'REGISTRY_RATE_LIMITED', provoke: registry('limited:1') },
  { name: 'registry wants a login', code: 'IMAGE_UNAVAILABLE', provoke: registry('private:1') },
  { name: 'registry denies', code: 'IMAGE_UNAVAILABLE', provoke: registry('denied:1') },
  { name: 'registry does not have it', code: 'IMAGE_UNAVAILABLE', provoke: registry('unknown:1') },
  { name: 'registry is broken', code: 'REGISTRY_UNREACHABLE', provoke: registry('broken:1') },
  {
    name: 'registry has it for other machines',
    code: 'IMAGE_PLATFORM_MISSING',
    params: { platform: 'linux/amd64' },
    provoke: registry('foreign:1'),
  },
  {
    name: 'bad image reference, by the API',
    code: 'IMAGE_REFERENCE_INVALID',
    provoke: (bench) => bench.call('create container', (docker) => docker.createContainer({ Image: 'busybox:' })),
  },
  {
    name: 'bad image reference',
    code: 'IMAGE_REFERENCE_INVALID',
    params: { image: 'busybox:' },
    provoke: pull('busybox:'),
  },
  {
    name: 'bad image reference, upper case',
    code: 'IMAGE_REFERENCE_INVALID',
    params: { image: 'Shop/API:1' },
    provoke: pull('Shop/API:1'),
  },
  {
    name: 'credential helper missing',
    code: 'CREDENTIAL_HELPER_FAILED',
    async provoke(bench) {
      const folder = dirname(bench.file('docker/config.json', '{ "credsStore": "nowhere" }'));
      const env = { DOCKER_CONFIG: folder };
      return bench.compose('compose pull', 'services: { web: { image: "127.0.0.1:5999/no/such:1" } }', { env });
    },
  },
  {
    name: 'bad command, by the API',
    code: 'COMMAND_INVALID',
    params: { command: '/nosuch', reason: 'stat /nosuch: no such file or directory' },
    async provoke(bench) {
      const container = await bench.api.createContainer({ ...create, Entrypoint: ['/nosuch'] });
      return bench.call('start container', () => container.start());
    },
  },
  {
    name: 'bad command',
    code: 'COMMAND_INVALID',
    params: { command: 'nosuch', reason: 'executable file not found in $PATH', container: 'app-web-1' },
    provoke: (bench) => bench.compose('compose up', service('entrypoint: ["nosuch"]')),
  },
  {
    name: 'command that may not be run',
    code: 'COMMAND_INVALID',
    params: { command: '/etc/passwd', reason: 'permission denied' },
    async provoke(bench) {
      const container = await bench.api.createContainer({ ...create, Entrypoint: ['/etc/passwd'] });
      return bench.call('start container', () => container.start());
    },
  },
  {
    name: 'unknown user',
    code: 'ENGINE_FAILED',
    params: { reason: 'unable to find user nobody-knows: no matching entries in passwd file' },
    async provoke(bench) {
      const container = await bench.api.createContainer({ ...create, User: 'nobody-knows' });
      return bench.call('start container', () => container.start());
    },
  },
  {
    name: 'bind source missing, by the API',
    code: 'MOUNT_INVALID',
    params: { reason: 'bind source path does not exist: /no/such/folder' },
    provoke: (bench) =>
      bench.call('create container', (docker) =>
        docker.createContainer({
          ...create,
          HostConfig: { Mounts: [{ Type: 'bind', Source: '/no/such/folder', Target: '/x' }] },
        }),
      ),
  },
  {
    name: 'bind source missing',
    code: 'MOUNT_INVALID',
    params: { reason: 'bind source path does not exist: /no/such/folder', container: 'app-web-1' },
    provoke: (bench) =>
      bench.compose(
        'compose create',
        service('volumes: [{ type: bind, source: /no/such/folder, target: /x, bind: { create_host_path: false } }]'),
      ),
  },
  {
    name: 'file mounted over a folder',
    code: 'MOUNT_INVALID',
    params: { container: 'app-web-1' },
    async provoke(bench) {
      const file = bench.file('a.txt', '');
      return bench.compose('compose up', service(`volumes: ["${file}:/etc"]`));
    },
  },
  {
    name: 'volume name of one letter',
    code: 'MOUNT_INVALID',
    params: { container: 'app-web-1' },
    provoke: (bench) => bench.compose('compose create', `${service('volumes: ["v:/d"]')}\nvolumes: { v: {} }`),
  },
  {
    name: 'dependency that exits',
    code: 'SERVICE_FAILED',
    params: { service: 'init', reason: "didn't complete successfully: exit 4" },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `services:
  init: { image: ${FIXTURE_IMAGE}, entrypoint: ["sh", "-c", "exit 4"] }
  web: { image: ${FIXTURE_IMAGE}, depends_on: { init: { condition: service_completed_successfully } } }`,
      ),
  },
  {
    name: 'dependency that gets unhealthy',
    code: 'SERVICE_FAILED',
    params: { container: 'app-db-1', reason: 'is unhealthy' },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `services:
  db: { image: ${FIXTURE_IMAGE}, healthcheck: { test: ["CMD", "false"], interval: 100ms, retries: 1 } }
  web: { image: ${FIXTURE_IMAGE}, depends_on: { db: { condition: service_healthy } } }`,
      ),
  },
  {
    name: 'dependency that exits before it is healthy',
    code: 'SERVICE_FAILED',
    params: { container: 'app-db-1', reason: 'exited (5)' },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `services:
  db: { image: ${FIXTURE_IMAGE}, entrypoint: ["sh", "-c", "exit 5"], healthcheck: { test: ["CMD", "false"] } }
  web: { image: ${FIXTURE_IMAGE}, depends_on: { db: { condition: service_healthy } } }`,
      ),
  },
  {
    name: 'dependency without a health check',
    code: 'SERVICE_FAILED',
    params: { container: 'app-db-1', reason: 'has no healthcheck configured' },
    provoke: (bench) =>
      bench.compose(
        'compose up',
        `services:
  db: { image: ${FIXTURE_IMAGE}, healthcheck: { disable: true } }
  web: { image: ${FIXTURE_IMAGE}, depends_on: { db: { condition: service_healthy } } }`,
      ),
  },
  { name: 'build fails', code: 'BUILD_FAILED', provoke: build(`FROM ${FIXTURE_IMAGE}\nRUN exit 3`) },
  {
    name: 'build fails in words of other failures',
    code: 'BUILD_FAILED',
    provoke: build(
      `FROM ${FIXTURE_IMAGE}\nRUN echo "connect ECONNREFUSED, ENOENT, permission denied, address already in use" >&2; exit 3`,
    ),
  },
  {
    name: 'build copies a file that is not there',
    code: 'BUILD_FAILED',
    provoke: build(`FROM ${FIXTURE_IMAGE}\nCOPY nosuch /`),
  },
  { name: 'build with a bad Dockerfile', code: 'BUILD_FAILED', provoke: build(`FROM ${FIXTURE_IMAGE}\nRUNN exit`) },
  {
    name: 'build needs an image without a network',
    code: 'REGISTRY_UNREACHABLE',
    params: { image: 'no-such:1', registry: 'registry-1.docker.io' },
    provoke: build('FROM no-such:1'),
  },
  {
    name: 'Dockerfile missing',
    code: 'BUILD_FAILED',
    provoke: (bench) =>
      bench.compose('compose build', 'services: { web: { build: { context: ., dockerfile: Nosuchfile } } }'),
  },
  {
    name: 'build folder missing',
    code: 'BUILD_FAILED',
    provoke: (bench) => bench.compose('compose build', 'services: { web: { build: ./nosuch } }'),
  },
  { name: 'YAML syntax', code: 'COMPOSE_FILE_INVALID', provoke: config('services:\n  a: [\n') },
  { name: 'YAML indentation', code: 'COMPOSE_FILE_INVALID', provoke: config('services:\n  a:\n\timage: x\n') },
  { name: 'schema, unknown key', code: 'COMPOSE_FILE_INVALID', provoke: config('services: { a: { imagee: x } }') },
  {
    name: 'schema, wrong type',
    code: 'COMPOSE_FILE_INVALID',
    params: { reason: 'services must be a mapping' },
    provoke: config('services: [a]'),
  },
  {
    name: 'schema, bad port',
    code: 'COMPOSE_FILE_INVALID',
    provoke: config('services: { a: { image: x, ports: ["99999:80"] } }'),
  },
  { name: 'neither image nor build', code: 'COMPOSE_FILE_INVALID', provoke: config('services: { a: { command: x } }') },
  {
    name: 'unknown network',
    code: 'COMPOSE_FILE_INVALID',
    provoke: config('services: { a: { image: x, networks: [y] } }'),
  },
  {
    name: 'unknown volume',
    code: 'COMPOSE_FILE_INVALID',
    provoke: config('services: { a: { image: x, volumes: ["data:/y"] } }'),
  },
  {
    name: 'unknown dependency',
    code: 'COMPOSE_FILE_INVALID',
    provoke: config('services: { a: { image: x, depends_on: [y] } }'),
  },
  {
    name: 'dependency cycle',
    code: 'COMPOSE_FILE_INVALID',
    params: { reason: 'dependency cycle detected: a -> b -> a' },
    provoke: config('services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }'),
  },
  {
    name: 'variable missing',
    code: 'VARIABLE_MISSING',
    params: { variable: 'TAGX' },
    provoke: config(`services: { a: { image: "x:\${TAGX:?}" } }`),
  },
  {
    name: 'variable missing, with words of its own',
    code: 'VARIABLE_MISSING',
    params: { variable: 'TAGX', why: 'say which version' },
    provoke: config(`services: { a: { image: "x:\${TAGX:?say which version}" } }`),
  },
  {
    name: 'bad interpolation',
    code: 'COMPOSE_FILE_INVALID',
    provoke: config(`services: { a: { image: "x:\${TAGX" } }`),
  },
  {
    name: 'compose file missing',
    code: 'REFERENCED_FILE_MISSING',
    params: { missing: '/run/private-engine/files/nosuch.yml' },
    async provoke(bench) {
      return bench.compose('compose config', 'include: [nosuch.yml]\nservices: { a: { image: x } }');
    },
  },
  {
    name: 'extended file missing',
    code: 'REFERENCED_FILE_MISSING',
    params: { missing: '/run/private-engine/files/nosuch.yml' },
    provoke: config('services: { a: { extends: { file: nosuch.yml, service: b } } }'),
  },
  {
    name: 'env file missing',
    code: 'REFERENCED_FILE_MISSING',
    params: { missing: '/run/private-engine/files/nosuch.env' },
    provoke: config('services: { a: { image: x, env_file: [nosuch.env] } }'),
  },
  {
    name: 'bad project name',
    code: 'PROJECT_NAME_INVALID',
    params: { name: '../x' },
    provoke: (bench) => bench.compose('compose config', 'services: { a: { image: x } }', { project: '../x' }),
  },
  {
    name: 'no right to the socket, by the API',
    code: 'ENGINE_FORBIDDEN',
    async provoke(bench) {
      chmodSync(bench.engine.folder, 0o755);
      const code = `require('net').connect('${bench.engine.socket}').on('error', (e) => console.log(e.message))`;
      const { stdout } = await execa('setpriv', [...NOBODY, process.execPath, '-e', code]);
      return bench.call('version', () => Promise.reject(new Error(stdout)));
    },
  },
  {
    name: 'no right to the socket',
    code: 'ENGINE_FORBIDDEN',
    async provoke(bench) {
      chmodSync(bench.engine.folder, 0o755);
      return bench.compose('compose create', service(''), {
        as: ['setpriv', ...NOBODY],
        env: { DOCKER_CONFIG: '/nonexistent' },
      });
    },
  },
  {
    name: 'engine absent, by the API',
    code: 'ENGINE_UNAVAILABLE',
    provoke: (bench) =>
      bench.call('version', () => new Docker({ socketPath: `${bench.engine.folder}/no.sock` }).version()),
  },
  {
    name: 'engine absent',
    code: 'ENGINE_UNAVAILABLE',
    provoke: (bench) =>
      bench.compose('compose create', service(''), { env: { DOCKER_HOST: `unix://${bench.engine.folder}/no.sock` } }),
  },
  {
    name: 'engine absent, by TCP and the API',
    code: 'ENGINE_UNAVAILABLE',
    provoke: (bench) => bench.call('version', () => new Docker({ host: '127.0.0.1', port: 9 }).version()),
  },
  {
    name: 'engine absent, by TCP',
    code: 'ENGINE_UNAVAILABLE',
    provoke: (bench) => bench.compose('compose create', service(''), { env: { DOCKER_HOST: 'tcp://127.0.0.1:9' } }),
  },
];

/** What damages the engine (which has a disk of 24 MB in memory); it is started again before each. */
export const DAMAGING: readonly Scenario[] = [
  {
    name: 'disk full, creating a network',
    code: 'ENGINE_DISK_FULL',
    async provoke(bench) {
      await bench.engine.fillDisk();
      return bench.compose('compose create', service(''));
    },
  },
  {
    name: 'disk full, creating a container, by the API',
    code: 'ENGINE_DISK_FULL',
    async provoke(bench) {
      await bench.engine.fillDisk();
      return bench.call('create container', (docker) => docker.createContainer(create));
    },
  },
  {
    name: 'disk full, creating a container',
    code: 'ENGINE_DISK_FULL',
    async provoke(bench) {
      await bench.engine.fillDisk();
      return bench.compose('compose create', service('network_mode: none'));
    },
  },
  { name: 'disk full, pulling', code: 'ENGINE_DISK_FULL', provoke: registry('large:1') },
  {
    name: 'disk full, building',
    code: 'BUILD_FAILED',
    provoke: build(`FROM ${FIXTURE_IMAGE}\nRUN dd if=/dev/zero of=/large bs=1M count=40`),
  },
  {
    name: 'engine killed while it pulls',
    code: 'ENGINE_UNAVAILABLE',
    async provoke(bench) {
      const server = await bench.registry();
      const said = pull('127.0.0.1:5000/hanging:1')(bench);
      await once(server.stdout as Readable, 'data');
      await bench.engine.kill();
      return said;
    },
  },
  {
    name: 'engine killed during a call',
    code: 'ENGINE_UNAVAILABLE',
    async provoke(bench) {
      // As the first process it does not hear SIGTERM: the engine answers after twenty seconds.
      const container = await bench.api.createContainer({ ...create, Entrypoint: ['sleep', '300'] });
      await container.start();
      const said = bench.call('restart container', () => container.restart({ t: 20 }));
      await bench.api.ping(); // the call before has been sent
      await bench.engine.kill();
      return said;
    },
  },
  {
    name: 'engine killed, its socket still there, by the API',
    code: 'ENGINE_UNAVAILABLE',
    async provoke(bench) {
      await bench.engine.kill();
      return bench.call('version', (docker) => docker.version());
    },
  },
  {
    name: 'engine killed, its socket still there',
    code: 'ENGINE_UNAVAILABLE',
    async provoke(bench) {
      await bench.engine.kill();
      return bench.compose('compose create', service(''));
    },
  },
  {
    name: 'firewall rules gone, by the API',
    code: 'ENGINE_BROKEN',
    async provoke(bench) {
      await bench.dropRules();
      return startPublished(bench, '127.0.0.1', 15432);
    },
  },
  {
    name: 'firewall rules gone',
    code: 'ENGINE_BROKEN',
    async provoke(bench) {
      await bench.dropRules();
      return bench.compose('compose create', service(''));
    },
  },
  {
    name: 'control groups gone',
    code: 'ENGINE_BROKEN',
    async provoke(bench) {
      await bench.engine.script('umount -l /sys/fs/cgroup/devices || umount -l /sys/fs/cgroup');
      const container = await bench.api.createContainer(create);
      return bench.call('start container', () => container.start());
    },
  },
];
