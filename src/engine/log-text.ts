import { plainText } from '../domain/plain-text.js';

/** How much of the beginning is kept of a log that is too long: what went wrong first is often said there. Bytes. */
const HEAD_SHARE = 0.1;
/** Bytes before each part of the stream of a container without a terminal. */
export const LOG_HEADER = 8;

/**
 * Takes the engine's log stream as it comes and keeps at most `maxBytes` of it: the beginning and the end, cut at
 * lines. Frames are type, three zero bytes, length, payload; a container with a terminal sends bare text.
 */
export class LogText {
  readonly #headSize: number;
  readonly #tailSize: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #dropped = 0;
  #framed: boolean | undefined;
  /** A header, or the part of one, that waits for its next bytes. */
  #pending: Buffer = Buffer.alloc(0);
  /** What of the current frame has not come yet. */
  #expected = 0;

  constructor(maxBytes: number) {
    this.#headSize = Math.floor(maxBytes * HEAD_SHARE);
    this.#tailSize = maxBytes - this.#headSize;
  }

  push(chunk: Buffer): void {
    let rest = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    this.#pending = Buffer.alloc(0);
    if (this.#framed === undefined && rest.length >= LOG_HEADER) this.#framed = isHeader(rest);
    while (rest.length > 0) {
      if (this.#framed === false) {
        this.#keep(rest);
        return;
      }
      if (this.#expected === 0) {
        if (rest.length < LOG_HEADER) {
          this.#pending = rest;
          return;
        }
        this.#expected = rest.readUInt32BE(4);
        rest = rest.subarray(LOG_HEADER);
      }
      const payload = rest.subarray(0, this.#expected);
      this.#keep(payload);
      this.#expected -= payload.length;
      rest = rest.subarray(payload.length);
    }
  }

  toString(): string {
    const unframed = this.#framed === undefined ? this.#pending.toString('utf8') : '';
    const head = Buffer.concat(this.#head).toString('utf8');
    const tail = Buffer.concat(this.#tail).toString('utf8');
    if (this.#dropped === 0) return plainText(head + tail + unframed);
    // Half a line is no evidence, and half a password would not be recognised as one.
    const begin = head.slice(0, head.lastIndexOf('\n') + 1);
    const end = tail.slice(tail.indexOf('\n') + 1);
    return plainText(`${begin}… about ${this.#dropped} bytes are left out here …\n${end}`);
  }

  #keep(part: Buffer): void {
    const first = part.subarray(0, this.#headSize - this.#headBytes);
    if (first.length > 0) this.#head.push(first);
    this.#headBytes += first.length;
    const later = part.subarray(first.length);
    if (later.length === 0) return;
    this.#tail.push(later);
    this.#tailBytes += later.length;
    while (this.#tailBytes > this.#tailSize) {
      const oldest = this.#tail[0] as Buffer;
      const excess = Math.min(oldest.length, this.#tailBytes - this.#tailSize);
      if (excess === oldest.length) this.#tail.shift();
      else this.#tail[0] = oldest.subarray(excess);
      this.#tailBytes -= excess;
      this.#dropped += excess;
    }
  }
}

/** A log that is in memory already. */
export function logText(raw: Buffer): string {
  const text = new LogText(Number.MAX_SAFE_INTEGER);
  text.push(raw);
  return text.toString();
}

/** Whether a stream that begins like this comes in frames. */
export function isHeader(bytes: Buffer): boolean {
  return (bytes[0] ?? 3) <= 2 && bytes.readUIntBE(1, 3) === 0;
}
