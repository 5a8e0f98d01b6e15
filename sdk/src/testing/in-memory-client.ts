import { Client } from '../client.js';
import type { Clock } from '../clock.js';
import type { EvaluationContext } from '../core/context.js';
import type { Flag, FlagType, JsonValue, Ruleset } from '../core/ruleset.js';
import type { ContextOrRequest, FlagClient } from '../flag-client.js';
import { QuietLog } from '../log.js';
import { parseOptions } from '../options.js';
import { FixedRules } from './fixed-rules.js';

export interface TestClientOptions {
  /** The value of each flag, for all users. */
  readonly flags?: Readonly<Record<string, JsonValue>>;
  /** Whole flag definitions, for tests that need rules. `flags` overrides them. */
  readonly definitions?: Readonly<Record<string, Flag>>;
  readonly segments?: Ruleset['segments'];
  readonly contextFromRequest?: (request: never) => EvaluationContext;
  readonly clock?: Clock;
}

/** One call of `track`. */
export interface TrackedEvent {
  readonly event: string;
  readonly context: ContextOrRequest | undefined;
  readonly value: number | undefined;
}

/** A client for tests. It sends nothing and is ready immediately. */
export interface TestClient extends FlagClient {
  /**
   * The tracked events, in order.
   *
   * @example
   * expect(flags.tracked).toMatchObject([{ event: 'purchase', value: 59.7 }]);
   */
  readonly tracked: readonly TrackedEvent[];
  /** Sets the value of a flag for all users and notifies `change` listeners. */
  set(key: string, value: JsonValue): void;
  /** Removes a flag, which is unknown from then on. */
  remove(key: string): void;
}

/**
 * Creates a client without a network for the tests of your app. It evaluates like the real client.
 *
 * @example
 * const flags = createTestClient({ flags: { awesome: true, 'upload.limit': 10 } });
 * flags.set('awesome', false);
 */
export function createTestClient(options: TestClientOptions = {}): TestClient {
  return new InMemoryClient(options);
}

class InMemoryClient extends Client implements TestClient {
  readonly tracked: TrackedEvent[] = [];
  readonly #rules: FixedRules;

  constructor(options: TestClientOptions) {
    const { clock, contextFromRequest, definitions, segments, flags } = options;
    const settings = parseOptions(
      {
        url: 'http://localhost',
        key: 'test',
        ...(clock && { clock }),
        ...(contextFromRequest && { contextFromRequest }),
      },
      () => {},
    );
    const ruleset = rulesetOf({ ...definitions, ...flagsOf(flags ?? {}) }, segments ?? {});
    let rules: FixedRules | null = null;
    super(settings, new QuietLog(SILENCE, settings.clock), (observer) => {
      rules = new FixedRules(settings.clock, observer, ruleset);
      return rules;
    });
    this.#rules = rules as unknown as FixedRules;
  }

  set(key: string, value: JsonValue): void {
    this.#rules.change({
      ...this.#rules.current.compiled.ruleset.flags,
      [key]: flagOf(key, value),
    });
  }

  override track(event: string, context?: ContextOrRequest, value?: number): void {
    this.tracked.push({ event, context, value });
    super.track(event, context, value);
  }

  remove(key: string): void {
    const { [key]: _, ...rest } = this.#rules.current.compiled.ruleset.flags;
    this.#rules.change(rest);
  }
}

const SILENCE = { debug() {}, info() {}, warn() {}, error() {} };

const OFF_VALUES: Readonly<Record<FlagType, JsonValue>> = {
  boolean: false,
  string: '',
  number: 0,
  json: null,
};

function rulesetOf(flags: Ruleset['flags'], segments: Ruleset['segments']): Ruleset {
  const place = { project: 'test', environment: 'test', epoch: 'test', revision: 1, at: 0 };
  return { schema: 1, ...place, flags, segments };
}

function flagsOf(values: Readonly<Record<string, JsonValue>>): Record<string, Flag> {
  const flags = Object.entries(values).map(([key, value]) => [key, flagOf(key, value)] as const);
  return Object.fromEntries(flags);
}

/** A flag that serves the value; a boolean `false` is a flag that is off. */
function flagOf(key: string, value: JsonValue): Flag {
  const type = typeOf(value);
  return {
    type,
    seed: key.replaceAll(':', '.'),
    variants: { on: type === 'boolean' ? true : value, off: OFF_VALUES[type] },
    onVariant: 'on',
    offVariant: 'off',
    status: value === false ? 'off' : 'on',
  };
}

/** Throws for a value that is not JSON, so that the mistake is visible in the test. */
function typeOf(value: JsonValue): FlagType {
  switch (typeof value) {
    case 'boolean':
    case 'string':
    case 'number':
      return typeof value as FlagType;
    case 'object':
      return 'json';
    default:
      throw new TypeError(`a flag's value must be JSON, got ${typeof value}`);
  }
}
