import { describe, expect, it } from 'vitest';
import { IMAGE_FAMILIES, imageFamily } from '../../src/domain/image-family.js';

const IMAGES: [string, string | undefined][] = [
  ['postgres:16-alpine', 'postgres'],
  ['registry:5000/team/my-postgres16@sha256:0a', 'postgres'],
  ['registry:5000/team/postgres', 'postgres'],
  ['localhost:5000/postgres:16@sha256:0a', 'postgres'],
  ['pgvector/pgvector:pg16', 'postgres'],
  ['postgis/postgis:16-3.4', 'postgres'],
  ['timescale/timescaledb-ha:pg16', 'postgres'],
  ['supabase/postgres:15.8.1', 'postgres'],
  ['ghcr.io/immich-app/postgres:14', 'postgres'],
  ['bitnami/postgresql:16', 'postgres'],
  ['dm-test-postgres16', 'postgres'],
  ['postgres-backup', undefined],
  ['supabase/postgres-meta:v0.84', undefined],
  ['wait-for-postgres', undefined],
  ['registry.supertokens.io/supertokens/supertokens-postgresql:9', undefined],
  ['cockroachdb/cockroach:v24.3.0', 'cockroach'],
  ['mysql:8.4', 'mysql'],
  ['mysql/mysql-server:8.0', 'mysql'],
  ['percona:8', 'mysql'],
  ['lscr.io/linuxserver/mariadb:11', 'mariadb'],
  ['dm-test-mariadb', 'mariadb'],
  ['mcr.microsoft.com/mssql/server:2022-latest', 'mssql'],
  ['mcr.microsoft.com/azure-sql-edge:2.0.0', 'mssql'],
  ['temporalio/server:1.25', 'temporal'],
  ['onedev/server', undefined],
  ['clickhouse/clickhouse-server:24.12-alpine', 'clickhouse'],
  ['influxdb:2', 'influxdb'],
  ['scylladb/scylla:6', 'cassandra'],
  ['redis', 'redis'],
  ['valkey/valkey:8', 'redis'],
  ['redis/redis-stack-server:latest', 'redis'],
  ['docker.io/bitnamilegacy/redis-cluster:8.0', 'redis'],
  ['eqalpha/keydb', 'redis'],
  ['docker.dragonflydb.io/dragonflydb/dragonfly', 'redis'],
  ['redis-exporter', undefined],
  ['rediscommander/redis-commander', undefined],
  ['memcached:1.6-alpine', 'memcached'],
  ['mongo:7', 'mongo'],
  ['percona/percona-server-mongodb:latest', 'mongo'],
  ['mongo-express', undefined],
  ['docker.elastic.co/elasticsearch/elasticsearch-wolfi:8.17.0', 'elasticsearch'],
  ['opensearchproject/opensearch:2', 'opensearch'],
  ['opensearchproject/opensearch-dashboards:2', undefined],
  ['getmeili/meilisearch:v1.12', 'meilisearch'],
  ['typesense/typesense:27.1', 'typesense'],
  ['qdrant/qdrant', 'qdrant'],
  ['cr.weaviate.io/semitechnologies/weaviate:1.28', 'weaviate'],
  ['milvusdb/milvus:v2.5', 'milvus'],
  ['quay.io/coreos/etcd:v3.5', 'etcd'],
  ['confluentinc/cp-kafka:7.8.0', 'kafka'],
  ['apache/kafka-native:3.9.0', 'kafka'],
  ['bitnamilegacy/kafka:3.9', 'kafka'],
  ['docker.redpanda.com/vectorized/redpanda:v22.2.2', 'kafka'],
  ['confluentinc/cp-kafka-connect:7.8.0', undefined],
  ['confluentinc/cp-schema-registry:7.8.0', 'schema-registry'],
  ['confluentinc/cp-zookeeper:7.8.0', 'zookeeper'],
  ['rabbitmq:4-management', 'rabbitmq'],
  ['nats:2', 'nats'],
  ['eclipse-mosquitto:2', 'mosquitto'],
  ['emqx/emqx-enterprise:5', 'mosquitto'],
  ['temporalio/auto-setup:1.25', 'temporal'],
  ['temporalio/ui:2.34', 'temporal-ui'],
  ['temporalio/admin-tools:1.25', undefined],
  ['axllent/mailpit', 'mailpit'],
  ['mailhog/mailhog', 'mailpit'],
  ['cgr.dev/chainguard/minio', 'minio'],
  ['minio/mc', undefined],
  ['localstack/localstack-pro:4', 'localstack'],
  ['amazon/dynamodb-local', 'dynamodb-local'],
  ['mcr.microsoft.com/azure-storage/azurite', 'azurite'],
  ['gcr.io/cloud-spanner-emulator/emulator:1.5', 'spanner-emulator'],
  ['hashicorp/vault:1.18', 'vault'],
  ['otel/opentelemetry-collector-contrib:0.116.0', 'otel-collector'],
  ['nginx:alpine', 'nginx'],
  ['nginxinc/nginx-unprivileged', 'nginx'],
  ['jwilder/nginx-proxy', undefined],
  ['httpd:2.4', 'httpd'],
  ['caddy:2', 'caddy'],
  ['traefik:v3.2', 'traefik'],
  ['prom/prometheus:v3', 'prometheus'],
  ['prom/node-exporter', undefined],
  ['grafana/grafana-oss:11', 'grafana'],
  ['grafana/loki', undefined],
  ['jaegertracing/all-in-one:1.64', 'jaeger'],
  ['somebody/all-in-one', undefined],
  ['openzipkin/zipkin', 'zipkin'],
  ['quay.io/keycloak/keycloak:26.0', 'keycloak'],
  ['codeberg.org/forgejo/forgejo:10', 'gitea'],
  ['code.forgejo.org/forgejo/runner:6', undefined],
  ['docker.n8n.io/n8nio/n8n', 'n8n'],
  ['n8nio/runners', 'n8n-runners'],
  ['ghcr.io/immich-app/immich-server:release', 'immich-server'],
  ['ghcr.io/immich-app/immich-machine-learning:release', 'immich-machine-learning'],
  ['electricsql/electric', 'electric'],
  ['nextcloud:30', 'nextcloud'],
  ['wordpress:6', 'wordpress'],
  ['ghost:5', 'ghost'],
  ['dpage/pgadmin4', 'pgadmin'],
  ['portainer/portainer-ce', 'portainer'],
  ['ollama/ollama', 'ollama'],
  ['ghcr.io/umami-software/umami:postgresql-latest', 'umami'],
  ['darthsim/imgproxy', 'imgproxy'],
  ['busybox', undefined],
  ['', undefined],
];
it.each(IMAGES)('image %s', (image, family) => expect(imageFamily(image)?.name).toBe(family));

