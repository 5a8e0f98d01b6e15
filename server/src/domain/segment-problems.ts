import {
  type Condition,
  problemsOfCondition,
  problemsOfSegment,
  type Rule,
} from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import { problemsOfInfiniteNumbers } from './infinite-numbers.js';
import { closureOfSegments, dependentsOfSegment } from './segment-closure.js';
import { nameConfig, segmentsOfRules } from './segment-users.js';
import { unknownFieldsOfCondition } from './unknown-fields.js';

interface ConfigWithRules {
  readonly environmentKey: string;
  readonly flagKey: string;
  readonly rules: readonly Rule[];
}

/** `segments` are all segments of the project, including the proposed one. */
export function problemsOfProposedSegment(
  key: string,
  segments: ReadonlyMap<string, Condition>,
): readonly FieldError[] {
  const problems = problemsOfSegment(key, closureOfSegments([key], segments));
  const when = segments.get(key);
  return [
    ...unknownFieldsOfCondition(when),
    ...problemsOfInfiniteNumbers(when, '/when'),
    ...problems,
  ];
}

/**
 * A valid segment can be too deep or too costly for the rules and segments that use it: they would
 * silently stop matching. Called only if the segment itself has no issues.
 */
export function problemsOfSegmentUsers(
  key: string,
  segments: ReadonlyMap<string, Condition>,
  configs: readonly ConfigWithRules[],
): readonly FieldError[] {
  const dependents = dependentsOfSegment(key, segments);
  const ofSegments = [...dependents]
    .filter((user) => user !== key)
    .flatMap((user) =>
      problemsOfSegment(user, closureOfSegments([user], segments)).map((problem) =>
        inUser(`segment "${user}"`, problem),
      ),
    );
  const ofRules = configs.flatMap((config) =>
    config.rules
      .filter((rule) => [...segmentsOfRules([rule])].some((name) => dependents.has(name)))
      .flatMap((rule) =>
        problemsOfCondition(rule.when, closureOfSegments(segmentsOfRules([rule]), segments)).map(
          (problem) => inUser(`rule "${rule.id}" of ${nameConfig(config)}`, problem),
        ),
      ),
  );
  return [...ofSegments, ...ofRules];
}

function inUser(user: string, problem: FieldError): FieldError {
  return { pointer: '/when', message: `${user} could not use it: ${problem.message}` };
}
