type Variables = Readonly<Record<string, string>>;

/** An image whose protocol and conventions are known. */
export interface ImageFamily {
  readonly name: string;
  /** The last part of the image's name, without tag; a stand-in may put a prefix before it ("my-postgres16"). */
  readonly pattern: RegExp;
  /** The port its clients use. */
  readonly port: number;
  /** The address that clients take; `env` is the service's resolved environment. */
  readonly url?: (host: string, port: number, env: Variables) => string;
  /** Names that clients of this image read by themselves. */
  readonly variables?: (host: string, port: number, env: Variables) => Record<string, string>;
}

const POSTGRES: ImageFamily = {
  name: 'postgres',
  pattern: /(^|[-_])(postgres(ql)?\d*|pgvector|postgis|timescaledb(-ha)?)$/,
  port: 5432,
  url: (host, port, env) => {
    const { user, password, database } = postgresLogin(env);
    return `postgresql://${login(user, password)}${host}:${port}/${encodeURIComponent(database)}`;
  },
  variables: (host, port, env) => {
    const { user, password, database } = postgresLogin(env);
    return {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      ...(password === '' ? {} : { PGPASSWORD: password }),
      PGDATABASE: database,
      DATABASE_URL: `postgresql://${login(user, password)}${host}:${port}/${encodeURIComponent(database)}`,
    };
  },
};

const REDIS: ImageFamily = {
  name: 'redis',
  pattern: /(^|[-_])(redis|valkey|redis-stack(-server)?|keydb|dragonfly)$/,
  port: 6379,
  url: (host, port, env) => redisUrl(host, port, env),
  variables: (host, port, env) => ({
    REDIS_HOST: host,
    REDIS_PORT: String(port),
    REDIS_URL: redisUrl(host, port, env),
  }),
};

/** Order matters where patterns overlap: the first that fits is taken. */
export const IMAGE_FAMILIES: readonly ImageFamily[] = [POSTGRES, REDIS];

/** The family of "registry:5000/team/postgres:16-alpine@sha256:…", or undefined. */
export function imageFamily(image: string | undefined): ImageFamily | undefined {
  if (!image) return undefined;
  const last = image.split('@')[0]?.split('/').at(-1)?.split(':')[0] ?? '';
  return IMAGE_FAMILIES.find((family) => family.pattern.test(last));
}

function postgresLogin(env: Variables): { user: string; password: string; database: string } {
  const user = env.POSTGRES_USER || 'postgres';
  return { user, password: env.POSTGRES_PASSWORD ?? '', database: env.POSTGRES_DB || user };
}

function redisUrl(host: string, port: number, env: Variables): string {
  return `redis://${login('', env.REDIS_PASSWORD ?? '')}${host}:${port}`;
}

function login(user: string, password: string): string {
  if (user === '' && password === '') return '';
  const name = encodeURIComponent(user);
  return password === '' ? `${name}@` : `${name}:${encodeURIComponent(password)}@`;
}
