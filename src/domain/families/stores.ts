import { at, httpUrl, type ImageFamily, login, named, option, type Variables } from './family.js';

const REDIS_NAMES = [
  'redis(-cluster|-stack|-stack-server)?',
  'redismod',
  'valkey(-cluster|-bundle)?',
  'keydb',
  'dragonfly',
];

const REDIS: ImageFamily = {
  name: 'redis',
  pattern: named(...REDIS_NAMES),
  port: 6379,
  url: (host, port, env, command) => redisUrl(host, port, redisPassword(env, command)),
  variables: (host, port, env, command) => redisVariables(host, port, redisPassword(env, command)),
};

/**
 * Bitnami's images take the password from REDIS_PASSWORD. The official ones ignore it, though many files set it for
 * the health check's sake, and a client that logs in to a server without a password is refused.
 */
const BITNAMI_REDIS: ImageFamily = {
  ...REDIS,
  pattern: new RegExp(`(^|/)bitnami[a-z]*/(${REDIS_NAMES.join('|')})$`),
  url: (host, port, env, command) => redisUrl(host, port, bitnamiPassword(env, command)),
  variables: (host, port, env, command) => redisVariables(host, port, bitnamiPassword(env, command)),
};

/** The password of a server that reads its own options only: "--requirepass", in the command or in REDIS_ARGS. */
export function redisPassword(env: Variables, command?: readonly string[]): string {
  return option(command, 'requirepass', env) ?? option([env.REDIS_ARGS ?? ''], 'requirepass') ?? '';
}

function bitnamiPassword(env: Variables, command?: readonly string[]): string {
  return env.REDIS_PASSWORD || env.VALKEY_PASSWORD || redisPassword(env, command);
}

function redisUrl(host: string, port: number, password: string): string {
  return `redis://${login('', password)}${at(host, port)}`;
}

function redisVariables(host: string, port: number, password: string): Record<string, string> {
  return {
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    ...(password === '' ? {} : { REDIS_PASSWORD: password }),
    REDIS_URL: redisUrl(host, port, password),
  };
}

const MEMCACHED: ImageFamily = {
  name: 'memcached',
  pattern: named('memcached'),
  port: 11211,
  url: (host, port) => `memcached://${at(host, port)}`,
  variables: (host, port) => ({
    MEMCACHED_HOST: host,
    MEMCACHED_PORT: String(port),
    MEMCACHED_URL: `memcached://${at(host, port)}`,
  }),
};

const MONGO: ImageFamily = {
  name: 'mongo',
  pattern: named('mongo\\d*', 'mongodb(-community-server|-enterprise-server|-atlas-local)?', 'percona-server-mongodb'),
  port: 27017,
  url: mongoUrl,
  variables: (host, port, env, command) => {
    const url = mongoUrl(host, port, env, command);
    return { MONGO_URL: url, MONGODB_URI: url };
  },
};

function mongoUrl(host: string, port: number, env: Variables, command: readonly string[] = []): string {
  const password = first(env, 'MONGO_INITDB_ROOT_PASSWORD', 'MONGODB_INITDB_ROOT_PASSWORD', 'MONGODB_ROOT_PASSWORD');
  const name = first(env, 'MONGO_INITDB_ROOT_USERNAME', 'MONGODB_INITDB_ROOT_USERNAME', 'MONGODB_ROOT_USER');
  const user = name || (password === '' ? '' : 'root');
  const query = [
    ...(user === '' ? [] : ['authSource=admin']),
    // The members of a replica set are named as the containers know them, which a client outside must not follow.
    ...(isReplicaSet(env, command) ? ['directConnection=true'] : []),
  ].join('&');
  const database = encodeURIComponent(first(env, 'MONGO_INITDB_DATABASE', 'MONGODB_INITDB_DATABASE'));
  return `mongodb://${login(user, password)}${at(host, port)}/${database}${query === '' ? '' : `?${query}`}`;
}

