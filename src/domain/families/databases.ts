import { at, httpUrl, type ImageFamily, login, named, type Variables } from './family.js';

interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

const POSTGRES: ImageFamily = {
  name: 'postgres',
  pattern: named(
    'postgres(ql)?\\d*',
    'pgvector',
    'postgis',
    'timescaledb(-ha)?',
    'pgvecto-rs',
    'citus',
    'paradedb',
    'spilo(-\\d+)?',
  ),
  port: 5432,
  url: (host, port, env) => postgresUrl(host, port, postgresLogin(env)),
  variables: (host, port, env) => {
    const { user, password, database } = postgresLogin(env);
    return {
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      ...(password === '' ? {} : { PGPASSWORD: password }),
      PGDATABASE: database,
      DATABASE_URL: postgresUrl(host, port, { user, password, database }),
    };
  },
};

/** Bitnami's names come second: its image reads the official ones as well. */
export function postgresLogin(env: Variables): Login {
  const user = env.POSTGRES_USER || env.POSTGRESQL_USERNAME || 'postgres';
  return {
    user,
    password: env.POSTGRES_PASSWORD || env.POSTGRESQL_PASSWORD || '',
    // Only the official image names the database after the user.
    database: env.POSTGRES_DB || env.POSTGRESQL_DATABASE || (env.POSTGRES_USER ? user : 'postgres'),
  };
}

function postgresUrl(host: string, port: number, { user, password, database }: Login): string {
  return `postgresql://${login(user, password)}${at(host, port)}/${encodeURIComponent(database)}`;
}

const COCKROACH: ImageFamily = {
  name: 'cockroach',
  pattern: named('cockroach(db)?'),
  port: 26257,
  url: cockroachUrl,
  // No PG*: beside a PostgreSQL they would be the wrong database's.
  variables: (host, port, env, command) => {
    const url = cockroachUrl(host, port, env, command);
    return { COCKROACH_URL: url, DATABASE_URL: url };
  },
};

function cockroachUrl(host: string, port: number, env: Variables, command: readonly string[] = []): string {
  const user = env.COCKROACH_USER || 'root';
  const database = env.COCKROACH_DATABASE || 'defaultdb';
  const url = postgresUrl(host, port, { user, password: env.COCKROACH_PASSWORD ?? '', database });
  return command.some((word) => /(^|\s)--insecure\b/.test(word)) ? `${url}?sslmode=disable` : url;
}

const MYSQL: ImageFamily = {
  name: 'mysql',
  pattern: named('mysql(-server)?\\d*', 'percona(-server)?'),
  port: 3306,
  url: (host, port, env) => mysqlUrl(host, port, mysqlLogin(env)),
  variables: (host, port, env) => {
    const { user, password, database } = mysqlLogin(env);
    return {
      MYSQL_HOST: host,
      MYSQL_PORT: String(port),
      MYSQL_USER: user,
      ...(password === '' ? {} : { MYSQL_PASSWORD: password }),
      ...(database === '' ? {} : { MYSQL_DATABASE: database }),
      DATABASE_URL: mysqlUrl(host, port, { user, password, database }),
    };
  },
};

/** Clients of MariaDB are clients of MySQL, with the same names. */
const MARIADB: ImageFamily = { ...MYSQL, name: 'mariadb', pattern: named('mariadb(-galera)?\\d*') };

/** The images make the user only when it has a password as well; without one there is root. */
function mysqlLogin(env: Variables): Login {
  const user = env.MARIADB_USER || env.MYSQL_USER || '';
  const password = env.MARIADB_PASSWORD || env.MYSQL_PASSWORD || '';
  const database = env.MARIADB_DATABASE || env.MYSQL_DATABASE || '';
  if (user !== '' && user !== 'root' && password !== '') return { user, password, database };
  return { user: 'root', password: env.MARIADB_ROOT_PASSWORD || env.MYSQL_ROOT_PASSWORD || '', database };
}

function mysqlUrl(host: string, port: number, { user, password, database }: Login): string {
  return `mysql://${login(user, password)}${at(host, port)}/${encodeURIComponent(database)}`;
}

const MSSQL: ImageFamily = {
  name: 'mssql',
  pattern: named('mssql/server', 'azure-sql-edge', 'mssql(-server)?'),
  port: 1433,
  url: (host, port, env) => `mssql://${login('sa', mssqlPassword(env))}${at(host, port)}`,
  variables: (host, port, env) => {
    const password = mssqlPassword(env);
    return {
      MSSQL_HOST: host,
      MSSQL_PORT: String(port),
      MSSQL_USER: 'sa',
      ...(password === '' ? {} : { MSSQL_PASSWORD: password }),
    };
  },
};

/** Of the user "sa"; SA_PASSWORD is the old name. */
export function mssqlPassword(env: Variables): string {
  return env.MSSQL_SA_PASSWORD || env.SA_PASSWORD || '';
}

const CLICKHOUSE: ImageFamily = {
  name: 'clickhouse',
  pattern: named('clickhouse(-server)?'),
  port: 8123,
  url: clickhouseUrl,
  variables: (host, port, env) => ({ CLICKHOUSE_URL: clickhouseUrl(host, port, env) }),
};

function clickhouseUrl(host: string, port: number, env: Variables): string {
  const password = env.CLICKHOUSE_PASSWORD ?? '';
  const user = env.CLICKHOUSE_USER || (password === '' ? '' : 'default');
  const database = env.CLICKHOUSE_DB ? `/${encodeURIComponent(env.CLICKHOUSE_DB)}` : '';
  return `http://${login(user, password)}${at(host, port)}${database}`;
}

const INFLUXDB: ImageFamily = {
  name: 'influxdb',
  pattern: named('influxdb'),
  port: 8086,
  url: httpUrl,
  variables: (host, port, env) => ({
    INFLUX_HOST: httpUrl(host, port),
    ...(env.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN ? { INFLUX_TOKEN: env.DOCKER_INFLUXDB_INIT_ADMIN_TOKEN } : {}),
    ...(env.DOCKER_INFLUXDB_INIT_ORG ? { INFLUX_ORG: env.DOCKER_INFLUXDB_INIT_ORG } : {}),
  }),
};

const CASSANDRA: ImageFamily = {
  name: 'cassandra',
  pattern: named('cassandra', 'scylla'),
  port: 9042,
  variables: (host, port) => ({ CASSANDRA_HOST: host, CASSANDRA_PORT: String(port) }),
};

export const DATABASE_FAMILIES: readonly ImageFamily[] = [
  POSTGRES,
  MYSQL,
  MARIADB,
  MSSQL,
  COCKROACH,
  CLICKHOUSE,
  INFLUXDB,
  CASSANDRA,
];
