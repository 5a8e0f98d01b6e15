import type { EvaluationContext } from '../../sdk/src/core/context.js';
import { resolve } from '../../sdk/src/core/evaluate.js';
import { compile } from '../../sdk/src/core/index.js';
import type { Flag, RuleRelease } from '../../sdk/src/core/ruleset.js';
import { QuietLog } from '../../sdk/src/log.js';
import { decodeEventBatch } from '../../sdk/src/protocol/decode-event-batch.js';
import type { EventBatch } from '../../sdk/src/protocol/event-batch.js';
import { Telemetry } from '../../sdk/src/telemetry/telemetry.js';
import { ManualClock } from '../../sdk/src/testing/index.js';
import { Gathered } from './gathered.js';
import { releasedFlag, rulesetOf } from './rulesets.js';

/** Start time of the clock of a stage; also the start of a slot. */
export const STAGE_START = 1_795_248_000_000;

/** Telemetry under a manual clock, with the rules of the test. */
export class TelemetryStage {
  readonly clock = new ManualClock(STAGE_START);
  readonly wanted: number[] = [];
  readonly log: string[] = [];
  readonly telemetry: Telemetry;
  #compiled = compile(rulesetOf({}));

  constructor(flags: Readonly<Record<string, Flag>>) {
    const say = (message: string) => void this.log.push(message);
    const logger = { debug: say, info: say, warn: say, error: say };
    this.telemetry = new Telemetry({
      clock: this.clock,
      log: new QuietLog(logger, this.clock),
      now: () => this.clock.now(),
    });
    this.telemetry.sendThrough({ want: (withinMs) => this.wanted.push(withinMs) });
    this.use(flags);
  }

  static released(release: Partial<RuleRelease> = {}): TelemetryStage {
    return new TelemetryStage({ awesome: releasedFlag(release) });
  }

  use(flags: Readonly<Record<string, Flag>>): void {
    this.#compiled = compile(rulesetOf({ flags }), this.#compiled);
    this.telemetry.use(this.#compiled);
  }

  evaluate(context: EvaluationContext, key = 'awesome'): void {
    const outcome = resolve(this.#compiled, key, context, undefined);
    this.telemetry.evaluated(key, outcome, context);
  }

  /** The next batch, which has to be one that the server takes. */
  take(): EventBatch {
    const { members } = this.telemetry.contents.take();
    const decoded = decodeEventBatch(JSON.parse(`{"seq":1,"at":0,${members}}`));
    if ('problem' in decoded) throw new Error(decoded.problem);
    return decoded.value;
  }

  gathered(): Gathered {
    return Gathered.of([this.take()]);
  }
}
