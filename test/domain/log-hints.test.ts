import { describe, expect, it } from 'vitest';
import { firstErrorLine, hintFor, type Symptoms } from '../../src/domain/log-hints.js';
import type { ComposeModel } from '../../src/domain/model.js';

describe('the first error line', () => {
  it.each([
    [
      'PostgreSQL',
      '2026-01-05 10:00:00.123 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership',
    ],
    ['SQL', 'ERROR:  relation "users" does not exist at character 15'],
    [
      'MySQL',
      '2026-01-05T10:00:00.1Z 0 [ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in it.',
    ],
    ['MySQL client', 'ERROR 1045 (28000): Access denied for user root@localhost (using password: NO)'],
    ['SQLSTATE', 'SQLSTATE[HY000] [2002] Connection refused (SQL: select * from users)'],
    ['Node', 'Error: Cannot find module "/app/server.js"'],
    ['Node with a code', 'TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string'],
    ['Node system', 'Error: listen EADDRINUSE: address already in use :::3000'],
    ['JVM', 'Exception in thread "main" java.lang.IllegalStateException: no config'],
    ['Spring', '2026-01-05 10:00:00.1 ERROR 1 --- [main] o.s.b.SpringApplication : Application run failed'],
    ['Go', 'panic: runtime error: invalid memory address or nil pointer dereference'],
    ['Go log', 'time="2026-01-05T10:00:00Z" level=fatal msg="cannot open config"'],
    ['klog', 'E0105 10:00:00.000000       1 main.go:12] boom'],
    ['Rust', "thread 'main' panicked at src/main.rs:4:5:"],
    ['nginx', '2026/01/05 10:00:00 [emerg] 1#1: host not found in upstream "api" in /etc/nginx/conf.d/default.conf:2'],
    ['pino', '{"level":50,"time":1,"msg":"cannot start"}'],
    ['JSON', '{"severity":"ERROR","message":"cannot start"}'],
    ['a shell', '/entrypoint.sh: line 3: psql: command not found'],
    ['.NET', 'Unhandled exception. System.InvalidOperationException: no connection string'],
    ['PHP', 'PHP Fatal error:  Uncaught PDOException: could not find driver'],
    ['Ruby', '/app/config.ru:3:in `require`: cannot load such file -- rack (LoadError): error: gone'],
  ])('of %s', (_, line) => {
    const log = ['starting', 'INFO 0 errors so far', line, 'ERROR a later one'];
    expect(firstErrorLine(log)).toBe(line);
  });

  it('of Python is the exception, not the head of its traceback', () => {
    const log = [
      'Traceback (most recent call last):',
      '  File "/app/main.py", line 3, in <module>',
      '    engine.connect()',
      'sqlalchemy.exc.OperationalError: could not translate host name "postgres" to address',
    ];
    expect(firstErrorLine(log)).toBe(log[3]);
    expect(firstErrorLine(log.slice(0, 2))).toBe(log[0]);
  });

  it.each([
    'listening on 8080',
    '2026-01-05 INFO  Registering ErrorHandler for java.lang.Exception',
    'found 0 errors',
    'ERROR_LOG=/var/log/x',
    'level=info msg="no error" error=null',
    '[notice] signal process started',
    'LOG:  database system is ready to accept connections',
  ])('is not "%s"', (line) => expect(firstErrorLine([line])).toBeUndefined());
});

const model: ComposeModel = {
  name: 'shop',
  services: {
    api: { image: 'node:22-alpine', depends_on: { db: { condition: 'service_started' } } },
    db: { image: 'postgres:16', healthcheck: { test: ['CMD-SHELL', 'pg_isready -U postgres'] } },
    worker: { image: 'worker', depends_on: { db: { condition: 'service_healthy' } } },
  },
};

function symptoms(more: Partial<Symptoms>): Symptoms {
  return { service: 'api', model, engineError: '', log: [], probe: '', exitCode: 1, oomKilled: false, ...more };
}

