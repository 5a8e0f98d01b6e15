import type { EvaluationContext } from '../core/context.js';
import { type CompiledRuleset, missingUnit, type Now } from '../core/index.js';
import type { Outcome } from '../core/outcome.js';
import type { QuietLog } from '../log.js';
import { KeyCounter } from './key-counter.js';

/** What is longer than any flag key is not worth keeping. */
const KEY_LENGTH_MAX = 100;

/** What evaluations show about the code that asks: keys and attributes that it gets wrong. */
export class Findings {
  readonly unknownFlags = new KeyCounter();
  readonly missingUnits = new KeyCounter();
  readonly #log: QuietLog;

  constructor(log: QuietLog) {
    this.#log = log;
  }

  /**
   * Looks closer at the two outcomes that may hide a mistake; costs the others two comparisons.
   * Never throws: key and context may be anything.
   */
  inspect(
    outcome: Outcome,
    compiled: CompiledRuleset,
    key: string,
    context: EvaluationContext,
    now: Now,
  ): void {
    const { details, errorCode } = outcome;
    if (details?.reason === 'DEFAULT') this.#inspectDefault(compiled, key, context, now);
    else if (details === undefined && errorCode === 'FLAG_NOT_FOUND') this.#inspectUnknown(key);
  }

  #inspectUnknown(key: unknown): void {
    const text = typeof key === 'string' ? key.slice(0, KEY_LENGTH_MAX) : `(${typeof key})`;
    this.unknownFlags.count(text);
    this.#log.say('warn', `flag ${JSON.stringify(text)} is not in the ruleset`);
  }

  #inspectDefault(
    compiled: CompiledRuleset,
    key: string,
    context: EvaluationContext,
    now: Now,
  ): void {
    const attribute = missingUnit(compiled, key, context, now);
    if (attribute === undefined) return;
    this.missingUnits.count(key);
    this.#log.say('warn', `flag "${key}" has a rollout by "${attribute}", which a context lacks`);
  }
}
