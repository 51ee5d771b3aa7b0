// Proves that an environment works, from outside and with real clients: node scripts/prove.mjs PROJECT < status.json
import { readFileSync } from 'node:fs';
import Redis from 'ioredis';
import pg from 'pg';

const TIMEOUT_MS = 5000;

/** Reads the JSON of `start` or `status` and returns the services of one project. */
function servicesOf(project) {
  const { success, data, error } = JSON.parse(readFileSync(0, 'utf8'));
  if (!success) throw new Error(error.message);
  if (data.services) return data.services;
  const lease = data.leases.find((each) => each.project === project);
  if (!lease) throw new Error(`no environment named ${project}`);
  return lease.services;
}

/** Where a service listens on this machine. */
function addressOf(services, name, port) {
  const service = services[name];
  const published = service?.ports[`${port}/tcp`];
  if (!published) throw new Error(`${name} publishes no port for ${port}`);
  return { host: service.host, port: published };
}

async function provePostgres({ host, port }) {
  const account = { user: 'test', password: 'test', database: 'test' };
  const client = new pg.Client({
    host,
    port,
    ...account,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  await client.connect();
  try {
    const { rows } = await client.query('SELECT version()');
    return `SELECT version() -> ${rows[0].version.split(',')[0]}`;
  } finally {
    await client.end();
  }
}

async function proveRedis({ host, port }) {
  const limits = {
    connectTimeout: TIMEOUT_MS,
    commandTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  };
  const client = new Redis({ host, port, ...limits, lazyConnect: true });
  client.on('error', () => {}); // the command below fails with the same error
  try {
    await client.connect();
    return `PING -> ${await client.ping()}`;
  } finally {
    client.disconnect();
  }
}

const proofs = [
  { name: 'postgres', port: 5432, prove: provePostgres },
  { name: 'redis', port: 6379, prove: proveRedis },
];

const services = servicesOf(process.argv[2]);
for (const { name, port, prove } of proofs) {
  const address = addressOf(services, name, port);
  const proof = await prove(address).catch((error) => {
    throw new Error(`${name} at ${address.host}:${address.port} did not answer: ${error.message}`);
  });
  console.log(`${name.padEnd(8)} ${address.host}:${address.port}  ${proof}`);
}