function isReplicaSet(env: Variables, command: readonly string[]): boolean {
  return Boolean(env.MONGODB_REPLICA_SET_MODE) || command.some((word) => /(^|\s)--?replSet\b/.test(word));
}

function first(env: Variables, ...names: string[]): string {
  return names.map((name) => env[name]).find(Boolean) ?? '';
}

const ELASTICSEARCH: ImageFamily = {
  name: 'elasticsearch',
  pattern: named('elasticsearch(-wolfi|-oss)?'),
  port: 9200,
  url: elasticsearchUrl,
  variables: (host, port, env) => ({ ELASTICSEARCH_URL: elasticsearchUrl(host, port, env) }),
};

function elasticsearchUrl(host: string, port: number, env: Variables): string {
  const open = env['xpack.security.enabled'] === 'false';
  const scheme = env['xpack.security.http.ssl.enabled'] === 'true' ? 'https' : 'http';
  const password = open ? '' : (env.ELASTIC_PASSWORD ?? '');
  return `${scheme}://${password === '' ? '' : login('elastic', password)}${at(host, port)}`;
}

const OPENSEARCH: ImageFamily = {
  name: 'opensearch',
  pattern: named('opensearch'),
  port: 9200,
  url: opensearchUrl,
  variables: (host, port, env) => ({ OPENSEARCH_URL: opensearchUrl(host, port, env) }),
};

/** Its security plugin is on by default, with TLS and the user "admin". */
function opensearchUrl(host: string, port: number, env: Variables): string {
  if (env['plugins.security.disabled'] === 'true' || env.DISABLE_SECURITY_PLUGIN === 'true') return httpUrl(host, port);
  return `https://${login('admin', env.OPENSEARCH_INITIAL_ADMIN_PASSWORD || 'admin')}${at(host, port)}`;
}

const MEILISEARCH: ImageFamily = {
  name: 'meilisearch',
  pattern: named('meilisearch'),
  port: 7700,
  url: httpUrl,
  variables: (host, port, env) => ({
    MEILISEARCH_HOST: httpUrl(host, port),
    ...(env.MEILI_MASTER_KEY ? { MEILISEARCH_KEY: env.MEILI_MASTER_KEY } : {}),
  }),
};

const TYPESENSE: ImageFamily = {
  name: 'typesense',
  pattern: named('typesense'),
  port: 8108,
  url: httpUrl,
  variables: (host, port, env, command) => {
    const key = option(command, 'api-key', env) ?? env.TYPESENSE_API_KEY;
    return { TYPESENSE_HOST: host, TYPESENSE_PORT: String(port), ...(key ? { TYPESENSE_API_KEY: key } : {}) };
  },
};

const QDRANT: ImageFamily = {
  name: 'qdrant',
  pattern: named('qdrant'),
  port: 6333,
  url: httpUrl,
  variables: (host, port, env) => ({
    QDRANT_URL: httpUrl(host, port),
    ...(env.QDRANT__SERVICE__API_KEY ? { QDRANT_API_KEY: env.QDRANT__SERVICE__API_KEY } : {}),
  }),
};

const WEAVIATE: ImageFamily = {
  name: 'weaviate',
  pattern: named('weaviate'),
  port: 8080,
  url: httpUrl,
  variables: (host, port) => ({ WEAVIATE_URL: httpUrl(host, port) }),
};

const MILVUS: ImageFamily = { name: 'milvus', pattern: named('milvus'), port: 19530, url: httpUrl };

const ETCD: ImageFamily = {
  name: 'etcd',
  pattern: named('etcd'),
  port: 2379,
  url: httpUrl,
  variables: (host, port) => ({ ETCDCTL_ENDPOINTS: httpUrl(host, port) }),
};

export const STORE_FAMILIES: readonly ImageFamily[] = [
  BITNAMI_REDIS,
  REDIS,
  MEMCACHED,
  MONGO,
  ELASTICSEARCH,
  OPENSEARCH,
  MEILISEARCH,
  TYPESENSE,
  QDRANT,
  WEAVIATE,
  MILVUS,
  ETCD,
];
