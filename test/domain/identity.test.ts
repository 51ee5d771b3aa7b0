import { expect, it } from 'vitest';
import { changes } from '../../src/domain/identity.js';
import type { Binding } from '../../src/domain/lease.js';

const binding = (service: string, target: number, port: number, protocol = 'tcp'): Binding => ({
  service,
  target,
  protocol,
  port,
  published: String(target),
  count: 1,
});

const BINDINGS = [binding('db', 5432, 30000), binding('dns', 53, 30001, 'udp'), binding('dns', 53, 30001)];

const running = (service: string, ...ports: [number, string, number][]) => ({
  service,
  status: 'running',
  published: ports.map(([target, protocol, port]) => ({ target, protocol, port })),
});

const DB = running('db', [5432, 'tcp', 30000]);
const DNS = running('dns', [53, 'udp', 30001], [53, 'tcp', 30001]);
const stopped = (service: string) => ({ service, status: 'exited', published: [] });

it.each([
  ['nothing', [DB, DNS], []],
  ['nothing, when another replica has the port', [stopped('db'), DB, DNS], []],
  ['a container that was removed', [DNS], ['"db" was removed']],
  ['a container that has stopped', [stopped('db'), DNS], ['"db" is exited']],
  ['another port', [running('db', [5432, 'tcp', 30007]), DNS], ['"db" is reached at 30007 for 5432/tcp, not at 30000']],
  [
    'one protocol of two',
    [DB, running('dns', [53, 'udp', 30001])],
    ['"dns" is reached nowhere for 53/tcp, not at 30001'],
  ],
])('finds %s', (_, containers, found) => {
  expect(changes(BINDINGS, containers, new Set())).toEqual(found);
});

it('does not miss what was to end', () => {
  const containers = [stopped('db'), DNS];
  expect(changes(BINDINGS, containers, new Set(['db']))).toEqual([]);
  expect(changes(BINDINGS, [DNS], new Set(['db']))).toEqual(['"db" was removed']);
});
