/**
 * `isActive` beside the rivals, in one process and one run: 200 flags loaded, 5,000 rotating
 * users, every flag of one kind. Rounds are interleaved, so a slow moment of the machine hits
 * everybody alike; a figure is the median of the rounds.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { idleLoopLag, median, table } from './measure.mjs';
import { subjects } from './subjects.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const ROUNDS = 9;
const ROUND_MS = 120;
const BATCH = 2_000;
/** Of the fastest rival's time; the goal is 0.15. */
const BAR = 0.25;
const SCENARIOS = { rollout: '50 % rollout', rule: 'rule + 50 % rollout' };

const keys = {
  rollout: Array.from({ length: 100 }, (_, i) => `rollout-${i}`),
  rule: Array.from({ length: 100 }, (_, i) => `rule-${i}`),
};
const users = Array.from({ length: 5_000 }, (_, i) => ({
  id: `user-${i}`,
  country: ['NL', 'DE', 'FR', 'US'][i % 4],
}));

/** Runs whole batches until the time is up; nanoseconds per call. */
async function timeRound(subject, scenario, contexts) {
  const names = keys[scenario];
  let calls = 0;
  const start = process.hrtime.bigint();
  const end = start + BigInt(ROUND_MS * 1e6);
  do {
    await runBatch(subject, names, contexts, calls);
    calls += BATCH;
  } while (process.hrtime.bigint() < end);
  return Number(process.hrtime.bigint() - start) / calls;
}

/** Counts the active ones, so that no call can be optimised away. */
async function runBatch(subject, names, contexts, offset) {
  let active = 0;
  if (subject.isAsync) {
    for (let i = offset; i < offset + BATCH; i++) {
      if (await subject.isActive(names[i % 100], contexts[i % contexts.length])) active++;
    }
    return active;
  }
  for (let i = offset; i < offset + BATCH; i++) {
    if (subject.isActive(names[i % 100], contexts[i % contexts.length])) active++;
  }
  return active;
}

async function shareActive(subject, scenario, contexts) {
  let active = 0;
  for (const name of keys[scenario].slice(0, 10)) {
    for (const context of contexts) if (await subject.isActive(name, context)) active++;
  }
  return active / (contexts.length * 10);
}

async function allocatedPerCall(subject, scenario, contexts) {
  const samples = [];
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    await runBatch(subject, keys[scenario], contexts, 0);
    samples.push((process.memoryUsage().heapUsed - before) / BATCH);
  }
  return Math.max(0, median(samples));
}

async function measureScenario(everybody, contexts, scenario) {
  const times = new Map(everybody.map((subject) => [subject.name, []]));
  for (let round = 0; round <= ROUNDS; round++) {
    for (const subject of everybody) {
      const ns = await timeRound(subject, scenario, contexts.get(subject.name));
      if (round > 0) times.get(subject.name).push(ns);
    }
  }
  const rows = [];
  for (const subject of everybody) {
    const own = times.get(subject.name);
    rows.push({
      name: subject.name,
      isOurs: subject.isOurs === true,
      ns: median(own),
      spread: Math.max(...own) / Math.min(...own),
      bytes: await allocatedPerCall(subject, scenario, contexts.get(subject.name)),
      share: await shareActive(subject, scenario, contexts.get(subject.name)),
    });
  }
  return rows;
}

function print(title, rows) {
  const fastest = Math.min(...rows.filter((row) => !row.isOurs).map((row) => row.ns));
  const cells = rows.map(({ name, isOurs, ns, spread, bytes, share }) => [
    name,
    ns.toFixed(0),
    `${(ns / fastest).toFixed(2)} ×`,
    bytes.toFixed(0),
    `${(share * 100).toFixed(1)} %`,
    `${spread.toFixed(2)} ×`,
    isOurs ? `≤ ${BAR} ×: ${ns <= BAR * fastest ? 'yes' : 'NO'}` : '',
  ]);
  const head = ['client', 'ns a call', 'of the fastest rival', 'bytes a call', 'active'];
  console.log(`${title}\n\n${table([...head, 'slowest / fastest round', 'bar'], cells)}\n`);
}

const lag = await idleLoopLag();
console.log(`idle loop lag: p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms\n`);
const everybody = await subjects(keys);
const contexts = new Map(everybody.map((s) => [s.name, users.map((user) => s.context(user))]));
for (const [scenario, title] of Object.entries(SCENARIOS)) {
  print(title, await measureScenario(everybody, contexts, scenario));
}
process.exit(0);
