import type { Clock } from '../clock.js';
import type { EvaluationContext } from '../core/context.js';
import { resolve } from '../core/evaluate.js';
import { type CompiledRuleset, isValidKey } from '../core/index.js';
import type { Outcome, ReleaseArms } from '../core/outcome.js';
import type { ReleaseMetric } from '../core/ruleset.js';
import type { QuietLog } from '../log.js';
import type { BatchContents } from './batch-sender.js';
import { EventBuffer } from './event-buffer.js';
import { HarmPace } from './harm-pace.js';
import { UnitPool } from './known-units.js';
import { CRASH_EVENT, ERROR_EVENT, REQUEST_EVENT } from './metric-effects.js';
import { personIn, type ReleasePhase, ReleasePhases } from './release-phases.js';
import { RequestMeter } from './request-meter.js';
import type { RequestScope, SeenArm } from './request-scope.js';

/** Larger values are ignored, because no real measurement reaches them. */
const VALUE_MAX = 1e12;
/** The metric for the time of every request, with or without a release. */
const LATENCY_METRIC = 'http.latency';

type Attribution = ReleaseMetric['attribution'];

export interface TelemetryDeps {
  readonly clock: Clock;
  readonly log: QuietLog;
  /** Server time, epoch milliseconds. */
  readonly now: () => number;
}

/** Posts the collected events. */
export interface Sender {
  /** Requests a post within this many milliseconds. */
  want(withinMs: number): void;
}

/** Counts evaluations and events of users for the charts and gates of the server. */
export class Telemetry {
  readonly requests: RequestMeter;
  readonly #deps: TelemetryDeps;
  readonly #buffer: EventBuffer;
  readonly #pool = new UnitPool();
  readonly #releases = new ReleasePhases(this.#pool);
  readonly #pace = new HarmPace();
  #compiled: CompiledRuleset | null = null;
  #phases: ReadonlyMap<string, ReleasePhase> = new Map();
  #sender: Sender | null = null;

