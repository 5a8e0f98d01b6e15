import { type Browser, chromium } from 'playwright-core';
import { chromiumOfRun } from './chromium.js';

/**
 * The flags that come with the Chromium of npm are not used: they put all pages into one process,
 * which ends with the first closed context, and turn web security off, which hides real faults.
 */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Launches a real Chromium. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = chromiumOfRun();
  return chromium.launch({ executablePath, args: FLAGS, env: { ...process.env, ...env } });
}
