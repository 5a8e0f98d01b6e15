import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** A process id alone is used again one day; together with its start it is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In the system's own notation; null where the system does not tell. */
  readonly startedAt: string | null;
}

/** Which machine, since which boot, and whose process ids. */
export interface Machine {
  readonly boot: string | null;
  readonly namespace: string | null;
}

/** Process ids mean something else in another namespace, such as another container's. */
export function thisMachine(): Machine {
  return {
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startedAt: statusOf(pid)?.startedAt ?? null };
}

/** Whether that very process still runs; one that ended and was not waited for does not. */
export function isRunning({ pid, startedAt }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const status = statusOf(pid);
  if (!status) return exists(pid);
  return !/^[ZX]/.test(status.state) && (startedAt === null || status.startedAt === startedAt);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

interface ProcessStatus {
  readonly state: string;
  readonly startedAt: string;
}

function statusOf(pid: number): ProcessStatus | null {
  return attempt(() => (process.platform === 'linux' ? linuxStatus(pid) : unixStatus(pid)));
}

/** Fields 3 and 22 of /proc/<pid>/stat; the name before them may hold spaces and brackets. */
function linuxStatus(pid: number): ProcessStatus {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
}

function unixStatus(pid: number): ProcessStatus {
  const output = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C' },
  });
  const [state = '', ...start] = output.trim().split(/\s+/);
  return { state, startedAt: start.join(' ') };
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
