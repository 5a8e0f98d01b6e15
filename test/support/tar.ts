import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Archives in the format "ustar", without the program `tar`, which not every machine has. Folders
 * and plain files only; owners and times are left out, so equal files give equal archives.
 */
const BLOCK = 512;
const NAME_MAX = 100;
const FILE = '0';
const FOLDER = '5';

export async function packTar(folder: string): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const add = async (path: string) => {
    const { mode } = await stat(join(folder, path));
    const names = await readdir(join(folder, path)).catch(() => null);
    if (names === null) {
      const content = await readFile(join(folder, path));
      blocks.push(headerOf({ path, mode, type: FILE, size: content.length }), padded(content));
      return;
    }
    if (path !== '') blocks.push(headerOf({ path: `${path}/`, mode, type: FOLDER, size: 0 }));
    for (const name of names.sort()) await add(path === '' ? name : `${path}/${name}`);
  };
  await add('');
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

/** `strip` leaves out so many folders at the start of each path, as `--strip-components` does. */
export async function unpackTar(archive: Buffer, folder: string, strip = 0): Promise<void> {
  for (let at = 0; archive[at] !== 0 && at < archive.length; ) {
    const { path, mode, type, size } = readHeader(archive.subarray(at, at + BLOCK));
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const target = join(folder, ...path.split('/').slice(strip));
    await mkdir(type === FOLDER ? target : dirname(target), { recursive: true, mode: 0o700 });
    if (type === FILE) await writeFile(target, content, { mode });
  }
}

interface Header {
  readonly path: string;
  readonly mode: number;
  readonly type: string;
  readonly size: number;
}

function headerOf({ path, mode, type, size }: Header): Buffer {
  const header = Buffer.alloc(BLOCK);
  const split = path.length > NAME_MAX ? path.indexOf('/', path.length - NAME_MAX - 1) : -1;
  if (path.length - split - 1 > NAME_MAX || split > 155) throw new Error(`too long: ${path}`);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0');
  header.write(path.slice(split + 1), 0);
  header.write(octal(mode & 0o777, 8), 100);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(type, 156);
  header.write('ustar\x0000', 257);
  header.write(path.slice(0, Math.max(0, split)), 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 7)}\0`, 148);
  return header;
}

function readHeader(header: Buffer): Header {
  const text = (from: number, length: number) =>
    header.toString('utf8', from, from + length).replace(/\0[\s\S]*$/, '');
  const type = text(156, 1);
  const prefix = text(345, 155);
  const path = prefix === '' ? text(0, NAME_MAX) : `${prefix}/${text(0, NAME_MAX)}`;
  if (type !== FILE && type !== FOLDER) throw new Error(`"${path}" has the unknown type "${type}"`);
  return { path, type, mode: parseInt(text(100, 8), 8), size: parseInt(text(124, 12), 8) };
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}
