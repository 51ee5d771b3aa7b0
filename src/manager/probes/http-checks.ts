import type { HttpCheck } from './http.js';
import type { ProbeTarget } from './probe.js';

type Env = ProbeTarget['env'];

/** Families that are asked by HTTP: which page, and what a ready server answers. Any status below 500 unless said. */
export const HTTP_CHECKS: Readonly<Record<string, HttpCheck | ((env: Env) => HttpCheck)>> = {
  // 502 and 503 while what is behind it starts; a page of its own is not needed
  nginx: { path: '/' },
  httpd: { path: '/' },
  // They answer for services that are not theirs.
  caddy: { path: '/', statuses: 'any' },
  traefik: { path: '/', statuses: 'any' },

  clickhouse: { path: '/ping', statuses: [200], body: /Ok\./ },
  influxdb: { path: '/health' },
  // 408: not even yellow yet; 401: up, and asks for the password
  elasticsearch: clusterHealth(),
  opensearch: clusterHealth(),
  meilisearch: { path: '/health' },
  typesense: { path: '/health' },
  qdrant: { path: '/readyz' },
  weaviate: { path: '/v1/.well-known/ready' },
  etcd: { path: '/health' },

  minio: { path: '/minio/health/ready' },
  // Its init scripts (buckets, queues) run after it is up; 404: too old to say so.
  localstack: { path: '/_localstack/init/ready', statuses: [200, 404], body: /"completed": ?true/ },
  // These two have no page for it and answer 400 when they are up.
  azurite: { path: '/' },
  'dynamodb-local': { path: '/' },
  // Sealed or not initialised is what the test's own setup changes.
  vault: { path: '/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200' },

  'schema-registry': { path: '/subjects' },
  // 405: traces are posted
  'otel-collector': { path: '/v1/traces' },
  prometheus: { path: '/-/ready' },
  grafana: { path: '/api/health' },
  jaeger: { path: '/' },
  zipkin: { path: '/health' },
  'temporal-ui': { path: '/' },

  keycloak: (env) => ({
    path: `${folder(env.KC_HTTP_RELATIVE_PATH ?? (env.KEYCLOAK_USER ? 'auth' : ''))}/realms/master`,
  }),
  gitea: { path: '/api/healthz' },
  // 400: installed, but "127.0.0.1" is not one of its domains. Without an administrator it waits for a person.
  nextcloud: (env) =>
    env.NEXTCLOUD_ADMIN_USER
      ? { path: '/status.php', statuses: [200, 400], body: /"installed": ?true/ }
      : { path: '/status.php' },
  // 500 while it cannot reach its database
  wordpress: { path: '/' },
  ghost: { path: '/' },
  pgadmin: { path: '/misc/ping' },
  n8n: (env) => ({ path: `${folder(env.N8N_ENDPOINT_HEALTH || 'healthz')}/readiness` }),
  'n8n-runners': { path: '/healthz' },
  'immich-server': { path: '/api/server/ping' },
  'immich-machine-learning': { path: '/ping' },
  portainer: { path: '/api/system/status' },
  ollama: { path: '/' },
  electric: { path: '/v1/health', statuses: [200], body: /"active"/ },
  umami: { path: '/api/heartbeat' },
  imgproxy: { path: '/health' },
};

function clusterHealth(): HttpCheck {
  return {
    path: '/_cluster/health?wait_for_status=yellow&timeout=1s',
    statuses: [200, 401, 403],
    body: /"timed_out": ?false/,
  };
}

/** "auth", "/auth/" → "/auth"; "" and "/" → "". */
function folder(path: string): string {
  const name = path.replace(/^\/+|\/+$/g, '');
  return name === '' ? '' : `/${name}`;
}
