import { expect, it } from 'vitest';
import { imageFamily } from '../../src/domain/image-family.js';

it.each([
  ['postgres:16-alpine', 'postgres'],
  ['registry:5000/team/my-postgres16@sha256:0a', 'postgres'],
  ['pgvector/pgvector:pg16', 'postgres'],
  ['valkey/valkey:8', 'redis'],
  ['redis-exporter', undefined],
  ['postgres-backup', undefined],
])('image %s', (image, family) => expect(imageFamily(image)?.name).toBe(family));
