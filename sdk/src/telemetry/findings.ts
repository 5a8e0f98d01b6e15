import type { EvaluationContext } from '../core/context.js';
import type { CompiledRuleset } from '../core/index.js';
import type { ResolutionDetails } from '../core/resolution.js';
import type { QuietLog } from '../log.js';
import { KeyCounter } from './key-counter.js';
import { missingUnit } from './missing-units.js';

/** What evaluations show about the code that asks: keys and attributes that it gets wrong. */
export class Findings {
  readonly unknownFlags = new KeyCounter();
  readonly missingUnits = new KeyCounter();
  readonly #log: QuietLog;

  constructor(log: QuietLog) {
    this.#log = log;
  }

  /** Looks closer at the two outcomes that may hide a mistake; costs the others one comparison. */
  inspect(
    details: ResolutionDetails<unknown>,
    compiled: CompiledRuleset,
    key: string,
    context: EvaluationContext,
    now: number,
  ): void {
    if (details.reason === 'DEFAULT') this.#inspectDefault(compiled, key, context, now);
    else if (details.errorCode === 'FLAG_NOT_FOUND') {
      this.unknownFlags.count(key);
      this.#log.say('warn', `flag "${key}" is not in the ruleset`);
    }
  }

  #inspectDefault(
    compiled: CompiledRuleset,
    key: string,
    context: EvaluationContext,
    now: number,
  ): void {
    const attribute = missingUnit(compiled.flags.get(key), context, now);
    if (attribute === null) return;
    this.missingUnits.count(key);
    const message = `flag "${key}" has a rollout by "${attribute}", which the context does not have`;
    this.#log.say('warn', message);
  }
}
