// A web server in one of three roles. /health answers 200 only while everything that the role needs answers.
import http from 'node:http';
import { pingPostgres, pingRedis } from './reach.js';

const { ROLE = 'backend', PORT = '8000', DATABASE_URL, REDIS_URL, BACKEND_URL, AUTH_URL } = process.env;

// What a role depends on; the name appears in the answer of /health.
const needs = {
  backend: { postgres: () => pingPostgres(DATABASE_URL), redis: () => pingRedis(REDIS_URL) },
  auth: { redis: () => pingRedis(REDIS_URL) },
  frontend: {},
};

const pages = {
  backend: async () => ['application/json', JSON.stringify({ service: 'backend', time: new Date().toISOString() })],
  auth: async () => ['application/json', JSON.stringify({ service: 'auth', user: 'guest' })],
  frontend: async () => ['text/html', await homePage()],
};

if (!(ROLE in needs)) throw new Error(`ROLE must be one of ${Object.keys(needs).join(', ')}, not "${ROLE}"`);

async function health() {
  const checks = Object.entries(needs[ROLE]).map(async ([name, ping]) => [
    name,
    await ping().catch((error) => `unreachable: ${error.message}`),
  ]);
  const answers = Object.fromEntries(await Promise.all(checks));
  return { ok: Object.values(answers).every((answer) => answer === 'ok'), service: ROLE, ...answers };
}

async function homePage() {
  const rows = await Promise.all(
    [BACKEND_URL, AUTH_URL].filter(Boolean).map(async (url) => {
      const state = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) }).then(
        (response) => response.text(),
        (error) => error.message,
      );
      return `<li>${url}: <code>${state.replaceAll('<', '&lt;')}</code></li>`;
    }),
  );
  return `<!doctype html><title>docker-manual example</title><h1>It runs</h1><ul>${rows.join('')}</ul>\n`;
}

const server = http.createServer(async (request, response) => {
  if (request.url === '/health') {
    const report = await health();
    response
      .writeHead(report.ok ? 200 : 503, { 'content-type': 'application/json' })
      .end(`${JSON.stringify(report)}\n`);
  } else if (request.url === '/') {
    const [type, body] = await pages[ROLE]();
    response.writeHead(200, { 'content-type': type }).end(body);
  } else {
    response.writeHead(404).end();
  }
});

server.listen(Number(PORT), () => console.log(`${ROLE} listens on ${PORT}`));

// Process 1 of a container has no default reaction to signals: without this every stop takes ten seconds.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
