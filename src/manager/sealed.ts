import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
/** Bytes; both as NIST SP 800-38D recommends. */
const [NONCE, TAG] = [12, 16];

/** Plain data, encrypted: base64 of a nonce, a tag and the text. `key` is 32 bytes in hex. */
export function seal(value: unknown, key: string): string {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv(CIPHER, Buffer.from(key, 'hex'), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64');
}

/** Undefined with any other key, and for what was cut short. */
export function unseal<T>(sealed: string, key: string): T | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const options = { authTagLength: TAG };
  try {
    const decipher = createDecipheriv(CIPHER, Buffer.from(key, 'hex'), bytes.subarray(0, NONCE), options);
    decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]);
    return JSON.parse(text.toString('utf8')) as T;
  } catch {
    return undefined;
  }
}
