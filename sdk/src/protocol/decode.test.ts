import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeEvent,
  decodeEventBatch,
  decodePatch,
  decodeRuleset,
  formatPosition,
  parsePosition,
  RULESET_FLAGS_MAX,
} from './index.js';

const RULESET = {
  schema: 1,
  project: 'default',
  environment: 'production',
  epoch: 'e1',
  revision: 3,
  at: 1,
  flags: { awesome: { anything: true } },
  segments: {},
  future: 'kept',
};
const PATCH = { epoch: 'e1', from: 3, to: 4, at: 2, flags: { awesome: null }, segments: {} };

describe('decoding a ruleset', () => {
  it('keeps unknown fields', () => {
    expect(decodeRuleset(RULESET)).toEqual({ value: RULESET });
  });

  it('adds defaults for fields that an older server omits', () => {
    const { segments, project, environment, ...rest } = RULESET;
    const decoded = decodeRuleset(rest);
    expect(decoded).toMatchObject({ value: { segments: {}, project: '', environment: '' } });
  });

  it.each([
    ['null', null, 'an object'],
    ['a list', [], 'an object'],
    ['another schema', { ...RULESET, schema: 2 }, 'schema must be 1'],
    ['no epoch', { ...RULESET, epoch: undefined }, 'epoch'],
    ['an epoch that is no id', { ...RULESET, epoch: 'a:b' }, 'epoch'],
    ['a negative revision', { ...RULESET, revision: -1 }, 'revision'],
    ['a fraction of a revision', { ...RULESET, revision: 1.5 }, 'revision'],
    ['no date', { ...RULESET, at: '1' }, 'at'],
    ['a list of flags', { ...RULESET, flags: [] }, 'flags'],
    ['broken segments', { ...RULESET, segments: 1 }, 'segments'],
    [
      'too many flags',
      { ...RULESET, flags: { ...Array(RULESET_FLAGS_MAX + 1).fill(1) } },
      'more than',
    ],
  ])('describes the problem with %s', (_, input, problem) => {
    expect(decodeRuleset(input)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('decoding a patch', () => {
  it('keeps the entries and the spread of receipts', () => {
    expect(decodePatch({ ...PATCH, receiptSpreadMs: 50 })).toEqual({
      value: { ...PATCH, receiptSpreadMs: 50 },
    });
  });

  it('omits an invalid spread', () => {
    expect(decodePatch({ ...PATCH, receiptSpreadMs: 'soon' })).toEqual({ value: PATCH });
  });

  it('treats absent flags and segments as empty', () => {
    const { flags, segments, ...rest } = PATCH;
    expect(decodePatch(rest)).toEqual({ value: { ...rest, flags: {}, segments: {} } });
  });

  it.each([
    ['a step back', { ...PATCH, to: 2 }, 'below'],
    ['no step', { ...PATCH, to: 3 }, 'below'],
    ['no base', { ...PATCH, from: undefined }, 'from'],
    ['a list', [], 'an object'],
  ])('describes the problem with %s', (_, input, problem) => {
    expect(decodePatch(input)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('decoding an event', () => {
  it('ignores unknown event names, whatever their data is', () => {
    expect(decodeEvent({ event: 'weather', data: 'not json' })).toBeNull();
    expect(decodeEvent({ data: 'not json' })).toBeNull();
  });

  it.each(['ruleset', 'patch', 'current', 'heartbeat', 'goodbye'])(
    'reports a problem when the data of "%s" is not JSON or has the wrong form',
    (event) => {
      for (const data of ['', '{', 'null', '[]', '{"now":"x","afterMs":-1}']) {
        expect(decodeEvent({ event, data })).toHaveProperty('problem');
      }
    },
  );

  it('returns a result for any text', () => {
    const names = fc.constantFrom('ruleset', 'patch', 'current', 'heartbeat', 'goodbye');
    fc.assert(
      fc.property(names, fc.oneof(fc.string(), fc.json()), (event, data) => {
        expect(() => decodeEvent({ event, data })).not.toThrow();
      }),
      { numRuns: 1_000, seed: 1 },
    );
  });
});

describe('decoding an event batch', () => {
  const nothing = { through: null, slots: [], unknown: [], unattributed: 0, dropped: 0 };
  const batch = { ...nothing, seq: 1, at: 5, applied: { epoch: 'e1', revision: 4 } };

  it('keeps known fields and drops the others', () => {
    expect(decodeEventBatch({ ...batch, future: [] })).toEqual({ value: batch });
    expect(decodeEventBatch({ seq: 1, at: 5 })).toEqual({ value: { ...batch, applied: null } });
  });

  it.each([
    ['seq', { ...batch, seq: 0 }],
    ['at', { ...batch, at: -1 }],
    ['applied', { ...batch, applied: { epoch: '', revision: 4 } }],
    ['applied', { ...batch, applied: 7 }],
    ['an object', null],
  ])('reports %s when it is invalid', (problem, input) => {
    expect(decodeEventBatch(input)).toEqual({ problem: expect.stringContaining(problem) });
  });
});

describe('a position', () => {
  it('survives formatting and parsing', () => {
    const position = { epoch: '01JD8XZ0', revision: 42 };
    expect(formatPosition(position)).toBe('01JD8XZ0:42');
    expect(parsePosition('01JD8XZ0:42')).toEqual(position);
  });

  it.each([
    '',
    ':',
    'e1',
    'e1:',
    ':1',
    'e1:-1',
    'e1:1.5',
    'e1:1:2',
    'e 1:1',
    `e1:${'9'.repeat(16)}`,
  ])('is rejected when the text is %j', (text) => {
    expect(parsePosition(text)).toBeNull();
  });
});
