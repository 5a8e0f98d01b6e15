/**
 * `isActive` beside the rivals, in one process and one run: 200 flags loaded, 5,000 rotating
 * users, every flag of one kind. Rounds are short and interleaved, so a slow moment of the machine
 * spoils single rounds of everybody alike. A figure is the median of the rounds. Beside it stands
 * the fastest round, which is what the code costs when nothing else runs.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { idleLoopLag, median, percentile, table } from './measure.mjs';
import { subjects } from './subjects.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const ROUNDS = 101;
const ROUND_MS = 8;
const WARM_UP_MS = 400;
const BATCH = 500;
/** Enough to see a single byte a call, unless that much is allocated before. */
const ALLOCATION_CALLS = 200_000;
const ALLOCATION_BYTES = 4_000_000;
const MEASURE = '@openfeature/flagd-core';
const SCENARIOS = {
  rollout: { title: '50 % rollout', bar: 0.2 },
  rule: { title: 'rule + 50 % rollout', bar: 0.17 },
};

const keys = {
  rollout: Array.from({ length: 100 }, (_, i) => `rollout-${i}`),
  rule: Array.from({ length: 100 }, (_, i) => `rule-${i}`),
};
const users = Array.from({ length: 5_000 }, (_, i) => ({
  id: `user-${i}`,
  country: ['NL', 'DE', 'FR', 'US'][i % 4],
}));

/** Runs whole batches until the time is up; nanoseconds per call. */
async function timeRound(subject, scenario, contexts, ms = ROUND_MS) {
  const names = keys[scenario];
  let calls = 0;
  const start = process.hrtime.bigint();
  const end = start + BigInt(ms * 1e6);
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

/** Without the memory that the measurement itself takes. */
async function allocatedPerCall(subject, scenario, contexts) {
  const nothing = { isAsync: subject.isAsync, isActive: () => true };
  const samples = [];
  for (let round = 0; round < 5; round++) {
    samples.push(
      (await allocatedBy(subject, scenario, contexts)) -
        (await allocatedBy(nothing, scenario, contexts)),
    );
  }
  return Math.max(0, median(samples));
}

async function allocatedBy(subject, scenario, contexts) {
  let calls = 0;
  let bytes = 0;
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  while (calls < ALLOCATION_CALLS && bytes < ALLOCATION_BYTES) {
    await runBatch(subject, keys[scenario], contexts, calls);
    calls += BATCH;
    bytes = process.memoryUsage().heapUsed - before;
  }
  return bytes / calls;
}

async function measureScenario(everybody, contexts, scenario) {
  const times = new Map(everybody.map((subject) => [subject.name, []]));
  for (const subject of everybody) {
    await timeRound(subject, scenario, contexts.get(subject.name), WARM_UP_MS);
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const subject of everybody) {
      const ns = await timeRound(subject, scenario, contexts.get(subject.name));
      times.get(subject.name).push(ns);
    }
  }
  const rows = [];
  for (const subject of everybody) {
    const own = times.get(subject.name);
    rows.push({
      name: subject.name,
      isOurs: subject.isOurs === true,
      ns: median(own),
      fastest: Math.min(...own),
      noise: percentile(own, 90) / percentile(own, 10),
      bytes: await allocatedPerCall(subject, scenario, contexts.get(subject.name)),
      share: await shareActive(subject, scenario, contexts.get(subject.name)),
    });
  }
  return rows;
}

function print({ title, bar }, rows) {
  const measure = rows.find((row) => row.name === MEASURE);
  const ours = rows.find((row) => row.isOurs);
  const isFastest = rows.every((row) => row.isOurs || row.ns > ours.ns);
  const cells = rows
    .toSorted((a, b) => a.ns - b.ns)
    .map(({ name, ns, fastest, bytes, share, noise }) => [
      name,
      ns.toFixed(0),
      `${(ns / measure.ns).toFixed(2)} ×`,
      fastest.toFixed(0),
      `${(fastest / measure.fastest).toFixed(2)} ×`,
      bytes.toFixed(1),
      `${(share * 100).toFixed(1)} %`,
      `${noise.toFixed(2)} ×`,
    ]);
  const head = ['client', 'ns a call', 'of flagd', 'fastest', 'of flagd', 'bytes a call'];
  console.log(`${title}\n\n${table([...head, 'active', 'noise (p90 / p10)'], cells)}\n`);
  const verdicts = [
    [`at most ${bar} × ${MEASURE}`, ours.ns <= bar * measure.ns],
    ['faster than every rival', isFastest],
    ['0 bytes a call', ours.bytes < 0.5],
  ];
  for (const [text, isMet] of verdicts) console.log(`${isMet ? 'yes' : 'NO '} ${text}`);
  console.log();
}

const lag = await idleLoopLag();
console.log(`idle loop lag: p50 ${lag.p50.toFixed(2)} ms, p99 ${lag.p99.toFixed(2)} ms\n`);
const everybody = await subjects(keys);
const contexts = new Map(everybody.map((s) => [s.name, users.map((user) => s.context(user))]));
for (const [scenario, description] of Object.entries(SCENARIOS)) {
  print(description, await measureScenario(everybody, contexts, scenario));
}
process.exit(0);
