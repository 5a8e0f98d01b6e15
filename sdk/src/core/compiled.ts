import type { SegmentTable } from './conditions/segment.js';
import type { FlagBody } from './flag.js';
import type { Outcome } from './outcome.js';
import type { Ruleset } from './ruleset.js';

/** A ruleset ready to be evaluated. It never changes; the next revision is another one. */
export interface CompiledRuleset {
  /** What it was made from. */
  readonly ruleset: Ruleset;
  readonly epoch: string;
  readonly revision: number;
  readonly at: number;
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  readonly segments: SegmentTable;
}

/** A flag that has been read and waits for its parents. */
export interface ReadFlag {
  readonly body: FlagBody;
  readonly origin: FlagOrigin;
}

/** A flag with its parents. */
export interface CompiledFlag extends ReadFlag {
  /** Known without looking at the subject: killed, malformed, off or shut out by its parents. */
  readonly fixed: Outcome | undefined;
  readonly parent: CompiledFlag | undefined;
  /** Parents in its chain; without end when one is missing or they run in a cycle. */
  readonly parentCount: number;
}

/** What a flag was made from. */
export interface FlagOrigin {
  /** Replaced by an equal document, so that old documents can be let go. */
  source: unknown;
  /** `undefined`: none is set. What is no string is nobody's key. */
  readonly parentKey: unknown;
  /** The segments that its rules name themselves. */
  readonly segmentNames: ReadonlySet<string>;
}
