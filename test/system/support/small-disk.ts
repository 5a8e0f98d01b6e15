import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** A file system of its own that can be filled. */
export interface SmallDisk {
  readonly path: string;
  freeMib(): Promise<number>;
  /** Writes random bytes, which no database can compress, until only this much is free. */
  fillTo(freeMib: number): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounts a file system in memory, which takes root on Linux. */
export async function mountSmallDisk(mib: number): Promise<SmallDisk> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  const freeMib = async () => {
    const { bavail, bsize } = await statfs(path);
    return (bavail * bsize) / MIB;
  };
  return {
    path,
    freeMib,
    async fillTo(target) {
      const chunk = randomBytes(MIB / 4);
      while ((await freeMib()) - target >= 0.25) await appendFile(filler, chunk);
      if (target === 0) await appendFile(filler, chunk).catch(() => undefined);
    },
    empty: () => rm(filler, { force: true }),
    async remove() {
      execFileSync('umount', ['-l', path]);
      await rm(path, { recursive: true, force: true });
    },
  };
}
