import { z } from '@hono/zod-openapi';
import { metricDefinition } from './metric-schemas.js';

const actionSchema = z.enum(['rollback', 'pause', 'watch']);
const lnE = z.number().openapi({ description: 'Natural logarithm of the evidence' });
const lnEMax = lnE.openapi({ description: 'Highest lnE since the evidence started' });
const relative = z.number().openapi({ description: 'A relative change: 0.5 is +50 %' });
const perArm = z.object({ treatment: z.number(), control: z.number() });

const phaseEvidence = z.object({
  phase: z.number().int(),
  step: z.number().int(),
  share: z.number(),
  count: perArm.openapi({ description: 'Events, or the sum of their values' }),
  of: perArm.openapi({ description: 'Users or requests that the count refers to' }),
});

const gateEvidence = z
  .object({
    metric: z.string(),
    kind: z.enum(['split', 'mean', 'ratio', 'slowShare']),
    action: actionSchema,
    isReady: z.boolean().openapi({ description: 'There is enough data for the test' }),
    lnE,
    margin: relative,
    effect: z.object({
      estimate: relative.nullable(),
      lower: relative.nullable(),
      upper: relative.nullable(),
    }),
    ruledOut: relative.nullable().openapi({
      description: 'Degradations above this are ruled out in this step; null: none yet',
    }),
    badShare: z
      .object({ estimate: z.number(), upper: z.number() })
      .nullable()
      .openapi({ description: 'Share of bad events with the feature in this step' }),
    isEarned: z.boolean(),
    provenBy: z.string().optional().openapi({
      description: 'Another metric that watches the same failure and earned the step',
    }),
    verdict: z.enum(['harm', 'suspicious', 'clear', 'unclear']),
    phases: z.array(phaseEvidence).readonly(),
  })
  .openapi('GateEvidence');

const familyEvidence = z.object({
  lnE,
  lnEMax,
  parts: z.record(z.string(), z.number()).openapi({ description: 'Shares of the evidence' }),
});

const limitEvidence = z.object({
  metric: z.string(),
  action: actionSchema,
  lnE,
  lnEMax,
  bad: z.number(),
  total: z.number(),
  limit: z.number(),
});

const latches = z.object({
  round: z.number().int(),
  pause: lnEMax,
  rollback: lnEMax,
  sampleRatio: lnEMax,
  limits: z.record(z.string(), lnEMax),
});

const [split, mean, ratio, slowShare, , query, probe] = metricDefinition.options;

const comparedGate = z.object({
  metric: z.string(),
  definition: z.discriminatedUnion('kind', [split, mean, ratio, slowShare]),
  action: actionSchema,
  margin: relative,
  ruledOut: relative,
  floor: z.number().nullable(),
  scale: z.number().nullable().openapi({ description: 'Rate of control when data sufficed' }),
  weights: z.object({ pause: z.number(), rollback: z.number() }),
});

const tickedGate = z.object({
  metric: z.string(),
  definition: z.discriminatedUnion('kind', [query, probe]),
  action: actionSchema,
});

const pinnedGates = z.object({
  round: z.number().int(),
  plannedPhases: z.number().int(),
  plannedSteps: z.number().int(),
  compared: z.array(comparedGate).readonly(),
  limits: z
    .array(z.object({ metric: z.string(), action: actionSchema, limit: z.number() }))
    .readonly(),
  ticked: z.array(tickedGate).readonly(),
});

export const evaluationDto = z
  .object({
    gates: z.array(gateEvidence).readonly(),
    limits: z.array(limitEvidence).readonly(),
    pause: familyEvidence,
    rollback: familyEvidence,
    sampleRatio: z.object({ lnE, lnEMax }),
    bothArmsShare: z.number().openapi({ description: 'Share of users seen on both sides' }),
    stepUnits: perArm.openapi({ description: 'Distinct users of the current step' }),
    latches: latches.openapi({ description: 'Later good data never takes a verdict back' }),
    pinned: pinnedGates.openapi({ description: 'The gates as they were when evidence started' }),
  })
  .openapi('Evaluation', { description: 'What the numbers said when they were last evaluated' });