it('has an image above for every family', () => {
  const found = new Set(IMAGES.map(([image]) => imageFamily(image)));
  expect(IMAGE_FAMILIES.filter((family) => !found.has(family)).map((family) => family.name)).toEqual([]);
});

type Env = Record<string, string>;

/** What a family makes of a service on 127.0.0.1:30000. */
function given(image: string, env: Env = {}, command: string[] = []) {
  const family = imageFamily(image);
  const variables = family?.variables?.('127.0.0.1', 30000, env, command) ?? {};
  return { url: family?.url?.('127.0.0.1', 30000, env, command), variables };
}

describe('addresses, by the rules of the image', () => {
  const AT = '127.0.0.1:30000';
  it.each<[string, Env, string[], string | undefined]>([
    ['postgres', { POSTGRES_PASSWORD: 'p@ss' }, [], `postgresql://postgres:p%40ss@${AT}/postgres`],
    ['postgres', { POSTGRES_USER: 'app', POSTGRES_HOST_AUTH_METHOD: 'trust' }, [], `postgresql://app@${AT}/app`],
    ['postgres', { POSTGRES_USER: 'app', POSTGRES_DB: 'a b' }, [], `postgresql://app@${AT}/a%20b`],
    [
      'bitnami/postgresql',
      { POSTGRESQL_USERNAME: 'u', POSTGRESQL_PASSWORD: 'p' },
      [],
      `postgresql://u:p@${AT}/postgres`,
    ],
    ['bitnami/postgresql', { POSTGRESQL_USERNAME: 'u', POSTGRESQL_DATABASE: 'd' }, [], `postgresql://u@${AT}/d`],
    [
      'cockroachdb/cockroach',
      {},
      ['start-single-node', '--insecure'],
      `postgresql://root@${AT}/defaultdb?sslmode=disable`,
    ],
    ['cockroachdb/cockroach', { COCKROACH_USER: 'u', COCKROACH_DATABASE: 'd' }, [], `postgresql://u@${AT}/d`],
    ['mysql', { MYSQL_ROOT_PASSWORD: 'r', MYSQL_DATABASE: 'd' }, [], `mysql://root:r@${AT}/d`],
    ['mysql', { MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'u', MYSQL_PASSWORD: 'p' }, [], `mysql://u:p@${AT}/`],
    ['mysql', { MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'u' }, [], `mysql://root:r@${AT}/`],
    ['mysql', { MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'root', MYSQL_PASSWORD: 'p' }, [], `mysql://root:r@${AT}/`],
    ['mysql', { MYSQL_ALLOW_EMPTY_PASSWORD: '1' }, [], `mysql://root@${AT}/`],
    ['mariadb', { MARIADB_ROOT_PASSWORD: 'new', MYSQL_ROOT_PASSWORD: 'old' }, [], `mysql://root:new@${AT}/`],
    ['mcr.microsoft.com/mssql/server', { SA_PASSWORD: 'p' }, [], `mssql://sa:p@${AT}`],
    ['clickhouse/clickhouse-server', {}, [], `http://${AT}`],
    ['clickhouse/clickhouse-server', { CLICKHOUSE_PASSWORD: 'p', CLICKHOUSE_DB: 'd' }, [], `http://default:p@${AT}/d`],
    ['redis', {}, ['redis-server', '--appendonly', 'yes'], `redis://${AT}`],
    ['redis', {}, ['redis-server', '--requirepass', 's e'], `redis://:s%20e@${AT}`],
    ['redis', {}, ['redis-server', '--requirepass=s'], `redis://:s@${AT}`],
    ['redis', { P: 's' }, ['sh', '-c', 'redis-server --save 60 1 --requirepass "$P"'], `redis://:s@${AT}`],
    ['redis', {}, ['sh', '-c', `redis-server --requirepass 's e' --port 6379`], `redis://:s%20e@${AT}`],
    ['redis', {}, ['sh', '-c', 'redis-server --requirepass ' + '$' + '{P:-s}'], `redis://:s@${AT}`],
    ['redis', {}, ['sh', '-c', 'redis-server --requirepass "$(cat /secret)"'], `redis://${AT}`],
    ['redis', { REDIS_PASSWORD: 'unread' }, [], `redis://${AT}`],
    ['bitnami/redis', { REDIS_PASSWORD: 'p' }, [], `redis://:p@${AT}`],
    ['redis/redis-stack', { REDIS_ARGS: '--save 1 1 --requirepass p' }, [], `redis://:p@${AT}`],
    ['mongo', {}, [], `mongodb://${AT}/`],
    [
      'mongo',
      { MONGO_INITDB_ROOT_USERNAME: 'u', MONGO_INITDB_ROOT_PASSWORD: 'p', MONGO_INITDB_DATABASE: 'd' },
      [],
      `mongodb://u:p@${AT}/d?authSource=admin`,
    ],
    ['mongo', {}, ['mongod', '--replSet', 'rs0'], `mongodb://${AT}/?directConnection=true`],
    ['mongo', {}, ['sh', '-c', 'mongod --replSet rs0 &'], `mongodb://${AT}/?directConnection=true`],
    [
      'bitnami/mongodb',
      { MONGODB_ROOT_PASSWORD: 'p', MONGODB_REPLICA_SET_MODE: 'primary' },
      [],
      `mongodb://root:p@${AT}/?authSource=admin&directConnection=true`,
    ],
    ['rabbitmq', {}, [], `amqp://guest:guest@${AT}`],
    [
      'rabbitmq',
      { RABBITMQ_DEFAULT_USER: 'u', RABBITMQ_DEFAULT_PASS: 'p', RABBITMQ_DEFAULT_VHOST: '/v' },
      [],
      `amqp://u:p@${AT}/%2Fv`,
    ],
    ['bitnami/rabbitmq', { RABBITMQ_PASSWORD: 'p' }, [], `amqp://user:p@${AT}`],
    ['nats', {}, ['-js'], `nats://${AT}`],
    ['nats', {}, ['--user', 'u', '--pass', 'p'], `nats://u:p@${AT}`],
    ['nats', {}, ['--auth=token'], `nats://token@${AT}`],
    ['elasticsearch', { ELASTIC_PASSWORD: 'p' }, [], `http://elastic:p@${AT}`],
    ['elasticsearch', { ELASTIC_PASSWORD: 'p', 'xpack.security.enabled': 'false' }, [], `http://${AT}`],
    [
      'elasticsearch',
      { ELASTIC_PASSWORD: 'p', 'xpack.security.http.ssl.enabled': 'true' },
      [],
      `https://elastic:p@${AT}`,
    ],
    ['opensearchproject/opensearch', { OPENSEARCH_INITIAL_ADMIN_PASSWORD: 'p' }, [], `https://admin:p@${AT}`],
    ['opensearchproject/opensearch', { 'plugins.security.disabled': 'true' }, [], `http://${AT}`],
    ['mailhog/mailhog', {}, [], `smtp://${AT}`],
    ['confluentinc/cp-kafka', {}, [], undefined],
    ['nginx', {}, [], `http://${AT}`],
  ])('%s %j %j', (image, env, command, url) => {
    expect(given(image, env, command).url).toBe(url);
  });

  it('of an IPv6 address stand in brackets', () => {
    expect(imageFamily('nginx')?.url?.('::1', 80, {})).toBe('http://[::1]:80');
  });
});

