import { isRecord, type JsonRecord } from '../core/json.js';
import type { Ruleset } from '../core/ruleset.js';
import { isCount } from './json-text.js';
import { isEpoch } from './position.js';
import type { RulesetPatch } from './ruleset-message.js';

/** The value, or one sentence that describes the problem. */
export type Decoded<T> = { readonly value: T } | { readonly problem: string };

/** Twice the limit of the server, so that the server rejects a large ruleset first. */
export const RULESET_BYTES_MAX = 10 * 1024 * 1024;
export const RULESET_FLAGS_MAX = 20_000;

/**
 * Decodes a whole ruleset from parsed JSON. Checks only the envelope: the evaluator handles a
 * malformed flag, which affects that flag alone.
 */
export function decodeRuleset(input: unknown): Decoded<Ruleset> {
  if (!isRecord(input)) return { problem: 'ruleset: expected an object' };
  if (input.schema !== 1) return { problem: 'ruleset: schema must be 1' };
  const envelope = envelopeProblem(input, 'revision');
  if (envelope !== null) return { problem: `ruleset: ${envelope}` };
  return {
    value: {
      ...(input as unknown as Ruleset),
      project: typeof input.project === 'string' ? input.project : '',
      environment: typeof input.environment === 'string' ? input.environment : '',
      segments: isRecord(input.segments) ? (input.segments as Ruleset['segments']) : {},
    },
  };
}

/** Decodes a patch from parsed JSON; does not check its entries. */
export function decodePatch(input: unknown): Decoded<RulesetPatch> {
  if (!isRecord(input)) return { problem: 'patch: expected an object' };
  const envelope = envelopeProblem({ flags: {}, ...input }, 'to');
  if (envelope !== null) return { problem: `patch: ${envelope}` };
  if (!isCount(input.from)) return { problem: 'patch: from must be a whole number from 0' };
  if (input.from >= (input.to as number)) return { problem: 'patch: from must be below to' };
  const { receiptSpreadMs, ...rest } = input;
  return {
    value: {
      ...(rest as unknown as RulesetPatch),
      flags: isRecord(input.flags) ? (input.flags as RulesetPatch['flags']) : {},
      segments: isRecord(input.segments) ? (input.segments as RulesetPatch['segments']) : {},
      ...(isCount(receiptSpreadMs) ? { receiptSpreadMs } : {}),
    },
  };
}

function envelopeProblem(input: JsonRecord, revision: 'revision' | 'to') {
  if (!isEpoch(input.epoch)) return 'epoch must be a short opaque string without ":"';
  if (!isCount(input[revision])) return `${revision} must be a whole number from 0`;
  if (!Number.isFinite(input.at)) return 'at must be epoch milliseconds';
  if (!isRecord(input.flags)) return 'flags must be an object';
  if (input.segments !== undefined && !isRecord(input.segments))
    return 'segments must be an object';
  if (Object.keys(input.flags).length > RULESET_FLAGS_MAX) {
    return `more than ${RULESET_FLAGS_MAX} flags`;
  }
  return null;
}
