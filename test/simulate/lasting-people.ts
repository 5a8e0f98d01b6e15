import { drawFirstLook, drawGamma, drawNormal, drawPoisson, type Random } from './draw.js';
import type { Arms, Buckets, Phase, World } from './ramp.js';

/** The same people for the whole release; some fail far more often than others, always. */
interface Person {
  readonly place: number;
  readonly bucket: number;
  /** Events a look. */
  readonly rate: number;
}

const BUCKETS = 256;
const SHAPE = 0.2;

export interface LastingOptions {
  readonly random: Random;
  readonly people: number;
  /** Events a person and look, on average. */
  readonly rate: number;
}

function drawPeople({ random, people, rate }: LastingOptions): readonly Person[] {
  return Array.from({ length: people }, () => ({
    place: random(),
    bucket: Math.floor(random() * BUCKETS),
    rate: (drawGamma(random, SHAPE) / SHAPE) * rate + 1e-12,
  }));
}

function countPeople(phase: Phase, people: readonly Person[]): void {
  const treated = people.filter(({ place }) => place < phase.share).length;
  phase.units.treatment = treated;
  phase.units.control = people.length - treated;
  if (phase.phase === 1) Object.assign(phase.firstUnits, phase.units);
}

function newFirsts(phase: Phase): void {
  const firsts: Arms = { treatment: 0, control: 0 };
  phase.metrics['http.errors'] = { firsts, firstsAll: firsts };
}

/** Each person counts with its first event, on the side it is on at that moment. */
export function firstEventsOfLasting(options: LastingOptions): World {
  const people = drawPeople(options);
  const byLook = new Map<number, Person[]>();
  for (const person of people) {
    const look = drawFirstLook(options.random, person.rate);
    const others = byLook.get(look);
    if (others) others.push(person);
    else byLook.set(look, [person]);
  }
  return {
    begin(phase) {
      newFirsts(phase);
      countPeople(phase, people);
    },
    look(phase, look) {
      const firsts = phase.metrics['http.errors']?.firsts;
      for (const { place } of byLook.get(look) ?? []) {
        if (firsts) firsts[place < phase.share ? 'treatment' : 'control']++;
      }
    },
  };
}

/**
 * Wrong on purpose: control is a fixed half, and people outside both sides are forgotten, so that
 * whoever newly joins the treatment arrives unspent.
 */
export function firstEventsOfEnrolled(options: LastingOptions): World {
  const people = drawPeople(options);
  const spentAt = new Map<Person, number>();
  let enrolled: Person[] = [];
  let looks = 0;
  const isControl = ({ place }: Person) => place >= 0.5;
  return {
    begin(phase) {
      newFirsts(phase);
      const treated = phase.share;
      enrolled = people.filter((person) => person.place < treated || isControl(person));
      for (const person of enrolled) {
        if (spentAt.has(person)) continue;
        spentAt.set(person, looks + drawFirstLook(options.random, person.rate));
      }
      phase.units.treatment = enrolled.filter((person) => !isControl(person)).length;
      phase.units.control = enrolled.length - phase.units.treatment;
      Object.assign(phase.firstUnits, { treatment: 0, control: 0 });
      phase.share = treated / (treated + 0.5);
    },
    look(phase, look) {
      looks = look;
      const firsts = phase.metrics['http.errors']?.firsts;
      for (const person of enrolled) {
        if (firsts && spentAt.get(person) === look) {
          firsts[isControl(person) ? 'control' : 'treatment']++;
        }
      }
    },
  };
}

function newBuckets(): { readonly treatment: Buckets; readonly control: Buckets } {
  const zeros = () => Array.from({ length: BUCKETS }, () => 0);
  return { treatment: { s: zeros(), n: zeros() }, control: { s: zeros(), n: zeros() } };
}

/** Every event and request counts, summed over buckets: exact, as sums of Poisson are Poisson. */
export function eventsOfLasting(options: LastingOptions): World {
  const { random } = options;
  const people = drawPeople(options);
  let means = newBuckets();
  return {
    begin(phase) {
      countPeople(phase, people);
      phase.metrics['http.error-rate'] = { buckets: newBuckets() };
      means = newBuckets();
      for (const { place, bucket, rate } of people) {
        const { s, n } = means[place < phase.share ? 'treatment' : 'control'];
        s[bucket] = (s[bucket] as number) + rate;
        n[bucket] = (n[bucket] as number) + 1;
      }
    },
    look(phase) {
      const { buckets } = phase.metrics['http.error-rate'] ?? {};
      if (!buckets) return;
      for (const arm of ['treatment', 'control'] as const) {
        const { s, n } = buckets[arm];
        for (let bucket = 0; bucket < BUCKETS; bucket++) {
          s[bucket] = (s[bucket] as number) + drawPoisson(random, means[arm].s[bucket] as number);
          n[bucket] = (n[bucket] as number) + drawPoisson(random, means[arm].n[bucket] as number);
        }
      }
    },
  };
}

export interface LatencyOptions {
  readonly random: Random;
  readonly people: number;
  readonly requests: number;
  /** Spread of ln latency between people and between requests of one. */
  readonly spreadOfPeople: number;
  readonly spreadOfRequests: number;
  /** Times as slow with the feature. */
  readonly ratio?: number;
}

const CAP = 60;

/** Latencies around 1, with the same slow people throughout; means and slow shares at once. */
export function latencies(options: LatencyOptions): World {
  const { random, people, requests, spreadOfPeople, spreadOfRequests, ratio = 1 } = options;
  const places = Float64Array.from({ length: people }, random);
  const buckets = Uint8Array.from({ length: people }, () => Math.floor(random() * BUCKETS));
  const slowness = Float64Array.from({ length: people }, () => drawNormal(random) * spreadOfPeople);
  const threshold = Math.exp(1.6449 * Math.hypot(spreadOfPeople, spreadOfRequests));
  return {
    begin(phase) {
      const treated = places.filter((place) => place < phase.share).length;
      Object.assign(phase.units, { treatment: treated, control: people - treated });
      if (phase.phase === 1) Object.assign(phase.firstUnits, phase.units);
      phase.metrics.mean = { buckets: newBuckets() };
      phase.metrics.slow = { buckets: newBuckets() };
    },
    look(phase) {
      const [mean, slow] = [phase.metrics.mean?.buckets, phase.metrics.slow?.buckets];
      if (!mean || !slow) return;
      for (let request = 0; request < requests; request++) {
        const person = Math.floor(random() * people);
        const arm = (places[person] as number) < phase.share ? 'treatment' : 'control';
        const bucket = buckets[person] as number;
        const ln = (slowness[person] as number) + drawNormal(random) * spreadOfRequests;
        const latency = Math.exp(ln) * (arm === 'treatment' ? ratio : 1);
        add(mean[arm], bucket, Math.min(CAP, latency));
        add(slow[arm], bucket, latency > threshold ? 1 : 0);
      }
    },
  };
}

function add({ s, n }: Buckets, bucket: number, value: number): void {
  s[bucket] = (s[bucket] as number) + value;
  n[bucket] = (n[bucket] as number) + 1;
}
