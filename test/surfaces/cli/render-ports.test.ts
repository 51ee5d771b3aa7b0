import { expect, it } from 'vitest';
import { portsTable } from '../../../src/surfaces/cli/ports.js';

const port = {
  service: 'db',
  target: 5432,
  protocol: 'tcp',
  published: '5432',
  host: '127.0.0.1',
  port: 30000,
  holder: null,
};

it('shows where a service is reached', () => {
  expect(portsTable([port])).toBe(
    'SERVICE  PORT      IN THE FILE  ADDRESS\ndb       5432/tcp  5432         127.0.0.1:30000\n',
  );
  expect(portsTable([])).toBe('It publishes no ports.\n');
});

it('and who has the port of one that is lost', () => {
  const lost = { ...port, service: 'web', target: 80, published: '', port: 30001, holder: 'process 812 "nc -l"' };
  expect(portsTable([port, lost])).toBe(
    [
      'SERVICE  PORT      IN THE FILE  ADDRESS          HELD BY',
      'db       5432/tcp  5432         127.0.0.1:30000  itself',
      'web      80/tcp    -            127.0.0.1:30001  process 812 "nc -l"',
      '',
    ].join('\n'),
  );
});
