import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip as gzipWithCallback } from 'node:zlib';
import type { Flag, Ruleset } from '@sluice/sdk/core';
import { formatPosition, type Position } from '@sluice/sdk/protocol';
import type { RulesetChanges } from '../store/read-models/ruleset.js';
import { RulesetPieces } from './ruleset-pieces.js';
import { sseFrame } from './sse-frame.js';

const gzip = promisify(gzipWithCallback);

/** The number of patches kept for reconnecting clients, one per start revision. */
const PATCHES_MAX = 64;

/** A change of a ruleset, for its subscribers. */
export interface RulesetChange {
  readonly flagKeys: readonly string[];
  readonly segmentKeys: readonly string[];
  /** Bytes for every open stream: a patch, or the whole ruleset of a new epoch. */
  readonly frame: Buffer;
}

/**
 * The current ruleset of one environment. Messages are built at most once per
 * revision, and only on request.
 */
export class LiveRuleset {
  readonly project: string;
  readonly environment: string;
  #epoch: string;
  #revision: number;
  #at: number;
  readonly #flags: RulesetPieces;
  readonly #segments: RulesetPieces;
  /** The oldest revision from which a patch can be built. */
  #floor: number;
  #killedAt = -1;
  #frame: Buffer | undefined;
  #etag: string | undefined;
  #gzipped: Promise<Buffer> | undefined;
  readonly #patches = new Map<number, Buffer>();
  readonly #receiptSpreadMs: () => number;

  constructor(ruleset: Ruleset, receiptSpreadMs: () => number) {
    this.project = ruleset.project;
    this.environment = ruleset.environment;
    this.#epoch = ruleset.epoch;
    this.#revision = ruleset.revision;
    this.#at = ruleset.at;
    this.#floor = ruleset.revision;
    this.#flags = new RulesetPieces(ruleset.flags);
    this.#segments = new RulesetPieces(ruleset.segments);
    this.#receiptSpreadMs = receiptSpreadMs;
  }

  get position(): Position {
    return { epoch: this.#epoch, revision: this.#revision };
  }

  /** When the revision was committed, epoch milliseconds. */
  get at(): number {
    return this.#at;
  }

  /** The position as an SSE id. */
  get id(): string {
    return formatPosition(this.position);
  }

  /** Moves to a later revision of the same epoch; the cost depends only on the changed entries. */
  apply(changes: RulesetChanges): RulesetChange {
    const from = this.#revision;
    this.#noteKills(changes.flags, changes.to);
    const flagKeys = this.#flags.apply(changes.flags, changes.to);
    const segmentKeys = this.#segments.apply(changes.segments, changes.to);
    this.#moveTo(changes.epoch, changes.to, changes.at);
    return { flagKeys, segmentKeys, frame: this.patchSince(from) ?? this.frame() };
  }

  /** Replaces the whole ruleset; within one epoch, the differences still become a patch. */
  replace(ruleset: Ruleset): RulesetChange {
    const from = this.#revision;
    const isSameHistory = ruleset.epoch === this.#epoch && ruleset.revision > from;
    this.#noteKills(ruleset.flags, ruleset.revision);
    const flagKeys = this.#flags.replace(ruleset.flags, ruleset.revision);
    const segmentKeys = this.#segments.replace(ruleset.segments, ruleset.revision);
    this.#moveTo(ruleset.epoch, ruleset.revision, ruleset.at);
    if (!isSameHistory) this.#forgetHistory();
    const frame = (isSameHistory && this.patchSince(from)) || this.frame();
    return { flagKeys, segmentKeys, frame };
  }

  /** Returns true when a whole ruleset has exactly the same content. */
  equals(ruleset: Ruleset): boolean {
    return this.bytes().equals(new LiveRuleset(ruleset, this.#receiptSpreadMs).bytes());
  }

  /** One patch from that revision to the current one; undefined when it is too old or unknown. */
  patchSince(revision: number): Buffer | undefined {
    if (revision < this.#floor || revision >= this.#revision) return undefined;
    const known = this.#patches.get(revision);
    if (known) return known;
    const patch = sseFrame('patch', this.#patchJson(revision), this.id);
    if (this.#patches.size < PATCHES_MAX) this.#patches.set(revision, patch);
    return patch;
  }

  /** The whole ruleset as a server-sent event. */
  frame(): Buffer {
    this.#frame ??= sseFrame('ruleset', this.#toJson(), this.id);
    return this.#frame;
  }

  /** The ruleset document itself. */
  bytes(): Buffer {
    const frame = this.frame();
    return frame.subarray(frame.indexOf('{'), frame.length - 2);
  }

  gzipped(): Promise<Buffer> {
    this.#gzipped ??= gzip(this.bytes());
    return this.#gzipped;
  }

  etag(): string {
    this.#etag ??= `"${createHash('sha256').update(this.bytes()).digest('hex')}"`;
    return this.#etag;
  }

  #noteKills(flags: RulesetChanges['flags'], revision: number): void {
    const isNew = (key: string) => !isKilled(this.#flags.get(key));
    const kills = Object.entries(flags).some(([key, flag]) => flag?.killed === true && isNew(key));
    if (kills) this.#killedAt = revision;
  }

  #moveTo(epoch: string, revision: number, at: number): void {
    this.#epoch = epoch;
    this.#revision = revision;
    this.#at = at;
    this.#frame = undefined;
    this.#etag = undefined;
    this.#gzipped = undefined;
    this.#patches.clear();
    if (this.#flags.isForgetful || this.#segments.isForgetful) this.#forgetHistory();
  }

  #forgetHistory(): void {
    this.#floor = this.#revision;
    this.#flags.forget();
    this.#segments.forget();
  }

  #patchJson(from: number): string {
    const spread = this.#killedAt > from ? `,"receiptSpreadMs":${this.#receiptSpreadMs()}` : '';
    return (
      `{"epoch":${JSON.stringify(this.#epoch)},"from":${from},"to":${this.#revision},` +
      `"at":${this.#at},"flags":${this.#flags.changesSince(from)},` +
      `"segments":${this.#segments.changesSince(from)}${spread}}`
    );
  }

  #toJson(): string {
    const { project, environment } = this;
    const head = { schema: 1, project, environment, epoch: this.#epoch, revision: this.#revision };
    return (
      `${JSON.stringify(head).slice(0, -1)},"at":${this.#at},` +
      `"flags":${this.#flags.toJson()},"segments":${this.#segments.toJson()}}`
    );
  }
}

function isKilled(json: string | undefined): boolean {
  return json !== undefined && (JSON.parse(json) as Flag).killed === true;
}
