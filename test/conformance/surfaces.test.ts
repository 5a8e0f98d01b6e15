import { describe, expect, test } from 'vitest';
import { explain } from '../../admin-ui/src/features/try-it/explain.js';
import * as core from '../../sdk/src/core/index.js';
import { createTestClient, ManualClock } from '../../sdk/src/testing/index.js';
import { previewResult } from '../../server/src/domain/preview-result.js';
import {
  activeDefault,
  type ConformanceCase,
  conformanceGroups,
  expectedResolution,
} from './run-cases.js';

const WALL_MS = 1_795_248_000_000;

/** A preview asks for no type and has no default of its own. */
const asksForNoType = ({ expect: { errorCode } }: ConformanceCase) => errorCode !== 'TYPE_MISMATCH';
/** A client and a server always know the time. */
const hasClock = ({ name }: ConformanceCase) => !name.includes('no now at all');

/** The same file, asked where people ask: an app's client, the server's preview, the UI's. */
describe.each(conformanceGroups())('$name', ({ ruleset, cases }) => {
  const compiled = core.compile(ruleset);
  const timed = cases.filter(hasClock);
  const previewed = timed.filter(asksForNoType);

  test.each(timed)('the SDK: $name', (each) => {
    const { flags: definitions, segments } = ruleset;
    const clock = new ManualClock(each.now ?? WALL_MS);
    const client = createTestClient({ definitions, segments, clock });
    const { flag, context } = each;
    const details = client.details(flag, context, each.default);
    expect(details).toStrictEqual(expectedResolution(each));
    expect(client.isActive(flag, context, activeDefault(each))).toBe(each.expect.active);
  });

  test.each(previewed)('the preview of the server: $name', (each) => {
    const result = previewResult(compiled, each.flag, each.context ?? {}, each.now ?? WALL_MS);
    const { releases: _, value, active, ...expected } = each.expect;
    const isServed = expected.variant !== undefined;
    expect(result).toEqual({
      ...expected,
      value: isServed ? value : null,
      active: isServed && active,
    });
  });

  const known = previewed.filter((each) => Object.hasOwn(ruleset.flags, each.flag));
  test.each(known)('the preview of the UI: $name', (each) => {
    const flag = ruleset.flags[each.flag] as core.Flag;
    const question = { live: compiled, flagKey: each.flag, flag, now: each.now ?? WALL_MS };
    const said = explain(core, { ...question, context: each.context ?? {} });
    const { value, variant, reason, ruleId, errorCode, active } = each.expect;
    const isServed = variant !== undefined;
    const expected = { value: isServed ? value : undefined, isActive: isServed && active };
    expect(said).toMatchObject({ ...expected, variant, reason, ruleId, errorCode });
  });
});
