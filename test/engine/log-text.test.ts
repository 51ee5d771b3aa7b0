import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../src/domain/plain-text.js';
import { LogText, logText } from '../../src/engine/log-text.js';

function frame(text: string, stream = 1): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

describe('the log stream', () => {
  it('is put together however its bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.integer({ min: 1, max: 20 }), (lines, size) => {
        const raw = Buffer.concat(lines.map((line, i) => frame(`${line}\n`, (i % 2) + 1)));
        const text = new LogText(1e6);
        for (let at = 0; at < raw.length; at += size) text.push(raw.subarray(at, at + size));
        expect(text.toString()).toBe(plainText(lines.map((line) => `${line}\n`).join('')));
      }),
    );
  });

  it('of a terminal has no frames', () => {
    expect(logText(Buffer.from('hello from a terminal\n'))).toBe('hello from a terminal\n');
    expect(logText(Buffer.from('short'))).toBe('short');
  });

  it('that is too long keeps its beginning and its end, in whole lines', () => {
    const text = new LogText(1000);
    for (let i = 0; i < 1000; i++) text.push(frame(`line ${i} of many\n`));
    const lines = text.toString().trim().split('\n');
    expect(lines[0]).toBe('line 0 of many');
    expect(lines.at(-1)).toBe('line 999 of many');
    expect(text.toString()).toMatch(/\n… about \d+ bytes are left out here …\n/);
    expect(lines.filter((line) => !/^line \d+ of many$|left out/.test(line))).toEqual([]);
    expect(text.toString().length).toBeLessThan(1100);
  });

  it('loses colours, titles and cursor movements, and keeps lines', () => {
    const raw = '\u001b]0;title\u0007\u001b[31;1mred\u001b[0m\tx\r\n10%\r20%\u0000\u009b\n';
    expect(plainText(raw)).toBe('red\tx\n10%\n20%\n');
  });
});
