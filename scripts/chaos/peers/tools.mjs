import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../../bench/support/command.mjs';
import { ABOUT_TESTCONTAINERS, installTestcontainers } from '../../../bench/support/testcontainers.mjs';
import { BASE, IMAGE, writeStack } from '../stack.mjs';

const CACHE = new URL('../../../.cache/', import.meta.url).pathname;
const API_OWNER = new URL('../api-owner.mjs', import.meta.url).pathname;
const DOCKEST = '3.1.0';

/** The stack without what a peer cannot start beside its namesakes; each service with ports of four digits, as dockest wants it. */
const STACK = {
  services: {
    init: {
      image: IMAGE,
      entrypoint: ['sleep', '0.2'],
      healthcheck: { disable: true },
      networks: ['front'],
      ports: ['8082:8080'],
    },
    db: {
      image: IMAGE,
      environment: { HEALTHY_AFTER: '0.3' },
      volumes: ['data:/data', '/anonymous'],
      networks: ['front', 'back'],
      ports: ['8080:8080'],
    },
    web: {
      image: IMAGE,
      volumes: ['/anonymous'],
      networks: ['back'],
      ports: ['8081:8080'],
      depends_on: { db: { condition: 'service_healthy' }, init: { condition: 'service_completed_successfully' } },
    },
  },
  networks: { front: {}, back: {} },
  volumes: { data: {} },
};

/**
 * One test run by each tool: start, 200 ms of tests, end. `prepare` readies a folder, `command` is what is run in it;
 * `clean` is the tool's own command for what dead runs left, where it has one.
 */
export const TOOLS = [
  {
    name: 'docker-manual',
    command: (folder) => [
      process.execPath,
      API_OWNER,
      JSON.stringify({ stateDir: join(folder, 'state'), cwd: folder, name: BASE, hold: 200 }),
    ],
  },
  {
    name: 'docker compose up -d --wait … down -v',
    command: () => ['sh', '-c', 'docker compose up -d --wait && sleep 0.2 && docker compose down -v -t 1'],
  },
  {
    name: 'testcontainers-node',
    about: ABOUT_TESTCONTAINERS,
    install: installTestcontainers,
    env: { TESTCONTAINERS_RYUK_DISABLED: 'true', TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' },
    command: (folder) => [
      process.execPath,
      new URL('./testcontainers.mjs', import.meta.url).pathname,
      join(CACHE, 'testcontainers/'),
      folder,
    ],
  },
  {
    name: 'dockest',
    about: `dockest ${DOCKEST}, with a docker-compose that calls "docker compose"`,
    install: installDockest,
    env: { PATH: `${join(CACHE, 'dockest/bin')}:${process.env.PATH}` },
    prepare(folder) {
      writeFileSync(join(folder, 'jest.config.cjs'), 'module.exports = { testMatch: ["**/*.test.cjs"] };\n');
      writeFileSync(join(folder, 'one.test.cjs'), 'it("passes", () => new Promise((r) => setTimeout(r, 200)));\n');
    },
    command: () => [process.execPath, new URL('./dockest.mjs', import.meta.url).pathname, join(CACHE, 'dockest/')],
  },
];

/** A folder with the stack, as a user's checkout. */
export function prepareFolder(folder, tool) {
  const file = writeStack(folder, STACK);
  // dockest reads the version with a pattern of its own.
  writeFileSync(file, `# version: 3.8\n${JSON.stringify(STACK)}\n`);
  tool.prepare?.(folder);
}

/** Into .cache and not into package.json: it is what we are compared with, not what we need. */
async function installDockest() {
  const folder = join(CACHE, 'dockest');
  if (!existsSync(join(folder, 'node_modules/dockest/package.json'))) {
    await must('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', `dockest@${DOCKEST}`, 'jest@29']);
  }
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const file = join(folder, 'bin/docker-compose');
  writeFileSync(file, '#!/bin/sh\nexec docker compose "$@"\n');
  chmodSync(file, 0o755);
}
