import { isRecord, type JsonRecord, own } from '../core/json.js';
import { isValidKey } from '../core/problems/key.js';
import type { Decoded } from './decode-ruleset.js';
import {
  type BucketEntry,
  type EventBatch,
  type EventSlot,
  type MetricSlot,
  type ReleaseSlot,
  SLOT_MS,
} from './event-batch.js';
import { isCount } from './json-text.js';
import { isEpoch, type Position } from './position.js';

/** Slots per batch: more than an hour, which a client saves while the server is unreachable. */
export const SLOTS_MAX = 400;
export const BUCKETS = 256;
/** Far above any real count in ten seconds, and low enough that long-running sums stay exact. */
const COUNT_MAX = 1e9;
const SUM_MAX = 1e15;
const SKETCH_LENGTH_MAX = 16_384;
const UNKNOWN_MAX = 1_000;
const UNIT = /^[0-9a-f]{16}$/;

/**
 * Decodes an event batch from parsed JSON, whole or not at all, so that nothing is counted in part.
 * The problem names the field. Unknown fields are dropped.
 */
export function decodeEventBatch(input: unknown): Decoded<EventBatch> {
  try {
    return { value: readBatch(input) };
  } catch (error) {
    if (error instanceof Misfit) return { problem: `event batch: ${error.message}` };
    throw error;
  }
}

class Misfit extends Error {}

function readBatch(input: unknown): EventBatch {
  if (!isRecord(input)) throw new Misfit('expected an object');
  if (!isCount(input.seq) || input.seq === 0) throw new Misfit('seq must be a whole number from 1');
  if (!isCount(input.at)) throw new Misfit('at must be epoch milliseconds');
  const through = optional(input, 'through', null);
  if (through !== null && !isCount(through)) {
    throw new Misfit('through must be epoch milliseconds, or null');
  }
  const slots = listOf(optional(input, 'slots', []), 'slots', SLOTS_MAX);
  const unknown = listOf(optional(input, 'unknown', []), 'unknown', UNKNOWN_MAX);
  return {
    seq: input.seq,
    at: input.at,
    through,
    applied: readApplied(optional(input, 'applied', null)),
    slots: slots.map((slot, index) => readSlot(slot, `slots/${index}`)),
    unknown: unknown.filter((key): key is string => typeof key === 'string' && key.length <= 100),
    unattributed: count(optional(input, 'unattributed', 0), 'unattributed'),
    dropped: count(optional(input, 'dropped', 0), 'dropped'),
  };
}

function readApplied(applied: unknown): Position | null {
  if (applied === null) return null;
  if (!isRecord(applied) || !isEpoch(applied.epoch) || !isCount(applied.revision)) {
    throw new Misfit('applied must be an epoch and a revision, or null');
  }
  return { epoch: applied.epoch, revision: applied.revision };
}

function readSlot(slot: unknown, where: string): EventSlot {
  if (!isRecord(slot)) throw new Misfit(`${where} must be an object`);
  const { from, to } = slot;
  if (!isCount(from) || from % SLOT_MS !== 0 || to !== from + SLOT_MS) {
    throw new Misfit(`${where} must begin at a multiple of ${SLOT_MS} ms and last as long`);
  }
  const releases = listOf(optional(slot, 'releases', []), `${where}/releases`);
  return {
    from,
    to,
    flags: mapOf(optional(slot, 'flags', {}), `${where}/flags`, (variants, at) =>
      mapOf(variants, at, count),
    ),
    releases: releases.map((entry, index) => readRelease(entry, `${where}/releases/${index}`)),
    metrics: mapOf(optional(slot, 'metrics', {}), `${where}/metrics`, readMetric),
  };
}

function readRelease(entry: unknown, where: string): ReleaseSlot {
  if (!isRecord(entry)) throw new Misfit(`${where} must be an object`);
  const { id, phase, arm } = entry;
  if (typeof id !== 'string' || !isValidKey(id)) throw new Misfit(`${where}/id must be a key`);
  if (!isCount(phase)) throw new Misfit(`${where}/phase must be a whole number`);
  if (arm !== 'treatment' && arm !== 'control') {
    throw new Misfit(`${where}/arm must be "treatment" or "control"`);
  }
  const part = <T>(name: string, read: Read<T>) =>
    mapOf(optional(entry, name, {}), `${where}/${name}`, read);
  return {
    id,
    phase,
    arm,
    exposures: count(optional(entry, 'exposures', 0), `${where}/exposures`),
    units: units(optional(entry, 'units', []), `${where}/units`),
    splits: part('splits', units),
    warmUpSplits: part('warmUpSplits', units),
    buckets: part('buckets', readBuckets),
    sketches: part('sketches', sketch),
  };
}

function readMetric(metric: unknown, where: string): MetricSlot {
  if (!isRecord(metric)) throw new Misfit(`${where} must be an object`);
  const read = { count: count(metric.count, `${where}/count`), sum: sum(metric.sum, where) };
  if (metric.sketch === undefined) return read;
  return { ...read, sketch: sketch(metric.sketch, `${where}/sketch`) };
}

function readBuckets(list: unknown, where: string): readonly BucketEntry[] {
  return listOf(list, where, BUCKETS).map((entry) => {
    const [bucket, total, n] = Array.isArray(entry) ? entry : [];
    if (!isCount(bucket) || bucket >= BUCKETS) {
      throw new Misfit(`${where} must hold [bucket 0-255, sum, count]`);
    }
    return [bucket, sum(total, where), count(n, where)];
  });
}

function units(list: unknown, where: string): readonly string[] {
  return listOf(list, where).map((unit) => {
    if (typeof unit === 'string' && UNIT.test(unit)) return unit;
    throw new Misfit(`${where} must hold strings of 16 hexadecimal digits`);
  });
}

function sketch(text: unknown, where: string): string {
  if (typeof text === 'string' && text.length <= SKETCH_LENGTH_MAX) return text;
  throw new Misfit(`${where} must be a sketch of at most ${SKETCH_LENGTH_MAX} characters`);
}

function count(value: unknown, where: string): number {
  if (isCount(value) && value <= COUNT_MAX) return value;
  throw new Misfit(`${where} must be a whole number from 0 to ${COUNT_MAX}`);
}

function sum(value: unknown, where: string): number {
  if (typeof value === 'number' && Math.abs(value) <= SUM_MAX) return value;
  throw new Misfit(`${where}: sum must be a number between -${SUM_MAX} and ${SUM_MAX}`);
}

function listOf(value: unknown, where: string, max = Number.POSITIVE_INFINITY): unknown[] {
  if (!Array.isArray(value)) throw new Misfit(`${where} must be a list`);
  if (value.length > max) throw new Misfit(`${where} must hold at most ${max}`);
  return value;
}

type Read<T> = (value: unknown, where: string) => T;

/** The map has no prototype. `__proto__` is rejected by its form and would be harmless anyway. */
function mapOf<T>(value: unknown, where: string, read: Read<T>): Readonly<Record<string, T>> {
  if (!isRecord(value)) throw new Misfit(`${where} must be an object`);
  const map: Record<string, T> = Object.create(null);
  for (const [key, item] of Object.entries(value)) {
    if (!isValidKey(key)) throw new Misfit(`${where} has ${JSON.stringify(key)}, which is no key`);
    map[key] = read(item, `${where}/${key}`);
  }
  return map;
}

function optional(record: JsonRecord, name: string, otherwise: unknown): unknown {
  return own(record, name) ?? otherwise;
}
