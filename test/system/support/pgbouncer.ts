import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../support/server.js';
import { until } from '../../support/until.js';

export type PoolMode = 'session' | 'transaction' | 'statement';

/** PgBouncer before one PostgreSQL cluster. */
export class PgBouncer {
  readonly #directory: string;
  readonly #port: number;
  #child: ChildProcess;

  private constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
    this.#child = launch(directory);
  }

  static async start(clusterUrl: string, mode: PoolMode): Promise<PgBouncer> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-pgbouncer-'));
    const port = await findFreePort();
    await writeFile(join(directory, 'pgbouncer.ini'), settingsOf(new URL(clusterUrl), mode, port));
    const bouncer = new PgBouncer(directory, port);
    await bouncer.#untilListening();
    return bouncer;
  }

  /** The address of a database of the cluster, through the pooler. */
  through(databaseUrl: string): string {
    const url = new URL(databaseUrl);
    url.port = String(this.#port);
    return url.href;
  }

  /** Ends the pooler with each of its connections, and starts it again on the same port. */
  async restart(): Promise<void> {
    await this.#end();
    this.#child = launch(this.#directory);
    await this.#untilListening();
  }

  async stop(): Promise<void> {
    await this.#end();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #untilListening(): Promise<void> {
    await until(async () => {
      if (this.#child.exitCode !== null) throw new Error('pgbouncer ended; its output is above');
      const socket = connect({ port: this.#port, host: '127.0.0.1' });
      await once(socket, 'connect');
      socket.destroy();
    });
  }
}

function launch(directory: string): ChildProcess {
  return spawn('pgbouncer', ['--quiet', join(directory, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** PgBouncer refuses to run as root, so it changes to the account `nobody` once it has read this. */
function settingsOf(cluster: URL, mode: PoolMode, port: number): string {
  const { hostname, port: clusterPort, username, password } = cluster;
  return `[databases]
* = host=${hostname} port=${clusterPort} user=${username} password=${password}
[pgbouncer]
user = nobody
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 40
log_connections = 0
log_disconnections = 0
log_pooler_errors = 0
`;
}
