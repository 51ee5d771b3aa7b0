import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ComposeModel } from '../../src/domain/model.js';
import { isSecretName, maskerFor } from '../../src/domain/secrets.js';

const modelWith = (more: object): ComposeModel => ({ name: 'shop', services: { api: { image: 'api:1', ...more } } });

describe('secret names', () => {
  it.each([
    'POSTGRES_PASSWORD',
    'PGPASSWORD',
    'RABBITMQ_DEFAULT_PASS',
    'API_KEY',
    'AWS_SECRET_ACCESS_KEY',
    'GITHUB_TOKEN',
    'NEO4J_AUTH',
    'GOOGLE_CREDENTIALS',
    'PRIVATE_PEM',
    'RABBITMQ_ERLANG_COOKIE',
    'SENTRY_DSN',
    'authorization',
    'db.password',
    'apiKey',
  ])('%s is one', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    'POSTGRES_USER',
    'KEYCLOAK_ADMIN',
    'KAFKA_AUTHORIZER_CLASS_NAME',
    'POSTGRES_HOST_AUTH_METHOD',
    'POSTGRES_PASSWORD_FILE',
    'TOKEN_TTL',
    'AUTH_PORT',
    'AUTHOR',
    'PATH',
    'image',
  ])('%s is none', (name) => expect(isSecretName(name)).toBe(false));
});

describe('masking', () => {
  it('hides the secrets of the model wherever they turn up', () => {
    const canary = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 40 }).filter((s) => /^\S{6,}$/.test(s));
    fc.assert(
      fc.property(canary, fc.string(), fc.string(), (tail, before, after) => {
        const secret = `Cn${tail}`;
        const model = modelWith({
          environment: { DB_PASSWORD: secret, OTHER: 'x' },
          build: { args: { TOKEN: secret } },
        });
        const masker = maskerFor(model);
        const url = `postgres://app:${encodeURIComponent(secret)}@db/app`;
        for (const text of [`${before}${secret}${after}`, url, JSON.stringify({ a: secret })]) {
          expect(masker.text(text)).not.toContain(secret);
          expect(masker.text(text)).not.toContain(encodeURIComponent(secret));
        }
        const shown = JSON.stringify(masker.data({ model, log: [before, { line: `${secret}${after}` }] }));
        expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });

  it.each([
    ['an option', { command: ['redis-server', '--requirepass', 'canary77'] }],
    ['an option with "="', { command: ['server', '--api-token=canary77'] }],
    ['mount options', { labels: { o: 'addr=x,username=app,password=canary77,vers=3' } }],
    ['a health check', { healthcheck: { test: ['CMD-SHELL', 'mysqladmin ping -uroot -pcanary77'] } }],
    ['redis-cli -a', { healthcheck: { test: ['CMD', 'redis-cli', '-a', 'canary77', 'ping'] } }],
    ['a URL', { environment: { DATABASE_URL: 'postgres://app:canary77@db:5432/app' } }],
    ['a URL with an encoded password', { environment: { BROKER: 'amqp://app:canary%377@mq' } }],
    ['a label', { labels: { 'app.secret': 'canary77' } }],
    ['a key of many lines', { environment: { TLS_KEY: '-----BEGIN-----\ncanary77\n-----END-----' } }],
  ])('knows the secret in %s', (_, more) => {
    expect(maskerFor(modelWith(more)).text('refused: "canary77"')).not.toContain('canary77');
  });

  it('hides what looks like a secret though the model does not have it', () => {
    const { text } = maskerFor(modelWith({}));
    expect(text('connecting to redis://:pw@cache:6379/0')).toBe('connecting to redis://:***@cache:6379/0');
    expect(text('mongodb://u:p@ss:word@mongo/x')).toBe('mongodb://u:***@mongo/x');
    expect(text('export PGPASSWORD=hunter2; run')).toBe('export PGPASSWORD=***; run');
  });

  it('leaves what is no secret but evidence', () => {
    const { text, data } = maskerFor(
      modelWith({ environment: { POSTGRES_PASSWORD: 'postgres', API_TOKEN: 'api', AUTH: 'true', SHORT_KEY: 'abc' } }),
    );
    const log =
      'FATAL: password authentication failed for user "postgres"; api says true to abc at http://web:8080/a@b';
    expect(text(log)).toBe(log);
    expect(data({ POSTGRES_PASSWORD: 'postgres', port: 5432 })).toEqual({ POSTGRES_PASSWORD: '***', port: 5432 });
  });

  it('does not take the word after a variable for its value', () => {
    const command = ['sh', '-c', 'echo "login $DB_PASSWORD refused"; tool --password $DB_PASSWORD --verbose'];
    expect(maskerFor(modelWith({ command })).text('connection refused --verbose')).toBe('connection refused --verbose');
  });

  it('hides values that the model only points at', () => {
    expect(maskerFor(modelWith({}), ['from-a-file']).text('x from-a-file y')).toBe('x *** y');
  });
});

it('knows a secret as SQL writes it: a database quotes the statement that failed', () => {
  const masker = maskerFor(modelWith({ environment: { DB_PASSWORD: "it's hidden" } }));
  expect(masker.text("ALTER ROLE app PASSWORD 'it''s hidden'")).toBe("ALTER ROLE app PASSWORD '***'");
});
