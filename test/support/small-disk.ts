import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const MIB = 1024 * 1024;

/** A disk of its own that can be filled. */
export interface SmallDisk {
  readonly path: string;
  freeMib(): Promise<number>;
  /** Writes what cannot be compressed until only so much is left. */
  fillTo(freeMib: number): Promise<void>;
  empty(): Promise<void>;
  remove(): Promise<void>;
}

/** Undefined, with the reason in the output, where this process may not mount one. */
export async function mountSmallDisk(mib: number): Promise<SmallDisk | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', path], { stdio: 'pipe' });
  } catch {
    await rm(path, { recursive: true, force: true });
    console.warn(`skipped: user ${userInfo().username} may not mount a small disk`);
    return undefined;
  }
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
