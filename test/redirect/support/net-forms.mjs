import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import net, { connect } from 'node:net';
import { LEASED, PUBLISHED, report, said } from './answers.mjs';

const { SOCKET: path, OTHER } = process.env;
const here = (_host, { all }, callback) =>
  all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);

/** Each opens a socket, as some client somewhere does. */
const sockets = {
  'connect(port)': () => net.connect(PUBLISHED),
  'connect(port, callback)': () => net.connect(PUBLISHED, () => {}),
  'connect(port, host)': () => net.connect(PUBLISHED, '127.0.0.1'),
  'connect(port, host, callback)': () => net.connect(PUBLISHED, 'localhost', () => {}),
  'connect("port", host)': () => net.connect(String(PUBLISHED), 'localhost'),
  'connect({ port })': () => net.connect({ port: PUBLISHED }),
  'connect({ port, host }, callback)': () => net.connect({ port: PUBLISHED, host: 'localhost' }, () => {}),
  'connect({ "port" })': () => net.connect({ port: String(PUBLISHED), host: 'localhost' }),
  'imported connect': () => connect(PUBLISHED),
  'createConnection(port, host)': () => net.createConnection(PUBLISHED, 'localhost'),
  'createConnection({ port })': () => net.createConnection({ port: PUBLISHED }),
  'new Socket().connect(port, host)': () => new net.Socket().connect(PUBLISHED, 'localhost'),
  'new Socket().connect({ port })': () => new net.Socket().connect({ port: PUBLISHED }),
  'new Socket().connect(normalised)': () => new net.Socket().connect(net._normalizeArgs([PUBLISHED, 'localhost'])),
  'host ""': () => net.connect({ port: PUBLISHED, host: '' }),
  'host null': () => net.connect({ port: PUBLISHED, host: null }),
  'host ::1': () => net.connect(PUBLISHED, '::1'),
  'host ::': () => net.connect(PUBLISHED, '::'),
  'host 0.0.0.0': () => net.connect(PUBLISHED, '0.0.0.0'),
  'host LOCALHOST.': () => net.connect(PUBLISHED, 'LOCALHOST.'),
  'host bucket.localhost': () => net.connect(PUBLISHED, 'bucket.localhost'),
  'family 6': () => net.connect({ port: PUBLISHED, host: 'localhost', family: 6 }),
  'happy eyeballs on': () => net.connect({ port: PUBLISHED, host: 'localhost', autoSelectFamily: true }),
  'happy eyeballs off': () => net.connect({ port: PUBLISHED, host: 'localhost', autoSelectFamily: false }),
  'own lookup of localhost': () => net.connect({ port: PUBLISHED, host: 'localhost', lookup: here }),

  'untouched: the leased port': () => net.connect(LEASED, 'localhost'),
  'untouched: another port': () => net.connect(Number(OTHER), 'localhost'),
  'untouched: another host': () => net.connect({ port: PUBLISHED, host: 'db.example', lookup: here }),
  'untouched: connect(path)': () => net.connect(path),
  'untouched: connect({ path, port })': () => net.connect({ path, port: PUBLISHED }),
  'untouched: no port': () => net.connect({ port: '' }),
};

await report({
  ...Object.fromEntries(Object.entries(sockets).map(([name, open]) => [name, () => said(open)])),
  'an address that localhost resolves to': async () => {
    const { address } = await lookup('localhost');
    return said(() => net.connect(PUBLISHED, address));
  },
  'a socket that connects again': async () => {
    const socket = new net.Socket();
    const first = await said(() => socket.connect(PUBLISHED));
    return [first, await said(() => socket.connect(PUBLISHED))];
  },
  'the callback runs once': async () => {
    let calls = 0;
    await said(() => net.connect({ port: PUBLISHED }, () => calls++));
    return calls;
  },
  'the lookup event': async () => {
    const socket = net.connect(PUBLISHED, 'localhost');
    const [error, address, family, host] = await once(socket, 'lookup');
    socket.destroy();
    return [error, address, family, host];
  },
  "the caller's options": async () => {
    const options = Object.freeze({ port: PUBLISHED, host: 'localhost' });
    await said(() => net.connect(options));
    return Object.keys(options);
  },
});