describe('variables, as clients read them', () => {
  const URL = 'http://127.0.0.1:30000';
  it.each<[string, Env, Env]>([
    [
      'postgres',
      { POSTGRES_PASSWORD: 'p' },
      {
        PGHOST: '127.0.0.1',
        PGPORT: '30000',
        PGUSER: 'postgres',
        PGPASSWORD: 'p',
        PGDATABASE: 'postgres',
        DATABASE_URL: 'postgresql://postgres:p@127.0.0.1:30000/postgres',
      },
    ],
    [
      'mariadb',
      { MARIADB_USER: 'u', MARIADB_PASSWORD: 'p', MARIADB_DATABASE: 'd' },
      {
        MYSQL_HOST: '127.0.0.1',
        MYSQL_PORT: '30000',
        MYSQL_USER: 'u',
        MYSQL_PASSWORD: 'p',
        MYSQL_DATABASE: 'd',
        DATABASE_URL: 'mysql://u:p@127.0.0.1:30000/d',
      },
    ],
    ['redis', {}, { REDIS_HOST: '127.0.0.1', REDIS_PORT: '30000', REDIS_URL: 'redis://127.0.0.1:30000' }],
    ['mongo', {}, { MONGO_URL: 'mongodb://127.0.0.1:30000/', MONGODB_URI: 'mongodb://127.0.0.1:30000/' }],
    ['redpanda', {}, { KAFKA_BROKERS: '127.0.0.1:30000', KAFKA_BOOTSTRAP_SERVERS: '127.0.0.1:30000' }],
    [
      'minio/minio',
      { MINIO_ROOT_USER: 'u', MINIO_ROOT_PASSWORD: 'p' },
      { S3_ENDPOINT: URL, AWS_ENDPOINT_URL_S3: URL, AWS_ACCESS_KEY_ID: 'u', AWS_SECRET_ACCESS_KEY: 'p' },
    ],
    ['localstack/localstack', {}, { AWS_ENDPOINT_URL: URL, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }],
    ['axllent/mailpit', {}, { SMTP_HOST: '127.0.0.1', SMTP_PORT: '30000' }],
    ['hashicorp/vault', { VAULT_DEV_ROOT_TOKEN_ID: 't' }, { VAULT_ADDR: URL, VAULT_TOKEN: 't' }],
    ['nginx', {}, {}],
  ])('%s %j', (image, env, expected) => {
    expect(given(image, env).variables).toEqual(expected);
  });

  it('of Azurite have an account of the environment, or the built-in one', () => {
    const connection = (env: Env) => given('azurite', env).variables.AZURE_STORAGE_CONNECTION_STRING;
    expect(connection({})).toMatch(/AccountName=devstoreaccount1;AccountKey=\S{88};/);
    expect(connection({ AZURITE_ACCOUNTS: 'a:k;b:l' })).toBe(
      `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=k;BlobEndpoint=${URL}/a;`,
    );
  });

  it('never say "undefined"', () => {
    for (const family of IMAGE_FAMILIES) {
      const all = [family.url?.('h', 1, {}), ...Object.values(family.variables?.('h', 1, {}) ?? {})];
      expect(all.join(' '), family.name).not.toContain('undefined');
    }
  });
});
