export {
  BUCKET_COUNT,
  bucketOf,
  hashOf,
  isSampled,
  seedPrefix,
  splitBucketOf,
  unitBucket,
  unitHash,
} from './bucket.js';
export { applyChanges, compile } from './compile.js';
export type { CompiledRuleset, RulesetChanges } from './compiled.js';
export type { Now } from './conditions/matcher.js';
export { segmentNames } from './conditions/segment.js';
export type { EvaluationContext } from './context.js';
export { evaluate, isActive, isActiveDetails } from './evaluate.js';
export { hashNames } from './hash/registry.js';
export {
  type Address,
  type AddressRange,
  type AddressRanges,
  isInRanges,
  mergeRanges,
  parseAddress,
  parseBlock,
} from './ip-address.js';
export {
  CONDITION_DEPTH_MAX,
  FLAGS_MAX,
  PARENTS_MAX,
  PATTERN_LENGTH_MAX,
  RULES_MAX,
  RULESET_BYTES_MAX,
  TESTS_MAX,
  VALUES_MAX,
  VARIANTS_MAX,
  WEIGHT_MAX,
} from './limits.js';
export type { Problem } from './problem.js';
export { findParentCycle, findSegmentCycle, parentChainLength } from './problems/cycle.js';
export { type FlagSurroundings, problemsOfFlag } from './problems/flag-problems.js';
export { isValidKey, KEY_FORM } from './problems/key.js';
export {
  problemsOfCondition,
  problemsOfRule,
  problemsOfSegment,
  type Segments,
} from './problems/rule-problems.js';
export type { Arm, ErrorCode, Reason, ReleaseArm, ResolutionDetails } from './resolution.js';
export type {
  Condition,
  Flag,
  FlagStatus,
  FlagType,
  JsonValue,
  Leaf,
  Operator,
  ReleaseMetric,
  Rollout,
  Rule,
  RuleRelease,
  Ruleset,
  Segment,
  Serve,
} from './ruleset.js';
export { OPERATORS } from './ruleset.js';
