import { FIXTURE_IMAGE, POSTGRES_IMAGE, REDIS_IMAGE } from './scope.js';

/** A real PostgreSQL and a real Redis with everything that collides when the file is started twice. */
export const POSTGRES_AND_REDIS = `
services:
  postgres:
    image: ${POSTGRES_IMAGE}
    container_name: the-database
    environment: { POSTGRES_PASSWORD: secret, POSTGRES_DB: app }
    command: ["postgres", "-c", "fsync=off"]
    ports: ["5432:5432"]
    volumes: ["data:/var/lib/postgresql/data"]
    healthcheck: { test: ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"], interval: 10s, retries: 5 }
  redis:
    image: ${REDIS_IMAGE}
    ports: ["6379:6379"]
    healthcheck: { test: ["CMD", "redis-cli", "ping"], interval: 10s, retries: 5 }
volumes:
  data: {}
`;

/** One small web server; `environment` sets how it behaves (scripts/images.d/entry-fixture.sh). */
export function fixture(environment: Readonly<Record<string, string>> = {}, more = ''): string {
  return `
services:
  web:
    image: ${FIXTURE_IMAGE}
    environment: ${JSON.stringify(environment)}
    ports: ["8080:8080"]
${more}`;
}

/** Three services that ignore SIGTERM, each waiting for the one before: `docker compose down` takes half a minute. */
export const STUBBORN_CHAIN = `
services:
  a: &stubborn
    image: ${FIXTURE_IMAGE}
    entrypoint: ["sh", "-c", "trap '' TERM INT; while :; do sleep 1; done"]
    healthcheck: { test: ["CMD", "true"], interval: 1s }
  b: { <<: *stubborn, depends_on: { a: { condition: service_started } } }
  c: { <<: *stubborn, depends_on: { b: { condition: service_started } } }
`;
