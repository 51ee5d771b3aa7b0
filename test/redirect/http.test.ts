import { expect, it } from 'vitest';
import { runRedirected } from './support/run-redirected.js';
import { CERTIFICATE, httpServer, httpsServer } from './support/servers.js';

it('takes HTTP clients to the leased port; URLs, Host headers and pools stay as the user wrote them', async () => {
  await using published = await httpServer('published');
  await using leased = await httpServer('leased');
  const { port } = published;
  expect(await runRedirected('http-forms.mjs', port, leased.port)).toEqual({
    'get(url)': `leased: localhost:${port}, connection 1`,
    'get({ host, port })': `leased: 127.0.0.1:${port}, connection 2`,
    'get({ port })': `leased: localhost:${port}, connection 3`,
    'get(url of ::1)': `leased: [::1]:${port}, connection 4`,
    'keep-alive, first': `leased: localhost:${port}, connection 5`,
    'keep-alive, second': `leased: localhost:${port}, connection 5, reused`,
    'keep-alive, pool': [`localhost:${port}:`],
    'fetch localhost': [`leased: localhost:${port}, connection 6`, `localhost:${port}`],
    'fetch 127.0.0.1': [`leased: 127.0.0.1:${port}, connection 7`, `127.0.0.1:${port}`],
    'fetch ::1': [`leased: [::1]:${port}, connection 8`, `[::1]:${port}`],
    'fetch keeps connections': true,
    http2: leased.port,
  });
});

it('takes HTTPS clients to the leased port; certificates are checked for the name that the user wrote', async () => {
  await using published = await httpsServer('published');
  await using leased = await httpsServer('leased');
  const { port } = published;
  const env = { CERTIFICATE, NODE_EXTRA_CA_CERTS: CERTIFICATE };
  expect(await runRedirected('https-forms.mjs', port, leased.port, env)).toEqual({
    'keep-alive, first': `leased as localhost: localhost:${port}, connection 1`,
    'keep-alive, second': `leased as localhost: localhost:${port}, connection 1, reused`,
    'keep-alive, pool': [`localhost:${port}`],
    'another name': 'ERR_TLS_CERT_ALTNAME_INVALID',
    fetch: `leased as localhost: localhost:${port}, connection 2`,
  });
});
