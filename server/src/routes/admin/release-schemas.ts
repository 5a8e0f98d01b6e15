import { z } from '@hono/zod-openapi';
import { COMMAND_NAMES } from '../../domain/releases/commands.js';
import { HOLD_CODES } from '../../domain/releases/decision.js';
import { ADVANCES, GATES_MAX, STEPS_MAX } from '../../domain/releases/plan.js';
import type { PlanInput } from '../../domain/releases/plan-input.js';
import { RELEASE_STATES } from '../../domain/releases/release.js';
import * as s from '../schemas.js';
import { evaluationDto } from './evaluation-schemas.js';

const actionSchema = z.enum(['rollback', 'pause', 'watch']);
const percentSchema = z.number().openapi({ example: 5 });
const keyName = z.string().min(1).max(100);

/** The domain checks the ranges of a plan, together with the project data, and names the field. */
const stepFields = {
  percent: percentSchema,
  minBakeSeconds: z.number().int(),
  minUnits: z.number().int(),
  advance: z.enum(ADVANCES).openapi({
    description:
      '`prove`: each gate that acts has ruled out its tolerance, no floor counts; `guard`: time ' +
      'and the absence of harm are enough; chosen on purpose',
  }),
  approval: z.boolean(),
  audience: keyName.nullable().openapi({ description: 'Only people of this segment' }),
};

const gateFields = {
  metric: keyName.openapi({ example: 'http.errors' }),
  action: actionSchema,
  weight: z.number(),
  margin: z.number().nullable(),
  ruledOut: z.number().openapi({ description: 'A step is earned once this much is ruled out' }),
  floor: z.number().nullable(),
  maturesAfterSeconds: z.number().int().openapi({
    description: 'A step must be at least so old, for what people do long after they saw it',
  }),
};

const planFields = {
  rollbackTo: z.enum(['zero', 'start']),
  holdback: z.number(),
  finalBakeSeconds: z.number().int(),
  warmUpSeconds: z.number().int(),
  tickSeconds: z.number().int(),
  maxLagSeconds: z.number().int(),
  restartBakeOnDeploy: z.boolean(),
  windows: z.array(keyName).max(50),
  startAt: z.iso.datetime({ offset: true }).nullable(),
  startApproval: z.boolean(),
  template: keyName.nullable(),
};

export const planDto = z
  .object({
    ...planFields,
    startAt: z.string().nullable(),
    steps: z.array(z.object(stepFields)).readonly(),
    gates: z.array(z.object(gateFields)).readonly(),
    windows: z.array(z.string()).readonly(),
  })
  .openapi('ReleasePlan');

const { percent, ...stepOptions } = stepFields;
const { metric, action, ...gateOptions } = gateFields;

/** Missing fields are taken from the template, then from the defaults. */
const planShape = z
  .strictObject({
    steps: z
      .array(z.strictObject({ percent }).extend(z.object(stepOptions).partial().shape))
      .max(STEPS_MAX)
      .optional(),
    gates: z
      .array(z.strictObject({ metric, action }).extend(z.object(gateOptions).partial().shape))
      .max(GATES_MAX)
      .optional(),
    ...z.object(planFields).partial().shape,
  })
  .openapi('PlanInput', {
    example: { template: 'standard', gates: [{ metric: 'http.errors', action: 'rollback' }] },
  });

/** The cast is safe: parsed JSON never contains `undefined`, which Zod's optional type allows. */
export const planInput = planShape as unknown as z.ZodType<PlanInput>;

export const newRelease = z
  .strictObject({
    ruleId: keyName.optional().openapi({
      description: "The rule to open; absent: the flag's only rollout, else a new last rule",
    }),
    plan: planInput,
    start: z.boolean().openapi({ description: 'false: a draft that nobody sees' }),
    reason: s.reasonSchema.optional(),
  })
  .openapi('NewRelease', { example: { plan: { template: 'standard' }, start: true } });

export const planChange = z
  .strictObject({ plan: planInput, reason: s.reasonSchema })
  .openapi('PlanChange', {
    example: { plan: { template: 'careful' }, reason: 'more time at each step' },
  });

export const phaseDto = z
  .object({
    phase: z.number().int(),
    round: z.number().int().openapi({ description: 'Evidence restarts with each round' }),
    step: z.number().int(),
    percent: percentSchema,
    startedAt: s.timeSchema,
    endedAt: s.timeSchema.nullable(),
    cause: z.string().openapi({ example: 'step' }),
    revision: z.number().int().nullable(),
  })
  .openapi('ReleasePhase');

export const holdDto = z.object({
  code: z.enum(HOLD_CODES),
  message: z.string(),
  metric: z.string().optional(),
});

export const pauseReasonSchema = z.enum(['manual', 'regression', 'srm', 'absolute', 'error']);

export const releaseDto = z
  .object({
    id: z.string(),
    environment: z.string(),
    flag: z.string(),
    ruleId: z.string(),
    state: z.enum(RELEASE_STATES),
    pauseReason: pauseReasonSchema.nullable(),
    plan: planDto,
    step: z.number().int().openapi({ description: 'Index of the plan; -1 before the first' }),
    phase: z.number().int(),
    round: z.number().int(),
    percent: percentSchema,
    startPercent: percentSchema,
    sentence: z.string().openapi({ description: 'What was decided last, and why' }),
    holds: z.array(holdDto).readonly(),
    awaitsApproval: z.boolean(),
    commands: z.array(z.enum(COMMAND_NAMES)).readonly().openapi({
      description: 'What a person may do now; a calendar freeze may still reject a rise',
    }),
    evaluation: s.orNull(evaluationDto),
    ticked: z
      .array(
        z.object({
          metric: z.string(),
          at: s.timeSchema,
          status: z.enum(['OK', 'BREACH', 'NO_DATA', 'ERROR']),
          value: z.number().nullable(),
          message: z.string().nullable(),
        }),
      )
      .readonly()
      .openapi({ description: 'What queries and probes said last' }),
    phases: z.array(phaseDto).readonly(),
    bakedMs: z.number(),
    bakeNeededMs: z.number(),
    startAt: s.timeSchema.nullable(),
    holdUntil: s.timeSchema.nullable(),
    nextTickAt: s.timeSchema.nullable(),
    liveInstances: z.number().int(),
    silentInstances: z.array(z.string()).readonly(),
    watermark: s.timeSchema.nullable(),
    rollback: z
      .object({ instances: z.number().int(), off: z.number().int() })
      .nullable()
      .openapi({ description: 'Instances, and how many of them confirmed the rollback' }),
    version: s.versionSchema,
    createdAt: s.timeSchema,
    createdBy: z.string(),
    startedAt: s.timeSchema.nullable(),
    endedAt: s.timeSchema.nullable(),
  })
  .openapi('Release');

export const decisionDto = z
  .object({
    version: s.versionSchema,
    at: s.timeSchema,
    action: z.string().openapi({ example: 'advance' }),
    sentence: z.string(),
    actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
    reason: z.string().nullable(),
  })
  .openapi('ReleaseDecision');
