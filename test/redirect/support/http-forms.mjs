import http from 'node:http';
import http2 from 'node:http2';
import { PUBLISHED, report } from './answers.mjs';

const agent = new http.Agent({ keepAlive: true });
const text = async (response) => (await response.setEncoding('utf8').toArray()).join('');
const get = (...args) =>
  new Promise((resolve, reject) => {
    const request = http.get(...args, async (response) => {
      const body = await text(response);
      resolve(request.reusedSocket ? `${body}, reused` : body);
    });
    request.on('error', reject);
  });
const fetched = async (host) => {
  const response = await fetch(`http://${host}:${PUBLISHED}/`);
  return [await response.text(), new URL(response.url).host];
};

await report({
  'get(url)': () => get(`http://localhost:${PUBLISHED}/`, { agent: false }),
  'get({ host, port })': () => get({ host: '127.0.0.1', port: PUBLISHED, agent: false }),
  'get({ port })': () => get({ port: PUBLISHED, agent: false }),
  'get(url of ::1)': () => get(`http://[::1]:${PUBLISHED}/`, { agent: false }),
  'keep-alive, first': () => get(`http://localhost:${PUBLISHED}/`, { agent }),
  'keep-alive, second': () => get(`http://localhost:${PUBLISHED}/`, { agent }),
  'keep-alive, pool': () => {
    const pool = Object.keys(agent.freeSockets);
    agent.destroy();
    return pool;
  },
  'fetch localhost': () => fetched('localhost'),
  'fetch 127.0.0.1': () => fetched('127.0.0.1'),
  'fetch ::1': () => fetched('[::1]'),
  'fetch keeps connections': async () => {
    // A pool may open a second one before the first is idle again; six would be none kept.
    const connections = new Set();
    for (let i = 0; i < 6; i++) connections.add((await fetched('localhost'))[0]);
    return connections.size < 6;
  },
  http2: async () => {
    // The server speaks HTTP/1; that it is reached is all there is to see.
    const session = http2.connect(`http://localhost:${PUBLISHED}`);
    const reached = await new Promise((resolve) => {
      session.on('error', () => {});
      session.socket.once('connect', () => resolve(session.socket.remotePort)).once('error', (e) => resolve(e.code));
    });
    session.destroy();
    return reached;
  },
});
