import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KILLED_FLAG, OFF_FLAG, ON_FLAG, rulesetOf } from '../../../test/support/rulesets.js';
import { compile, isActive } from '../core/index.js';
import type { Flag, Ruleset } from '../core/ruleset.js';
import { SnapshotStore } from './snapshot.js';

const activeOf = (store: SnapshotStore, key: string) =>
  isActive(store.current!.compiled, key, {}, false);

describe('the snapshot', () => {
  it('equals a whole ruleset after any sequence of patches', () => {
    const keys = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
    const flags = fc.constantFrom(OFF_FLAG, ON_FLAG, KILLED_FLAG, null);
    const edits = fc.array(fc.tuple(keys, flags), { maxLength: 30 });
    fc.assert(
      fc.property(edits, (sequence) => {
        const store = new SnapshotStore();
        store.offerLive(rulesetOf({ revision: 0, flags: {} }));
        const expected = new Map<string, Flag>();
        for (const [index, [key, flag]] of sequence.entries()) {
          const changes: Record<string, Flag | null> = Object.create(null);
          changes[key] = flag;
          if (flag === null) expected.delete(key);
          else expected.set(key, flag);
          const step = { epoch: 'e1', from: index, to: index + 1, at: 1, segments: {} };
          expect(store.offerPatch({ ...step, flags: changes })).toBe('applied');
        }
        const { ruleset } = store.current!.compiled;
        expect(new Map(Object.entries(ruleset.flags))).toEqual(expected);
        const whole = compile(ruleset);
        for (const key of ['a', 'b', 'c', '__proto__', 'constructor', 'toString']) {
          expect(activeOf(store, key)).toBe(isActive(whole, key, {}, false));
        }
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('keeps its rules when a patch or confirmation does not fit them', () => {
    const store = new SnapshotStore();
    const patch = { epoch: 'e1', from: 1, to: 2, at: 1, flags: {}, segments: {} };
    expect(store.offerPatch(patch)).toBe('gap');
    expect(store.confirm({ epoch: 'e1', revision: 1 })).toBe(false);
    expect(store.current).toBeNull();
  });

  it('ignores the epoch and revision of a bootstrap', () => {
    const store = new SnapshotStore();
    store.offerCopy(rulesetOf({ revision: 99, flags: { f: OFF_FLAG } }), 'bootstrap');
    expect(store.position).toBeNull();
    expect(store.offerLive(rulesetOf({ revision: 1, flags: { f: ON_FLAG } }))).toBe('applied');
    expect(activeOf(store, 'f')).toBe(true);
  });

  it('prefers live to disk and disk to bootstrap, in any order of arrival', () => {
    const store = new SnapshotStore();
    const from = (flag: Flag, revision: number): Ruleset =>
      rulesetOf({ revision, flags: { flag } });
    expect(store.offerCopy(from(OFF_FLAG, 1), 'bootstrap')).toBe(true);
    expect(store.offerCopy(from(ON_FLAG, 1), 'disk')).toBe(true);
    expect(store.offerCopy(from(OFF_FLAG, 1), 'bootstrap')).toBe(false);
    store.offerLive(from(OFF_FLAG, 2));
    expect(store.offerCopy(from(ON_FLAG, 9), 'disk')).toBe(false);
    expect(store.current?.source).toBe('live');
  });

  it('becomes live without a change when the server confirms the copy', () => {
    const store = new SnapshotStore();
    store.offerCopy(rulesetOf({ revision: 5 }), 'disk');
    const { compiled } = store.current!;
    expect(store.confirm({ epoch: 'e1', revision: 5 })).toBe(true);
    expect(store.current).toEqual({ compiled, source: 'live' });
    expect(store.offerLive(rulesetOf({ revision: 5 }))).toBe('same');
  });
});
