import { expect, it } from 'vitest';
import { LogLines } from '../../src/engine/log-lines.js';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

const AT = '2026-11-21T10:33:02.123456789Z';
const MS = Date.parse('2026-11-21T10:33:02.123Z');

it('gives whole lines of both streams, however the bytes are cut', () => {
  const bytes = Buffer.concat([
    frame(1, `${AT} begun ü`),
    frame(2, `${AT} \u001b[31mbad\u001b[0m\r\n`),
    frame(1, ` and ended\n${AT} second\n${AT} no newline`),
  ]);
  for (let cut = 1; cut < bytes.length; cut++) {
    const lines = new LogLines();
    const all = [...lines.push(bytes.subarray(0, cut)), ...lines.push(bytes.subarray(cut)), ...lines.end()];
    expect(all, `cut at ${cut}`).toEqual([
      { stream: 'stderr', time: MS, text: 'bad' },
      { stream: 'stdout', time: MS, text: 'begun ü and ended' },
      { stream: 'stdout', time: MS, text: 'second' },
      { stream: 'stdout', time: MS, text: 'no newline' },
    ]);
  }
});

it('reads the bare text of a container with a terminal', () => {
  const lines = new LogLines();
  expect(lines.push(Buffer.from(`${AT} hello\r\n${AT} wor`))).toEqual([{ stream: 'stdout', time: MS, text: 'hello' }]);
  expect(lines.end()).toEqual([{ stream: 'stdout', time: MS, text: 'wor' }]);
});
