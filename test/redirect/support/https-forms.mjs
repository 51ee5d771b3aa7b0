import { readFileSync } from 'node:fs';
import https from 'node:https';
import { PUBLISHED, report } from './answers.mjs';

const ca = readFileSync(process.env.CERTIFICATE);
const agent = new https.Agent({ keepAlive: true, ca });
const get = (options) =>
  new Promise((resolve) => {
    const request = https.get(options, async (response) => {
      const body = (await response.setEncoding('utf8').toArray()).join('');
      resolve(request.reusedSocket ? `${body}, reused` : body);
    });
    request.on('error', (error) => resolve(error.code));
  });

await report({
  'keep-alive, first': () => get({ host: 'localhost', port: PUBLISHED, agent }),
  'keep-alive, second': () => get({ host: 'localhost', port: PUBLISHED, agent }),
  'keep-alive, pool': () => Object.keys(agent.freeSockets).map((key) => key.split(':').slice(0, 2).join(':')),
  'another name': () => get({ host: 'db.localhost', port: PUBLISHED, ca, agent: false }),
  // the certificate comes from NODE_EXTRA_CA_CERTS, the only way to give one to the global fetch
  fetch: async () => (await fetch(`https://localhost:${PUBLISHED}/`)).text(),
});
agent.destroy();
