/** The parts of TDS, SQL Server's protocol, that it takes to log in. See [MS-TDS] 2.2.6.4 and 2.2.6.5. */

const PRELOGIN = 0x12;
const LOGIN7 = 0x10;
const ENCRYPTION = 0x01;
const TERMINATOR = 0xff;
const NOT_SUPPORTED = 0x02;
const REQUIRED = 0x03;
/** SQL Server 2008 and later. */
const TDS_7_2 = 0x72090002;
const LOGIN7_HEAD = 94;

/** A client that does not encrypt: without a library for TLS inside of TDS there is no other way. */
export function prelogin(): Buffer {
  const options = Buffer.from([0x00, 0, 11, 0, 6, ENCRYPTION, 0, 17, 0, 1, TERMINATOR]);
  return packet(PRELOGIN, Buffer.concat([options, Buffer.alloc(6), Buffer.from([NOT_SUPPORTED])]));
}

/** True when the server lets nobody in without encryption. @throws when the answer is none to `prelogin` */
export function requiresEncryption(answer: Buffer): boolean {
  for (let at = 0; answer.readUInt8(at) !== TERMINATOR; at += 5) {
    if (answer[at] === ENCRYPTION) return answer.readUInt8(answer.readUInt16BE(at + 1)) === REQUIRED;
  }
  return false;
}

export function login7(user: string, password: string): Buffer {
  const head = Buffer.alloc(LOGIN7_HEAD);
  head.writeUInt32LE(TDS_7_2, 4);
  head.writeUInt32LE(4096, 8);
  const name = Buffer.from(user, 'utf16le');
  const secret = Buffer.from(password, 'utf16le').map((byte) => ((byte << 4) | (byte >> 4)) ^ 0xa5);
  const app = Buffer.from('docker-manual', 'utf16le');
  const strings = [Buffer.alloc(0), name, secret, app];
  // Host, user, password, program and five that stay empty: where each begins and its length in characters.
  let start = LOGIN7_HEAD;
  for (let index = 0; index < 9; index++) {
    const length = strings[index]?.length ?? 0;
    head.writeUInt16LE(start, 36 + index * 4);
    head.writeUInt16LE(length / 2, 38 + index * 4);
    start += length;
  }
  // After the client's id: SSPI, file to attach, new password; all empty.
  for (const at of [78, 82, 86]) head.writeUInt16LE(start, at);
  head.writeUInt32LE(start, 0);
  return packet(LOGIN7, Buffer.concat([head, ...strings]));
}

/** What the server says to a login: undefined when it lets the client in, else its message. @throws on anything else */
export function loginAnswer(tokens: Buffer): string | undefined {
  const LOGIN_ACK = 0xad;
  const ERROR = 0xaa;
  const stepOver = [0xe3 /* ENVCHANGE */, 0xab /* INFO */];
  for (let at = 0; ; at += 3 + tokens.readUInt16LE(at + 1)) {
    const token = tokens.readUInt8(at);
    if (token === LOGIN_ACK) return undefined;
    if (token === ERROR) return tokens.toString('utf16le', at + 11, at + 11 + 2 * tokens.readUInt16LE(at + 9));
    if (!stepOver.includes(token)) throw new Error(`token ${token}`);
  }
}

function packet(type: number, body: Buffer): Buffer {
  const LAST = 0x01;
  const head = Buffer.from([type, LAST, 0, 0, 0, 0, 1, 0]);
  head.writeUInt16BE(head.length + body.length, 2);
  return Buffer.concat([head, body]);
}
