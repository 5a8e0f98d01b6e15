import { type AttributeReader, attributeReader } from './context.js';
import type { BucketingHash, Inclusion } from './hash/bucketing-hash.js';
import { DEFAULT_HASH, hashNamed, hashNames } from './hash/registry.js';
import { isRecord, type JsonRecord } from './json.js';
import { type Report, show } from './problem.js';

/** Which users a rule draws, and by which attribute. */
export interface Drawing {
  readonly unit: AttributeReader;
  readonly seed: string;
  readonly hash: BucketingHash;
}

export interface ParsedRollout extends Drawing {
  readonly includes: Inclusion;
}

const DEFAULT_UNIT = 'targetingKey';
const PERCENT_MAX = 100;
const STEPS_PER_PERCENT = 1000;
const STEP_TOLERANCE = 1e-6;

/** A rule without a rollout draws its split by these defaults. */
export function defaultDrawing(flagSeed: string): Drawing {
  const hash = hashNamed(DEFAULT_HASH)!;
  return { unit: attributeReader(DEFAULT_UNIT), seed: flagSeed, hash };
}

/** Returns nothing when the rule must not apply. */
export function parseRollout(
  rollout: unknown,
  flagSeed: string,
  report: Report,
): ParsedRollout | undefined {
  if (!isRecord(rollout)) {
    report('', `rollout must be an object, got ${show(rollout)}`);
    return undefined;
  }
  const from = parsePercent('from', optional(rollout, 'from', 0), report);
  const to = parsePercent('to', optional(rollout, 'to', undefined), report);
  const drawing = parseDrawing(rollout, flagSeed, report);
  if (from === undefined || to === undefined || drawing === undefined) return undefined;
  if (from > to) {
    report('/from', `from must not be above to, got ${from} and ${to}`);
    return undefined;
  }
  const { unit, seed, hash } = drawing;
  return { unit, seed, hash, includes: hash.inclusion(seed, from, to) };
}

function parseDrawing(rollout: JsonRecord, flagSeed: string, report: Report): Drawing | undefined {
  const by = optional(rollout, 'by', DEFAULT_UNIT);
  const seed = optional(rollout, 'seed', flagSeed);
  const name = optional(rollout, 'hash', DEFAULT_HASH);
  const hash = typeof name === 'string' ? hashNamed(name) : undefined;
  if (hash === undefined) {
    report('/hash', `hash must be one of ${show(hashNames())}, got ${show(name)}`);
  }
  const isBy = typeof by === 'string' && by !== '';
  if (!isBy) report('/by', `by must be the name of an attribute, got ${show(by)}`);
  const isSeeded = isSeed(seed);
  if (!isSeeded) report('/seed', `seed must be a string without ":", got ${show(seed)}`);
  if (hash === undefined || !isBy || !isSeeded) return undefined;
  return { unit: attributeReader(by), seed, hash };
}

/** A ":" in the seed would let two pairs of seed and unit produce the same text. */
export function isSeed(seed: unknown): seed is string {
  return typeof seed === 'string' && seed !== '' && !seed.includes(':');
}

function parsePercent(name: 'from' | 'to', value: unknown, report: Report): number | undefined {
  if (typeof value !== 'number' || !(value >= 0 && value <= PERCENT_MAX)) {
    report(`/${name}`, `${name} must be a percentage from 0 to 100, got ${show(value)}`);
    return undefined;
  }
  const steps = value * STEPS_PER_PERCENT;
  if (Math.abs(steps - Math.round(steps)) > STEP_TOLERANCE) {
    report(`/${name}`, `${name} must have at most three decimals, got ${value}`);
  }
  return value;
}

function optional(record: JsonRecord, name: string, fallback: unknown): unknown {
  const value = Object.hasOwn(record, name) ? record[name] : undefined;
  return value === undefined ? fallback : value;
}
