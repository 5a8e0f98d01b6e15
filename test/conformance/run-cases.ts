import { readFileSync } from 'node:fs';
import type { ErrorCode, Reason, ReleaseArm, Ruleset } from '../../sdk/src/core/index.js';

/** What an evaluation must answer; what is absent here must be absent there. */
export interface ExpectedResolution {
  readonly value: unknown;
  readonly variant?: string;
  readonly reason: Reason;
  readonly ruleId?: string;
  readonly errorCode?: ErrorCode;
  readonly releases?: readonly ReleaseArm[];
}

export interface ConformanceCase {
  readonly name: string;
  readonly flag: string;
  /** Absent: no type is asked for. `isActive` takes it where it is a boolean, else false. */
  readonly default?: unknown;
  readonly context?: Record<string, unknown>;
  readonly now?: number;
  readonly expect: ExpectedResolution & { readonly active: boolean };
}

export interface ConformanceGroup {
  readonly name: string;
  readonly ruleset: Ruleset;
  readonly cases: readonly ConformanceCase[];
}

export interface BucketVector {
  readonly seed: string;
  readonly unit: string;
  readonly hash: number;
  readonly bucket: number;
  readonly split: number;
}

/** The groups of `evaluation-cases.json`, each with a whole ruleset. */
export function conformanceGroups(): ConformanceGroup[] {
  const { groups } = readJson<{ groups: ConformanceGroup[] }>('evaluation-cases.json');
  return groups.map((group) => ({ ...group, ruleset: wholeRuleset(group.ruleset) }));
}

export function forEachCase(run: (group: ConformanceGroup, each: ConformanceCase) => void): void {
  for (const group of conformanceGroups()) for (const each of group.cases) run(group, each);
}

export function bucketVectors(): BucketVector[] {
  return readJson<{ vectors: BucketVector[] }>('bucket-vectors.json').vectors;
}

/** The default that `isActive` is called with in this case. */
export function activeDefault(each: ConformanceCase): boolean {
  return each.default === true;
}

/** The answer to `evaluate` alone. */
export function expectedResolution(each: ConformanceCase): ExpectedResolution {
  const { active: _, ...resolution } = each.expect;
  return resolution;
}

function wholeRuleset(parts: Pick<Ruleset, 'flags' | 'segments'>): Ruleset {
  const identity = { project: 'default', environment: 'production', epoch: 'epoch-1' };
  return { schema: 1, ...identity, revision: 1, at: 1_795_248_000_000, ...parts };
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T;
}
