import { plainText } from '../domain/plain-text.js';
import type { LogLine } from './engine.js';
import { isHeader, LOG_HEADER } from './log-text.js';

type Stream = LogLine['stream'];

const NEWLINE = 0x0a;
/** "2026-11-21T10:33:02.123456789Z text": the engine puts it before each line when it is asked for timestamps. */
const STAMPED = /^(\d{4}-\d\d-\d\dT[\d:]+(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

/**
 * Takes the engine's log stream with timestamps as it comes and gives whole lines. Frames are type, three zero bytes,
 * length, payload, and may end within a line or a character; a container with a terminal sends bare text.
 */
export class LogLines {
  readonly #unfinished: Record<Stream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #framed: boolean | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #stream: Stream = 'stdout';
  /** What of the current frame has not come yet. */
  #expected = 0;

  push(chunk: Buffer): LogLine[] {
    let rest = this.#pending.length > 0 ? Buffer.concat([this.#pending, chunk]) : chunk;
    this.#pending = Buffer.alloc(0);
    if (this.#framed === undefined && rest.length >= LOG_HEADER) this.#framed = isHeader(rest);
    if (this.#framed === false) return this.#take('stdout', rest);
    const lines: LogLine[] = [];
    while (rest.length > 0) {
      if (this.#expected === 0) {
        if (rest.length < LOG_HEADER) {
          this.#pending = rest;
          break;
        }
        this.#stream = rest[0] === 2 ? 'stderr' : 'stdout';
        this.#expected = rest.readUInt32BE(4);
        rest = rest.subarray(LOG_HEADER);
      }
      const payload = rest.subarray(0, this.#expected);
      lines.push(...this.#take(this.#stream, payload));
      this.#expected -= payload.length;
      rest = rest.subarray(payload.length);
    }
    return lines;
  }

  /** What was written without a newline at its end. */
  end(): LogLine[] {
    const bare = this.#framed === undefined ? this.#take('stdout', this.#pending) : [];
    const left = (['stdout', 'stderr'] as const).flatMap((stream) => {
      const text = this.#unfinished[stream];
      return text.length > 0 ? [lineOf(stream, text)] : [];
    });
    return [...bare, ...left];
  }

  #take(stream: Stream, part: Buffer): LogLine[] {
    let rest = Buffer.concat([this.#unfinished[stream], part]);
    const lines: LogLine[] = [];
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      lines.push(lineOf(stream, rest.subarray(0, end)));
      rest = rest.subarray(end + 1);
    }
    this.#unfinished[stream] = rest;
    return lines;
  }
}

function lineOf(stream: Stream, bytes: Buffer): LogLine {
  const line = bytes.toString('utf8');
  const [whole = '', stamp = ''] = STAMPED.exec(line) ?? [];
  const text = plainText(line.slice(whole.length).replace(/\r+$/, ''));
  return { stream, time: stamp === '' ? Date.now() : Date.parse(stamp), text };
}
