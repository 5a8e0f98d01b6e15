import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/ask.js';
import { HANG_MS } from '../support/patience.js';
import { findFreePort, startServer } from '../support/server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(root, 'server/dist/main.js');

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-start-'));
});

afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 10 }));

interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exited: Promise<unknown>;
}

function run(
  environment: Record<string, string>,
  command: string = process.execPath,
  args: readonly string[] = [MAIN],
): Run {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, SLUICE_DATA_DIR: join(directory, 'data'), ...environment },
  });
  const texts = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text;
  });
  const exited = once(child, 'exit').then(([code]) => code as unknown);
  return { child, out: () => texts.out, err: () => texts.err, exited };
}

describe('starting the server', () => {
  it('fails with every configuration error at once', async () => {
    const started = run({
      PORT: 'many',
      LOG_LEVEL: 'loud',
      SLUICE_SETUP_TOKEN: 'canary',
      SLUICE_PUBLIC_URL: 'flags.example.com',
    });
    expect(await started.exited).toBe(1);
    expect(started.err().split('\n')).toEqual([
      'Sluice cannot start:',
      '- PORT must be a port from 0 to 65535, got "many"',
      '- SLUICE_SETUP_TOKEN must have 32 to 256 of the characters A-Z a-z 0-9 _ -',
      '- SLUICE_PUBLIC_URL must be like https://flags.example.com or https://example.com/flags',
      '- LOG_LEVEL must be one of debug, info, warn, error, silent, got "loud"',
      '',
    ]);
    expect(started.out()).toBe('');
  });

  it('prints the setup link and the next step last, and ends on SIGTERM', async () => {
    const port = await findFreePort();
    const started = run({ PORT: String(port) });
    await expect.poll(started.out, { timeout: HANG_MS }).toContain('Next: open this link');
    const url = `http://127.0.0.1:${port}`;
    expect(started.out()).toContain(`Sluice listens on ${url}\n`);
    expect(started.out()).toMatch(
      new RegExp(`^ Create the first administrator: ${url}/setup#token=[\\w-]{43}$`, 'm'),
    );
    const [log, ...atTheEnd] = started.out().split('Sluice listens on');
    expect(log).toContain('"msg":"plain http: session cookies are not marked Secure');
    expect(atTheEnd.join()).not.toContain('{');
    expect((await ask(`${url}/readyz`)).body).toMatchObject({ ready: true });
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(started.out()).toContain('"msg":"stopped"');
  });

  it('with npm gives a server that drains and exits when npm receives SIGTERM', async () => {
    const port = await findFreePort();
    const started = run({ PORT: String(port) }, 'npm', ['start']);
    await expect.poll(started.out, { timeout: HANG_MS }).toContain('Next: ');
    started.child.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    expect(started.out()).toContain('"msg":"stopped"');
    await expect(ask(`http://127.0.0.1:${port}/readyz`)).rejects.toThrow();
  });

  it('fails with a message when the port is taken, and leaves no process running', async () => {
    const first = await startServer({ dataDir: join(directory, 'data') });
    const started = run({
      PORT: String(first.port),
      SLUICE_DATA_DIR: join(directory, 'other'),
    });
    expect(await started.exited).toBe(1);
    expect(started.err()).toBe(
      'Sluice cannot start:\n' +
        `- cannot listen on HOST 127.0.0.1, PORT ${first.port}: EADDRINUSE\n`,
    );
    await first.stop();
  });

  it('fails on a public address while no account exists', async () => {
    const started = run({ HOST: '0.0.0.0', PORT: '0' });
    expect(await started.exited).toBe(1);
    expect(started.err()).toContain('set SLUICE_SETUP_TOKEN or SLUICE_INIT_ADMIN');
  });
});
