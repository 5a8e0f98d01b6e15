import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../support/server.js';
import { until } from '../../support/until.js';

export interface RealServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Scrapes `target` five times a second as the job `app`. */
export async function startPrometheus(target: URL): Promise<RealServer> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
  const config = {
    global: { scrape_interval: '200ms', scrape_timeout: '200ms' },
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target.host] }] }],
  };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
    ],
    { stdio: 'ignore' },
  );
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  await untilReady(`${url}/-/ready`, stop);
  return { url, stop };
}

/** Waits for the first answer with status 200; stops the server when none comes. */
export async function untilReady(url: string, stop: () => Promise<void>): Promise<void> {
  try {
    await until(async () => {
      const { status } = await fetch(url);
      if (status !== 200) throw new Error(`${url} answers ${status}`);
    });
  } catch (error) {
    await stop();
    throw error;
  }
}
