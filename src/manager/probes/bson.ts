export type BsonValue = string | number | boolean;

/** A document of strings and numbers (as doubles), which is all that a command needs. */
export function encodeDocument(fields: Readonly<Record<string, string | number>>): Buffer {
  const elements = Object.entries(fields).map(([name, value]) => {
    const key = Buffer.from(`${name}\0`);
    const content = Buffer.alloc(typeof value === 'number' ? 8 : 4);
    if (typeof value === 'number') {
      content.writeDoubleLE(value);
      return Buffer.concat([Buffer.from([0x01]), key, content]);
    }
    const text = Buffer.from(`${value}\0`);
    content.writeInt32LE(text.length);
    return Buffer.concat([Buffer.from([0x02]), key, content, text]);
  });
  const length = Buffer.alloc(4);
  length.writeInt32LE(4 + elements.reduce((sum, element) => sum + element.length, 0) + 1);
  return Buffer.concat([length, ...elements, Buffer.from([0])]);
}

/**
 * The strings, numbers and booleans at the top of a document; everything else is stepped over.
 *
 * @throws when the bytes are no document
 */
export function decodeDocument(bytes: Buffer): Map<string, BsonValue> {
  const found = new Map<string, BsonValue>();
  const end = bytes.readInt32LE(0) - 1;
  let at = 4;
  while (at < end) {
    const type = bytes.readUInt8(at);
    const zero = bytes.indexOf(0, at + 1);
    if (zero < 0) throw new RangeError('a name without an end');
    const name = bytes.toString('utf8', at + 1, zero);
    const value = scalar(type, bytes, zero + 1);
    if (value !== undefined) found.set(name, value);
    at = zero + 1 + size(type, bytes, zero + 1);
  }
  return found;
}

function scalar(type: number, bytes: Buffer, at: number): BsonValue | undefined {
  if (type === 0x01) return bytes.readDoubleLE(at);
  if (type === 0x02) return bytes.toString('utf8', at + 4, at + 4 + bytes.readInt32LE(at) - 1);
  if (type === 0x08) return bytes.readUInt8(at) === 1;
  return type === 0x10 ? bytes.readInt32LE(at) : undefined;
}

/** Bytes of a value, by type; those with a length in front say it themselves. */
function size(type: number, bytes: Buffer, at: number): number {
  const fixed: Record<number, number> = { 1: 8, 6: 0, 7: 12, 8: 1, 9: 8, 10: 0, 16: 4, 17: 8, 18: 8, 19: 16 };
  const length = fixed[type];
  if (length !== undefined) return length;
  if (type === 0x02) return 4 + bytes.readInt32LE(at);
  if (type === 0x03 || type === 0x04) return bytes.readInt32LE(at);
  if (type === 0x05) return 5 + bytes.readInt32LE(at);
  throw new RangeError(`type ${type}`);
}
