import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { HANG_MS } from './patience.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The SDK's sources as modules that a process of its own can run. */
export class SdkBundle {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<SdkBundle> {
    const folder = await mkdtemp(join(root, 'node_modules', '.sdk-bundle-'));
    await build({
      root,
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: true,
        outDir: folder,
        emptyOutDir: false,
        target: 'node20',
        rolldownOptions: {
          input: { sdk: join(root, 'sdk/src/index.ts'), node: join(root, 'sdk/src/node/index.ts') },
          output: { entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
        },
      },
    });
    return new SdkBundle(folder);
  }

  /** Runs a script that finds `createClient`, `measureRequests` and all of `scope` in scope. */
  async run(script: string, scope: Record<string, string>): Promise<ProcessEnd> {
    const path = join(this.#folder, `script-${Math.floor(performance.now() * 1_000)}.mjs`);
    const imports = `import { createClient } from './sdk.mjs';
import { measureRequests } from './node.mjs';
`;
    const constants = Object.entries(scope).map(
      ([name, value]) => `const ${name} = ${JSON.stringify(value)};\n`,
    );
    await writeFile(path, imports + constants.join('') + script);
    return spawned(path);
  }

  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

export interface ProcessEnd {
  /** Null when it did not end by itself. */
  readonly code: number | null;
  readonly output: string;
}

function spawned(path: string): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (bytes) => {
      output += bytes;
    });
    child.stderr.on('data', (bytes) => {
      output += bytes;
    });
    const tooLate = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
    child.on('close', (code) => {
      clearTimeout(tooLate);
      resolve({ code, output });
    });
  });
}
