// Is a server really there? One question in its own protocol each: an open port alone proves nothing.
import net from 'node:net';

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** Resolves to "ok" when a PostgreSQL server answers the question for TLS with yes (S) or no (N). */
export async function pingPostgres(url) {
  const answer = await ask(url, 5432, SSL_REQUEST);
  if (!/^[SN]/.test(answer)) throw new Error('this is not PostgreSQL');
  return 'ok';
}

/** Resolves to "ok" when a Redis server answers PING; a password in the URL is used. */
export async function pingRedis(url) {
  const password = decodeURIComponent(new URL(url).password);
  const login = password ? `*2\r\n$4\r\nAUTH\r\n$${Buffer.byteLength(password)}\r\n${password}\r\n` : '';
  const answer = await ask(url, 6379, `${login}PING\r\n`, (text) => text.includes('+PONG') || text.startsWith('-'));
  if (!answer.includes('+PONG')) throw new Error(answer.trim());
  return 'ok';
}

function ask(url, defaultPort, question, complete = () => true) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port) || defaultPort, timeout: 2000 });
    let answer = '';
    socket.once('connect', () => socket.write(question));
    socket.once('timeout', () => socket.destroy(new Error('no answer within 2 s')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed without an answer')));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!complete(answer)) return;
      resolve(answer);
      socket.end();
    });
  });
}
