import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { PUBLISHED, report, said } from './answers.mjs';

const ca = readFileSync(process.env.CERTIFICATE);
const anyone = { ca, rejectUnauthorized: false };

const sockets = {
  'connect(port, host, options)': () => tls.connect(PUBLISHED, 'localhost', { ca }),
  'connect(port, options, callback)': () => tls.connect(PUBLISHED, { ca }, () => {}),
  'connect({ port })': () => tls.connect({ port: PUBLISHED, ca }),
  'connect({ port, host })': () => tls.connect({ port: PUBLISHED, host: 'localhost', ca }),
  'connect({ port, host, servername })': () =>
    tls.connect({ port: PUBLISHED, host: '::1', servername: 'localhost', ca }),
  'connect({ socket })': () => tls.connect({ socket: net.connect(PUBLISHED, 'localhost'), ca }),
  'not checked': () => tls.connect({ port: PUBLISHED, host: '127.0.0.1', ...anyone }),
  'checked against the name that the user wrote': () => tls.connect({ port: PUBLISHED, host: 'db.localhost', ca }),
};

await report(Object.fromEntries(Object.entries(sockets).map(([name, open]) => [name, () => said(open)])));
