import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../domain/errors.js';
import type { Log } from '../../log.js';
import type { Order, Report } from './messages.js';

/** Always the built file: tests run the sources, but a process cannot. */
const PROCESS = fileURLToPath(new URL('../../../dist/store/embedded/process.js', import.meta.url));

/** The process that runs the embedded database. */
export class EmbeddedServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Where postgres.js finds it. */
  get socketPath(): string {
    return join(this.folder, 'socket');
  }

  static async start({
    dataDirectory,
  }: {
    dataDirectory: string;
    log: Log;
  }): Promise<EmbeddedServer> {
    const directory = join(dataDirectory, 'database');
    await mkdir(directory, { recursive: true });
    const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
    const child = fork(PROCESS, [directory, join(folder, 'socket')], { execArgv: [] });
    await ready(child);
    return new EmbeddedServer(child, folder);
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.send({ kind: 'stop' } satisfies Order);
    await exit;
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function ready(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code, signal) =>
      reject(new AppError('UNAVAILABLE', `the embedded database ended (${signal ?? code})`)),
    );
    child.on('message', (report: Report) => {
      if (report.kind === 'ready') resolve();
    });
  });
}
