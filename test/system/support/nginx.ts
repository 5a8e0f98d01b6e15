import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../support/until.js';

/** Ports, and for each the directives of its `server` block. */
export type ProxiedPorts = ReadonlyMap<number, string>;

/** nginx in a folder of its own, with its defaults wherever `directives` say nothing else. */
export class Nginx {
  readonly #directory: string;
  readonly #child: ChildProcess;

  private constructor(directory: string) {
    this.#directory = directory;
    this.#child = spawn('nginx', argumentsIn(directory), {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  static async start(ports: ProxiedPorts): Promise<Nginx> {
    const directory = await mkdtemp(join(tmpdir(), 'sluice-nginx-'));
    await writeFile(join(directory, 'nginx.conf'), configurationOf(ports));
    const nginx = new Nginx(directory);
    for (const port of ports.keys()) await until(() => nginx.#untilListening(port));
    return nginx;
  }

  /** Starts new workers; the old ones end their connections after a second. */
  reload(): void {
    const { status, stderr } = spawnSync(
      'nginx',
      ['-s', 'reload', ...argumentsIn(this.#directory)],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`nginx did not reload:\n${stderr}`);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #untilListening(port: number): Promise<void> {
    if (this.#child.exitCode !== null) throw new Error('nginx ended; its output is above');
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.destroy();
  }
}

function argumentsIn(directory: string): string[] {
  return ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'];
}

/** Relative paths are in the folder that `-p` names. */
function configurationOf(ports: ProxiedPorts): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `user root;
daemon off;
pid nginx.pid;
error_log stderr error;
worker_processes 1;
worker_shutdown_timeout 1s;
events {}
http {
  access_log off;
  gzip on;
  gzip_types *;
  ${temporary.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  ${[...ports].map(serverBlock).join('\n  ')}
}
`;
}

function serverBlock([port, directives]: readonly [number, string]): string {
  return `server {
    listen 127.0.0.1:${port};
    ${directives}
  }`;
}
