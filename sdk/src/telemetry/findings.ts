import type { Outcome } from '../core/outcome.js';
import type { QuietLog } from '../log.js';
import { KeyCounter } from './key-counter.js';

/** Longer than any flag key. */
const KEY_LENGTH_MAX = 100;

/** Records mistakes of calling code: unknown flag keys and missing attributes. */
export class Findings {
  readonly unknownFlags = new KeyCounter();
  readonly missingUnits = new KeyCounter();
  readonly #log: QuietLog;

  constructor(log: QuietLog) {
    this.#log = log;
  }

  /** Never throws. For outcomes without a mistake it costs only two comparisons. */
  inspect({ missingUnit, errorCode }: Outcome, key: string): void {
    if (missingUnit !== undefined) this.#inspectMissing(key, missingUnit);
    else if (errorCode === 'FLAG_NOT_FOUND') this.#inspectUnknown(key);
  }

  /** The key can be any value. */
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