  constructor(deps: TelemetryDeps) {
    this.#deps = deps;
    this.#buffer = new EventBuffer({
      ...deps,
      want: (withinMs) => this.#want(withinMs),
      onLost: () => this.#pool.forget(),
    });
    this.requests = new RequestMeter(deps.clock, {
      onEnd: (scope, ms, isError) => this.#requestEnded(scope, ms, isError),
      onSlow: (scope, ms) => this.#requestIsSlow(scope, ms),
    });
  }

  /** Sets the sender of collected events; null: there is none. */
  sendThrough(sender: Sender | null): void {
    this.#sender = sender;
  }

  /** The data for the next batches. */
  get contents(): BatchContents {
    return this.#buffer;
  }

  /** Events that could not be kept or sent. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** Applies new rules. */
  use(compiled: CompiledRuleset): void {
    this.#compiled = compiled;
    try {
      this.#phases = this.#releases.phasesOf(compiled.flags, this.#phases);
    } catch {
      // Only values that JSON cannot express end here, such as a bootstrap with a throwing getter.
      this.#phases = new Map();
    }
    this.#buffer.beats = this.#phases.size > 0;
  }

  /** Counts an evaluation without a release: one comparison and one addition. Never throws. */
  served(key: string, { tally, details }: Outcome): void {
    if (tally.count === 0) this.#buffer.slot().touch(key, details?.variant, tally);
    tally.count += 1;
  }

  /** Counts an evaluation and its exposures. Never throws. */
  evaluated(key: string, outcome: Outcome, context: EvaluationContext): void {
    this.served(key, outcome);
    const { details } = outcome;
    if (details?.releases !== undefined) this.#expose(details.releases, context);
  }

  unknown(key: string): void {
    this.#buffer.addUnknown(key);
  }

  /** Counts an event of a user. Never throws. */
  track(event: string, context: EvaluationContext, value?: number): void {
    const { log } = this.#deps;
    if (!isValidKey(event)) {
      log.say('warn', 'an event to track has no usable name');
      return;
    }
    const isUsable = typeof value === 'number' && Math.abs(value) <= VALUE_MAX;
    if (value !== undefined && !isUsable) {
      log.say('warn', `the value of "${event}" is left out: expected a number up to ${VALUE_MAX}`);
    }
    try {
      this.#attribute(event, context, isUsable ? value : 0);
    } catch {
      log.say('warn', `"${event}" counts for nobody: its context cannot be read`);
    }
  }

  /** Counts a crash for each request in progress, and returns all slots that were not sent. */
  crashed(): string[] {
    const now = this.#deps.now();
    for (const scope of this.requests.open) {
      this.#buffer.slotAt(now).count(CRASH_EVENT, 0);
      this.#recordRequest(scope, CRASH_EVENT, 0, now);
    }
    return this.#buffer.texts();
  }

  /** Adds slots that a crashed process could not send. */
  restore(slots: readonly string[]): void {
    this.#buffer.restore(slots);
  }

  /** Drops everything, because it belongs to the original process. */
  reset(): void {
    this.#buffer.reset();
    this.#pool.forget();
  }

  #want(withinMs: number): boolean {
    this.#sender?.want(withinMs);
    return this.#sender !== null;
  }

  #expose(releases: ReleaseArms, context: EvaluationContext): void {
    const slot = this.#buffer.slot();
    const scope = this.requests.current;
    for (const { id, phase: number, arm } of releases) {
      const phase = this.#phases.get(id);
      if (phase === undefined || phase.phase !== number) continue;
      const tally = phase.arms[arm];
      const unit = personOrNull(phase, context);
      slot.open(tally).expose(unit, slot.budget);
      if (scope === undefined || unit === null || scope.seenIn(id)) continue;
      scope.seen.push({ phase, tally, unit });
    }
  }

  #attribute(event: string, context: EvaluationContext, value: number): void {
    const now = this.#deps.now();
    this.#buffer.slotAt(now).count(event, value);
    let isWanted = false;
    let isAttributed = false;
    for (const phase of this.#phases.values()) {
      const effects = phase.effects.get(event);
      if (effects === undefined) continue;
      isWanted = true;
      for (const attribution of new Set(effects.map(({ metric }) => metric.attribution))) {
        const seen = this.#seen(phase, attribution, context);
        if (seen === undefined) continue;
        isAttributed = true;
        this.#record(seen, { event, attribution, value, now });
      }
    }
    if (isWanted && !isAttributed) this.#buffer.addUnattributed();
  }

  /** The arm that an event counts for, by its request or by the current value of the user. */
  #seen(
    phase: ReleasePhase,
    attribution: Attribution,
    context: EvaluationContext,
  ): SeenArm | undefined {
    if (attribution === 'request') return this.requests.current?.seenIn(phase.id);
    if (this.#compiled === null) return undefined;
    const { details } = resolve(this.#compiled, phase.flag, context, this.#deps.now);
    const side = details?.releases?.find(({ id }) => id === phase.id);
    const unit = personIn(phase, context);
    if (side === undefined || unit === null) return undefined;
    return { phase, tally: phase.arms[side.arm], unit };
  }

  #requestEnded(scope: RequestScope, ms: number, isError: boolean): void {
    const now = this.#deps.now();
    const slot = this.#buffer.slotAt(now);
    slot.count(REQUEST_EVENT, ms);
    slot.count(LATENCY_METRIC, ms, true);
    if (isError) slot.count(ERROR_EVENT, 0);
    this.#recordRequest(scope, REQUEST_EVENT, ms, now);
    if (isError) this.#recordRequest(scope, ERROR_EVENT, 0, now);
  }

  #recordRequest(scope: RequestScope, event: string, value: number, now: number): void {
    for (const seen of scope.seen) {
      const summed = event === REQUEST_EVENT ? scope.alreadySlow : null;
      this.#record(seen, { event, attribution: 'request', value, now, summed });
    }
  }

  /** Counts a slow request before it ends, because it may hang forever. It is not counted again. */
  #requestIsSlow(scope: RequestScope, ms: number): void {
    const now = this.#deps.now();
    for (const { phase, tally, unit } of scope.seen) {
      if (now < phase.warmUpEndsAt) continue;
      for (const effect of phase.effects.get(REQUEST_EVENT) ?? []) {
        const { metric } = effect;
        const isSlow =
          effect.sum === 'slow' && ms > (metric.thresholdMs ?? Number.POSITIVE_INFINITY);
        if (!isSlow || metric.attribution !== 'request' || !scope.markSlow(metric)) continue;
        const { budget } = this.#buffer.slotAt(now);
        this.#buffer.slot().open(tally).addSums(effect, { unit, value: ms }, budget);
      }
    }
  }

  #record({ phase, tally, unit }: SeenArm, happening: Happening): void {
    const { event, attribution, value, now } = happening;
    const effects = phase.effects.get(event);
    if (effects === undefined) return;
    const slot = this.#buffer.slotAt(now);
    const isWarmUp = now < phase.warmUpEndsAt;
    const occurrence = { unit, value, isWarmUp, alreadySummed: happening.summed ?? null };
    let isNews = tally.isFirstHarm(event);
    for (const effect of effects) {
      if (effect.metric.attribution !== attribution) continue;
      if (slot.open(tally).apply(effect, occurrence, slot.budget)) isNews = true;
    }
    if (isNews) this.#want(this.#pace.withinMs(tally.arm, this.#deps.clock.monotonic()));
  }
}

interface Happening {
  readonly event: string;
  readonly attribution: Attribution;
  readonly value: number;
  readonly now: number;
  readonly summed?: ReadonlySet<unknown> | null;
}

/** A context may throw when it is read a second time. */
function personOrNull(phase: ReleasePhase, context: EvaluationContext) {
  try {
    return personIn(phase, context);
  } catch {
    return null;
  }
}
