export { BUCKET_COUNT, bucketOf, hashOf, seedPrefix, splitBucketOf } from './bucket.js';
export { compile } from './compile.js';
export type { CompiledRuleset } from './compiled.js';
export type { EvaluationContext } from './context.js';
export { evaluate, isActive, isActiveDetails } from './evaluate.js';
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
