import { expect, it } from 'vitest';
import { Scope } from '../support/scope.js';

it('variables of the project reach Compose, whatever they are called', async () => {
  await using scope = new Scope({ env: { ...process.env, DOCKER_TAG: '1.7', BUILD_TARGET: 'app' } });
  scope.file('compose.yml', `services: { web: { build: ., image: "shop/web:\${DOCKER_TAG:-0}-\${BUILD_TARGET:-0}" } }`);
  scope.file('Dockerfile', 'FROM scratch\n');
  const { hazards } = await scope.manager.plan({ cwd: scope.folder });
  expect(hazards.find(({ kind }) => kind === 'image-tag')?.was).toBe('shop/web:1.7-app');
});

it('the name of a project in COMPOSE_PROJECT_NAME is the first part of ours', async () => {
  await using scope = new Scope({ env: { ...process.env, COMPOSE_PROJECT_NAME: 'suite-a' } });
  scope.file('compose.yml', 'services: { web: { image: x, container_name: web } }');
  const { hazards } = await scope.manager.plan({ cwd: scope.folder });
  expect(hazards.find(({ kind }) => kind === 'container-name')?.becomes).toMatch(/^suite-a-[0-9a-f]{8}-web-1/);
});
