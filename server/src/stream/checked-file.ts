import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

const NEWLINE = 10;

/**
 * Replaces a file atomically: after a crash it holds the old content or the new one. The first
 * line holds a checksum, so that a damaged file is detected and ignored.
 */
export async function writeCheckedFile(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${checksumOf(content)}\n`);
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** Returns undefined when the file is missing or its checksum does not match. */
export async function readCheckedFile(path: string): Promise<Buffer | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(NEWLINE);
  const content = bytes.subarray(end + 1);
  return bytes.toString('latin1', 0, end) === checksumOf(content) ? content : undefined;
}

/** Makes the rename itself durable. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function checksumOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
