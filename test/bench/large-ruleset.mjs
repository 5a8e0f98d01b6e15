/**
 * What 10,000 flags cost the event loop of an app: when the rules come, while the flags are read
 * ahead and the copy is written, at a patch of one flag, and at the first call of a flag with a
 * heavy pattern. A figure is the longest turn of the loop: the median of several clients, one after
 * the other, and the least, which is nearest to a machine that does nothing else.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createClient } from '../../sdk/dist/index.js';
import { HEAVY_PATTERNS, largeRuleset } from './large-rulesets.mjs';
import { idleLoopLag, median, table } from './measure.mjs';

const CLIENTS = 7;
const PATCHES = 20;
/** The copy is written a second after a change. */
const SETTLE_MS = 3_000;
const NOTHING = { wall: 0, cpu: 0 };
const EMAIL = 'Anna.Longname-Surname@some.example.com';

/** The longest turn of the event loop since the last `take`. */
class LoopWatch {
  #last = timesNow();
  #longest = NOTHING;
  #isOpen = true;

  constructor() {
    this.#turn();
  }

  take() {
    const longest = this.#longest;
    this.#longest = NOTHING;
    this.#last = timesNow();
    return longest;
  }

  close() {
    this.#isOpen = false;
  }

  #turn() {
    const now = timesNow();
    const turn = minus(now, this.#last);
    this.#longest = {
      wall: Math.max(this.#longest.wall, turn.wall),
      cpu: Math.max(this.#longest.cpu, turn.cpu),
    };
    this.#last = now;
    if (this.#isOpen) setImmediate(() => this.#turn());
  }
}

/** `cpu` is the process's own time, which the load of others does not lengthen. */
function timesNow() {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1_000 };
}

function minus(a, b) {
  return { wall: a.wall - b.wall, cpu: a.cpu - b.cpu };
}

function timesOf(work) {
  const start = timesNow();
  work();
  return minus(timesNow(), start);
}

function medians(all) {
  return { wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) };
}

/** The results are kept, as a client keeps its rules: garbage collection is a part of the time. */
function parseTimes(text) {
  const kept = [];
  return medians(Array.from({ length: 5 }, () => timesOf(() => kept.push(JSON.parse(text)))));
}

async function measureClient(url, server, text, results) {
  const cacheDir = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const parse = parseTimes(text);
  const watch = new LoopWatch();
  const flags = createClient({ url, key: 'bench', cacheDir });
  const changed = () => new Promise((resolve) => flags.on('change', resolve));
  await changed();
  await wait(0);
  results.parse.push(parse);
  results.start.push(minus(watch.take(), parse));
  const context = { targetingKey: 'user-1', email: EMAIL };
  for (const index of HEAVY_PATTERNS.keys()) {
    results.heavy.push(timesOf(() => flags.isActive(`heavy-${index}`, context)));
  }
  watch.take();
  await wait(SETTLE_MS);
  results.slices.push(watch.take());
  for (let patch = 0; patch < PATCHES; patch++) {
    await wait(20);
    watch.take();
    const next = changed();
    server.send('patch');
    await next;
    await wait(0);
    results.patch.push(watch.take());
  }
  watch.close();
  await flags.close();
  await rm(cacheDir, { recursive: true });
}

const lag = await idleLoopLag();
console.log(`idle loop lag: p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms\n`);
const server = fork(fileURLToPath(new URL('large-ruleset-server.mjs', import.meta.url)));
const [port] = await once(server, 'message');
const text = JSON.stringify(largeRuleset());
const results = { parse: [], start: [], slices: [], patch: [], heavy: [] };
for (let client = 0; client < CLIENTS; client++) {
  await measureClient(`http://127.0.0.1:${port}`, server, text, results);
}
server.kill();

const rows = [
  ['JSON.parse of the ruleset', results.parse, null],
  ['rules applied, beyond JSON.parse', results.start, 30],
  ['flags read ahead, copy written', results.slices, 5],
  ['patch of one flag', results.patch, 1],
  ['first call with a heavy pattern', results.heavy, 5],
].map(([name, all, bar]) => [
  name,
  medians(all).wall.toFixed(2),
  Math.min(...all.map(({ wall }) => wall)).toFixed(2),
  medians(all).cpu.toFixed(2),
  Math.min(...all.map(({ cpu }) => cpu)).toFixed(2),
  bar === null ? '' : `≤ ${bar} ms: ${medians(all).wall <= bar ? 'yes' : 'NO'}`,
]);
console.log(`${(text.length / 1e6).toFixed(1)} MB\n`);
const head = ['longest turn of the event loop, ms', 'median', 'least', 'CPU, median', 'CPU, least'];
console.log(table([...head, 'bar'], rows));
process.exit(0);
