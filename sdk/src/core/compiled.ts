import type { SegmentTable } from './conditions/segment-table.js';
import type { FlagTable } from './flag-table.js';
import { isRecord, member } from './json.js';
import type { Ruleset } from './ruleset.js';

/** A ruleset without its flags and segments. */
type Envelope = Omit<Ruleset, 'flags' | 'segments'>;

/** A ruleset ready for evaluation. It is immutable; the next revision is a new object. */
export class CompiledRuleset {
  readonly epoch: string;
  readonly revision: number;
  readonly at: number;
  readonly flags: FlagTable;
  readonly segments: SegmentTable;
  readonly #document: unknown;

  /** `document` is the whole ruleset or only its envelope. */
  constructor(document: unknown, flags: FlagTable, segments: SegmentTable) {
    const [epoch, revision, at] = [
      member(document, 'epoch'),
      member(document, 'revision'),
      member(document, 'at'),
    ];
    this.epoch = typeof epoch === 'string' ? epoch : '';
    this.revision = typeof revision === 'number' ? revision : 0;
    this.at = typeof at === 'number' ? at : 0;
    this.flags = flags;
    this.segments = segments;
    this.#document = document;
  }

  get envelope(): Envelope {
    if (!isRecord(this.#document)) return {} as Envelope;
    const { flags: _, segments: __, ...envelope } = this.#document;
    return envelope as unknown as Envelope;
  }

  /** The whole document. After a patch it is rebuilt at each read, which costs time per flag. */
  get ruleset(): Ruleset {
    if (member(this.#document, 'flags') !== undefined) return this.#document as Ruleset;
    return {
      ...this.envelope,
      flags: this.flags.toRecord() as Ruleset['flags'],
      segments: this.segments.toRecord() as Ruleset['segments'],
    };
  }
}

/** The changes between two revisions. An entry replaces the whole value; `null` removes it. */
export interface RulesetChanges {
  readonly revision: number;
  readonly at: number;
  readonly flags: Readonly<Record<string, unknown>>;
  readonly segments: Readonly<Record<string, unknown>>;
}
