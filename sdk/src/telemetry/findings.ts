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

  /** Costs all but the two outcomes that may hide a mistake two comparisons. Never throws. */
  inspect({ missingUnit, errorCode }: Outcome, key: string): void {
    if (missingUnit !== undefined) this.#inspectMissing(key, missingUnit);
    else if (errorCode === 'FLAG_NOT_FOUND') this.#inspectUnknown(key);
  }

  /** The key may be anything. */
  #inspectUnknown(key: unknown): void {
    const text = typeof key === 'string' ? key.slice(0, KEY_LENGTH_MAX) : `(${typeof key})`;
    this.unknownFlags.count(text);
    this.#log.say('warn', `flag ${JSON.stringify(text)} is not in the ruleset`);
  }

  #inspectMissing(key: string, attribute: string): void {
    this.missingUnits.count(key);
    this.#log.say('warn', `flag "${key}" has a rollout by "${attribute}", which a context lacks`);
  }
}
