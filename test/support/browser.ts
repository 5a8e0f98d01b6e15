import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** A real Chromium: `CHROMIUM_PATH`, else one on this machine, else the one that npm brought. */
export async function launchBrowser(): Promise<Browser> {
  const installed = process.env.CHROMIUM_PATH ?? findInstalled();
  if (installed !== undefined) {
    return chromium.launch({ executablePath: installed, args: FLAGS });
  }
  const { executablePath, args } = await bundled();
  return chromium.launch({ executablePath, args: [...args, ...FLAGS] });
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

async function bundled(): Promise<{ executablePath: string; args: string[] }> {
  try {
    const { default: shipped } = await import('@sparticuz/chromium');
    return { executablePath: await shipped.executablePath(), args: shipped.args };
  } catch (cause) {
    const message = 'no Chromium: set CHROMIUM_PATH or install one (apt-get install chromium)';
    throw new Error(message, { cause });
  }
}
