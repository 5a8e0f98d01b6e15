#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { type CommandSettings, readCommandSettings } from './config.js';
import { describeError } from './domain/describe-error.js';
import { print, printProblem } from './log.js';

const USAGE = `sluice verify <project>/<environment>/<flag> <release>

  Decides every recorded decision of a release again, from the numbers stored beside it.
  SLUICE_URL   address of the server, such as http://127.0.0.1:4000
  SLUICE_KEY   an admin key`;

interface DecisionLine {
  readonly version: number;
  readonly action: string;
  readonly sentence: string;
}

async function main(): Promise<number> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [command, place = '', release] = positionals;
  const [project, environment, flag] = place.split('/').map(encodeURIComponent);
  if (command !== 'verify' || !flag || !release) return refuse(USAGE);
  const parsed = readCommandSettings();
  if ('problems' in parsed) return refuse(parsed.problems.join('\n'));
  const path =
    `/projects/${project}/environments/${environment}/flags/${flag}` +
    `/releases/${encodeURIComponent(release)}`;
  return verify(parsed.settings, path);
}

/** Returns exit code 0 when all decisions are the same, else 1. */
async function verify(settings: CommandSettings, path: string): Promise<number> {
  const { decisions } = await ask<{ decisions: readonly DecisionLine[] }>(
    settings,
    'GET',
    `${path}/timeline`,
  );
  let different = 0;
  let verified = 0;
  for (const { version, action, sentence } of decisions) {
    const details = `${path}/decisions/${version}`;
    const { inputs } = await ask<{ inputs: unknown }>(settings, 'GET', details);
    if (inputs === null) continue;
    const { same } = await ask<{ same: boolean }>(settings, 'POST', `${details}/verify`);
    verified += 1;
    if (!same) different += 1;
    print(`${same ? 'same     ' : 'DIFFERENT'}  ${version}  ${action}  ${sentence}`);
  }
  print(`${verified - different} of ${verified} decisions come out the same`);
  return different === 0 ? 0 : 1;
}

async function ask<T>({ url, key }: CommandSettings, method: string, path: string): Promise<T> {
  const headers = { Authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/api/v1${path}`, { method, headers });
  const body = (await response.json()) as T & { readonly detail?: string };
  if (response.ok) return body;
  throw new Error(`${method} ${path}: ${response.status} ${body.detail ?? ''}`);
}

function refuse(text: string): number {
  printProblem(text);
  return 2;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = refuse(describeError(error).message);
}
