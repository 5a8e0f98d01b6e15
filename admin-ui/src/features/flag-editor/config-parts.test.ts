import { describe, expect, it } from 'vitest';
import type { FlagConfigChange, Rule } from '../../api/types.js';
import { firstChoices } from '../draft/three-way.js';
import { compareConfigs, mergeConfigs } from './config-parts.js';
import { describeChanges } from './describe-changes.js';

const rule = (id: string, to: number): Rule => ({ id, rollout: { to }, serve: { variant: 'on' } });
const config = (more: Partial<FlagConfigChange> = {}): FlagConfigChange => ({
  status: 'conditional',
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
  rules: [rule('a', 10), rule('b', 20)],
  ...more,
});

function merge(mine: FlagConfigChange, theirs: FlagConfigChange, choices = {}): FlagConfigChange {
  const versions = { base: config(), mine, theirs };
  return mergeConfigs(versions, { ...firstChoices(compareConfigs(versions)), ...choices });
}

const ids = ({ rules }: FlagConfigChange): string[] => rules.map(({ id }) => id);

describe('the three-way merge of a configuration', () => {
  it('compares by field and by rule', () => {
    const differences = compareConfigs({
      base: config(),
      mine: config({ rules: [rule('a', 50), rule('b', 20)] }),
      theirs: config({ status: 'off', rules: [rule('a', 30), rule('b', 20)] }),
    });
    expect(differences.map(({ part, changedBy }) => [part, changedBy])).toEqual([
      ['status', 'theirs'],
      ['rule:a', 'both'],
    ]);
  });

  it('reports no difference when both sides made the same change', () => {
    const both = config({ status: 'on' });
    expect(compareConfigs({ base: config(), mine: both, theirs: both })).toEqual([]);
  });

  it('merges independent changes', () => {
    const mine = config({ rules: [rule('a', 50), rule('b', 20)] });
    const theirs = config({ parent: 'checkout', rules: [rule('a', 10), rule('b', 99)] });
    expect(merge(mine, theirs)).toEqual(
      config({ parent: 'checkout', rules: [rule('a', 50), rule('b', 99)] }),
    );
  });

  it('keeps mine where both changed a part, until theirs is chosen', () => {
    const mine = config({ rules: [rule('a', 50), rule('b', 20)] });
    const theirs = config({ rules: [rule('a', 30), rule('b', 20)] });
    expect(merge(mine, theirs)).toEqual(mine);
    expect(merge(mine, theirs, { 'rule:a': 'theirs' })).toEqual(theirs);
  });

  it('inserts a rule that only they added at their position', () => {
    const mine = config({ rules: [rule('b', 20), rule('a', 10)] });
    const theirs = config({ rules: [rule('a', 10), rule('new', 1), rule('b', 20)] });
    expect(ids(merge(mine, theirs))).toEqual(['b', 'a', 'new']);
    const first = config({ rules: [rule('new', 1), rule('a', 10), rule('b', 20)] });
    expect(ids(merge(mine, first))).toEqual(['new', 'b', 'a']);
  });

  it('keeps a removal unless the other side changed the rule', () => {
    const mine = config({ rules: [rule('b', 20)] });
    expect(ids(merge(mine, config({ status: 'on' })))).toEqual(['b']);
    const theirs = config({ rules: [rule('a', 77), rule('b', 20)] });
    expect(ids(merge(mine, theirs, { 'rule:a': 'theirs' }))).toEqual(['a', 'b']);
  });
});

describe('describeChanges', () => {
  it('describes each change in one line', () => {
    const after = config({
      status: 'on',
      parent: 'checkout',
      rules: [rule('b', 25), { id: 'c', serve: { split: { on: 1, off: 3 } } }],
    });
    expect(describeChanges(config(), after)).toEqual([
      'Status: conditional → on',
      'Parent: none → checkout',
      'Rule “b”: 20 % → 25 %',
      'Rule “c” added: Everyone',
      'Rule “a” removed',
    ]);
  });

  it('describes a changed order, condition and variant', () => {
    const when = { attribute: 'plan', operator: 'in', values: ['pro'] } as const;
    const serve = { split: { on: 1, off: 3 } };
    const rules = [rule('b', 20), { ...rule('a', 10), when, serve }];
    expect(describeChanges(config(), config({ rules }))).toEqual([
      'Rule “a”: who: plan is one of pro; serves on → on 25 % · off 75 %',
      'Order of rules: b, a',
    ]);
  });
});
