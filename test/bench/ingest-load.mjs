import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { encodeSketch, Sketch } from '../../sdk/dist/protocol/index.js';

/**
 * One event is one request that an app served: an evaluation that reached the release's rule,
 * counted by flag, arm and person, with its latency and, for one in a hundred, an error.
 */
export const EVENTS_PER_BATCH = 500;
/** Each instance serves a hundred requests a second and posts every five seconds. */
export const POST_EVERY_MS = 5_000;
const SLOT_MS = 10_000;
/** One request in ten comes from somebody new, the others from the latest 20,000 people. */
const NEW_SHARE = 0.1;
const RECENT_PEOPLE = 20_000;
const ERROR_SHARE = 0.01;
const TREATED_BELOW = 0.25 * 2 ** 32;

/** People of a service, by the hash under which a release knows them. */
class People {
  #recent = [];
  #next = 0;
  distinct = 0;

  draw() {
    if (this.#recent.length < RECENT_PEOPLE / 10 || Math.random() < NEW_SHARE) return this.#add();
    return this.#recent[Math.floor(Math.random() * this.#recent.length)];
  }

  #add() {
    const hash = Math.floor(Math.random() * 2 ** 32);
    const unit = hash.toString(16).padStart(8, '0') + this.distinct.toString(16).padStart(8, '0');
    const person = { unit, bucket: hash >>> 24, arm: isTreated(hash) ? 'treatment' : 'control' };
    this.distinct += 1;
    this.#recent[this.#next] = person;
    this.#next = (this.#next + 1) % RECENT_PEOPLE;
    return person;
  }
}

/** Not by the hash itself: its first byte is the bucket. */
function isTreated(hash) {
  return Math.imul(hash, 0x9e3779b1) >>> 0 < TREATED_BELOW;
}

/** What one SDK has gathered since its last post, in the form of `sdk/src/protocol`. */
class Instance {
  id = randomUUID();
  #seq = 0;
  #seen = { treatment: new Set(), control: new Set() };
  #failed = { treatment: new Set(), control: new Set() };

  nextBatch(people, releaseId) {
    const arms = { treatment: emptyArm(), control: emptyArm() };
    const sketch = new Sketch();
    for (let i = 0; i < EVENTS_PER_BATCH; i += 1) {
      const { unit, bucket, arm } = people.draw();
      const gathered = arms[arm];
      const latencyMs = 20 * Math.exp(Math.random() * 3);
      const isError = Math.random() < ERROR_SHARE;
      const isSlow = latencyMs > 300;
      gathered.exposures += 1;
      sketch.add(latencyMs);
      gathered.sketch.add(latencyMs);
      if (!this.#seen[arm].has(unit)) gathered.units.push(unit);
      this.#seen[arm].add(unit);
      if (isError && !this.#failed[arm].has(unit)) gathered.failed.push(unit);
      if (isError) this.#failed[arm].add(unit);
      for (const [name, value] of [
        ['errors', isError],
        ['slow', isSlow],
      ]) {
        gathered[name][bucket] ??= [bucket, 0, 0];
        const entry = gathered[name][bucket];
        entry[1] += value ? 1 : 0;
        entry[2] += 1;
      }
    }
    const { treatment, control } = arms;
    const slot = {
      flags: { ramped: { on: treatment.exposures, off: control.exposures } },
      releases: Object.entries(arms).map(([arm, it]) => entryOf(releaseId, arm, it)),
      metrics: {
        'http.request': { count: EVENTS_PER_BATCH, sum: 0 },
        'http.latency': { count: EVENTS_PER_BATCH, sum: 0, sketch: encodeSketch(sketch) },
        'http.error': { count: treatment.failed.length + control.failed.length, sum: 0 },
      },
    };
    this.#seq += 1;
    const units = treatment.units.length + control.units.length;
    return { seq: this.#seq, slot: JSON.stringify(slot).slice(1), units };
  }
}

/** A batch that was gathered beforehand, as it is posted now. */
function bodyOf({ seq, slot }) {
  const now = Date.now();
  const from = Math.floor(now / SLOT_MS) * SLOT_MS;
  const head = `{"seq":${seq},"at":${now},"through":${now}`;
  return `${head},"slots":[{"from":${from},"to":${from + SLOT_MS},${slot}]}`;
}

function emptyArm() {
  return { exposures: 0, units: [], failed: [], errors: {}, slow: {}, sketch: new Sketch() };
}

function entryOf(id, arm, { exposures, units, failed, errors, slow, sketch }) {
  return {
    ...{ id, phase: 1, arm, exposures, units, splits: { 'http.errors': failed } },
    buckets: { 'http.error-rate': Object.values(errors), 'http.latency': Object.values(slow) },
    sketches: { 'http.latency': encodeSketch(sketch) },
  };
}

/**
 * All batches of that many events a second, gathered ahead: SDKs gather on other machines, and
 * must not take the time of the server that is measured here.
 */
export function gatherLoad({ eventsPerSecond, seconds, releaseId }) {
  const count = Math.round((eventsPerSecond / EVENTS_PER_BATCH) * (POST_EVERY_MS / 1_000));
  const people = new People();
  const instances = Array.from({ length: count }, () => new Instance());
  const batches = instances.map(() => []);
  for (let at = 0; at < seconds * 1_000; at += POST_EVERY_MS) {
    for (const [index, instance] of instances.entries()) {
      batches[index].push(instance.nextBatch(people, releaseId));
    }
  }
  return { people: people.distinct, senders: instances.map(({ id }) => id), batches };
}

/** Posts the load at its pace; tells how long each answer took. */
export async function postEvents({ url, serverKey }, { people, senders, batches }) {
  const count = senders.length;
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const result = { acks: [], batches: 0, units: 0, bytes: 0, refused: 0, instances: count };
  await Promise.all(
    senders.map(async (id, index) => {
      await wait((index / count) * POST_EVERY_MS);
      let due = performance.now();
      for (const batch of batches[index]) {
        const json = bodyOf(batch);
        const startedAt = performance.now();
        const status = await post(agent, `${url}/sdk/v1/events`, json, {
          Authorization: `Bearer ${serverKey}`,
          'Sluice-Instance': id,
        });
        result.acks.push(performance.now() - startedAt);
        if (status !== 200) result.refused += 1;
        result.batches += 1;
        result.units += batch.units;
        result.bytes += json.length;
        due += POST_EVERY_MS;
        await wait(due - performance.now());
      }
    }),
  );
  agent.destroy();
  return { ...result, people };
}

function post(agent, url, body, headers) {
  return new Promise((resolve, reject) => {
    const options = {
      ...{ method: 'POST', agent },
      headers: {
        ...headers,
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
      },
    };
    const sent = request(url, options, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode));
    });
    sent.on('error', reject).end(body);
  });
}