describe('the known causes', () => {
  it.each([
    ['Error: Database is uninitialized and superuser password is not specified.', 'set POSTGRES_PASSWORD'],
    ['[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified', 'MYSQL_ROOT_PASSWORD'],
    [
      'max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]',
      'sysctl -w vm.max_map_count',
    ],
    [
      'java.lang.IllegalArgumentException: requirement failed: advertised.listeners cannot use 0.0.0.0',
      'KAFKA_ADVERTISED_LISTENERS',
    ],
    ['toomanyrequests: You have reached your pull rate limit.', 'the registry limits pulls'],
    ['manifest unknown: manifest unknown', 'the image is not to be had'],
    ['write /data/x: no space left on device', 'the disk is full'],
    ['mkdir: cannot create directory /data: Read-only file system', 'read-only'],
    ['exec /entrypoint.sh: exec format error', 'another processor'],
    ['/app/server: error while loading shared libraries: libpq.so.5: cannot open shared object file', 'libpq.so.5'],
    [
      "/app/x: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/x)",
      'another C library',
    ],
    ['Error loading shared library ld-linux-x86-64.so.2: No such file or directory', 'another C library'],
    ['/bin/sh: curl: not found', 'no program curl in the image: `apk add`'],
    ['/entrypoint.sh: line 3: psql: command not found', 'no program psql'],
    ['sh: 1: pg_isready: not found', 'no program pg_isready'],
    ['Error: listen EADDRINUSE: address already in use :::3000', 'want the same port'],
    [
      'psycopg2.OperationalError: could not translate host name "db" to address: Name or service not known',
      '"db" has ended',
    ],
    ['Error: getaddrinfo ENOTFOUND postgres', 'no service is called "postgres": services are api, db, worker'],
    [
      'Error: getaddrinfo EAI_AGAIN worker',
      '"api" does not wait for "worker": add depends_on: { worker: { condition: service_healthy } }',
    ],
    ['dial tcp: lookup cache on 127.0.0.11:53: no such host', 'no service is called "cache"'],
    ['java.net.UnknownHostException: mq', 'no service is called "mq"'],
    ['socket.gaierror: [Errno -2] Name or service not known', 'services find each other by service name'],
    ['/var/run/postgresql:5432 - no response', 'add "-h 127.0.0.1"'],
    [
      'Error: connect ECONNREFUSED 172.18.0.2:5432',
      'depends_on: { db: { condition: service_healthy } } makes "api" wait',
    ],
    ['connect to db:5432: Connection refused', 'depends_on: { db: { condition: service_healthy } } makes "api" wait'],
    ['open /data/x: permission denied', 'a mount keeps the owner'],
    ["KeyError: 'DATABASE_URL'", 'the variable DATABASE_URL is missing'],
    ['Environment variable JWT_SECRET is not set', 'the variable JWT_SECRET is missing'],
    ['/run.sh: line 2: API_URL: unbound variable', 'the variable API_URL is missing'],
    ["Error: Cannot find module 'express'", 'the module express is not in the image'],
    ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', 'ran out of memory'],
  ])('%s', (line, hint) => {
    expect(hintFor(symptoms({ log: ['starting', line, 'done'] }))).toContain(hint);
  });

  it('names the health check that asks the socket, when the dependency was waited for', () => {
    const log = ['connection to server at "db" (172.18.0.2), port 5432 failed: Connection refused'];
    expect(hintFor(symptoms({ service: 'worker', log }))).toContain('pg_isready -h 127.0.0.1');
  });

  it('knows a container that looks for others at localhost', () => {
    const log = ['connect ECONNREFUSED 127.0.0.1:5432'];
    expect(hintFor(symptoms({ service: 'db', log }))).toContain('"localhost" there is the container itself');
  });

  it('reads the engine, the probe and the exit code too, and the kernel before all of them', () => {
    const engineError = 'exec: "/nosuch": stat /nosuch: no such file or directory: unknown';
    expect(hintFor(symptoms({ engineError }))).toContain('no program /nosuch');
    expect(hintFor(symptoms({ probe: '/bin/sh: wget: not found' }))).toContain('no program wget');
    expect(hintFor(symptoms({ exitCode: 137 }))).toContain('SIGKILL');
    expect(hintFor(symptoms({ exitCode: 127 }))).toContain('not in the image');
    expect(hintFor(symptoms({ exitCode: 126 }))).toContain('executable');
    expect(hintFor(symptoms({ exitCode: 137, oomKilled: true, log: ['permission denied'] }))).toContain('mem_limit');
    expect(hintFor(symptoms({ log: ['nothing known'] }))).toBeUndefined();
  });
});
