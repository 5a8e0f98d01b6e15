import { evaluateGates } from '../domain/gates/evaluate-gates.js';
import { decide } from '../domain/releases/decide.js';
import type { TickedGate } from '../domain/releases/decision.js';
import type { DecisionInputs } from '../domain/releases/decision-inputs.js';
import { hasEnded } from '../domain/releases/release.js';
import { type Measurement, measurementError } from '../domain/sources/measurement.js';
import type { Log } from '../log.js';
import type { Ctx } from '../services/context.js';
import { type ApplyResult, applyDecision } from '../services/releases/apply-decision.js';
import { finishRollback } from '../services/releases/finish-rollback.js';
import { type AskedGate, gatherScene, type Scene } from '../services/releases/gather-scene.js';
import { recordMeasurement } from '../services/releases/record-measurement.js';
import type { Sources } from '../domain/sources/sources.js';

export interface TickDeps {
  /** Runs with the system actor, so audit entries name no user. */
  readonly ctx: Ctx;
  readonly log: Log;
  readonly measure: Sources['measure'];
  /** Releases the permit of this tick while it waits for external sources. */
  readonly withoutPermit?: <T>(wait: () => Promise<T>) => Promise<T>;
}

/** Evaluates one release. Measures outside a transaction and applies by compare-and-set. */
export async function tick(deps: TickDeps, releaseId: string): Promise<ApplyResult> {
  const { ctx, log } = deps;
  const scene = await gatherScene(ctx.db, releaseId);
  if (!scene || hasEnded(scene.release.state)) return 'overtaken';
  const { status, totals, pinned, latches } = scene;
  if (status.state === 'rolling_back' && !status.isKilled) return finishRollback(ctx, log, scene);
  const ticked = await measureAll(deps, scene);
  const evaluation = evaluateGates(totals, pinned, latches, { step: status.step });
  const facts = { ...scene.facts, ticked };
  const decision = decide(status, { ...facts, evaluation });
  const inputs: DecisionInputs = { kind: 'tick', status, facts, totals, pinned, latches };
  return applyDecision(ctx, scene, { decision, evaluation, inputs });
}

/** Queries all sources in parallel, so that a slow source does not delay the others. */
async function measureAll(deps: TickDeps, scene: Scene): Promise<readonly TickedGate[]> {
  const { asked } = scene;
  if (asked.length === 0) return [];
  const { withoutPermit = (wait) => wait() } = deps;
  const said = await withoutPermit(() => Promise.all(asked.map((gate) => ask(deps, scene, gate))));
  return Promise.all(
    asked.map((gate, index) =>
      recordMeasurement(deps.ctx.db, scene, gate, said[index] as Measurement),
    ),
  );
}

async function ask({ measure }: TickDeps, scene: Scene, { gate, source }: AskedGate) {
  const { definition } = gate;
  if (source === undefined) {
    return measurementError(`source "${definition.source}" does not exist`);
  }
  const { flag, release, environmentKey: environment } = scene;
  return measure(source, definition, { flag: flag.key, release: release.id, environment });
}
