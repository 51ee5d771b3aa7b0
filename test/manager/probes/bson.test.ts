import { expect, it } from 'vitest';
import { decodeDocument, encodeDocument } from '../../../src/manager/probes/bson.js';

it('writes what it reads', () => {
  const fields = { hello: 1, $db: 'admin', text: 'größer' };
  expect(Object.fromEntries(decodeDocument(encodeDocument(fields)))).toEqual(fields);
});

it('writes as the specification of BSON shows it', () => {
  expect(encodeDocument({ hello: 'world' }).toString('latin1')).toBe('\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0');
});

it('steps over what it does not need', () => {
  const inner = encodeDocument({ ok: 0 });
  const elements: [number, Buffer][] = [
    [0x03, inner],
    [0x04, inner],
    [0x05, Buffer.from([3, 0, 0, 0, 0, 1, 2, 3])],
    [0x06, Buffer.alloc(0)],
    [0x07, Buffer.alloc(12, 1)],
    [0x09, Buffer.alloc(8, 1)],
    [0x0a, Buffer.alloc(0)],
    [0x11, Buffer.alloc(8, 1)],
    [0x12, Buffer.alloc(8, 1)],
    [0x13, Buffer.alloc(16, 1)],
    [0x10, Buffer.from([7, 0, 0, 0])],
    [0x08, Buffer.from([1])],
  ];
  const body = Buffer.concat(
    elements.map(([type, value]) => Buffer.concat([Buffer.from([type]), Buffer.from(`t${type}\0`), value])),
  );
  const document = Buffer.concat([Buffer.from([body.length + 5, 0, 0, 0]), body, Buffer.from([0])]);
  expect(Object.fromEntries(decodeDocument(document))).toEqual({ t16: 7, t8: true });
});

it.each([
  ['nothing', []],
  ['a name without an end', [12, 0, 0, 0, 1, 0x61, 0x62]],
  ['a value without an end', [12, 0, 0, 0, 1, 0x61, 0, 1, 2]],
  ['an unknown type', [12, 0, 0, 0, 0x55, 0x61, 0, 1, 2, 3, 4, 0]],
])('refuses %s', (_, bytes) => {
  expect(() => decodeDocument(Buffer.from(bytes))).toThrow();
});
