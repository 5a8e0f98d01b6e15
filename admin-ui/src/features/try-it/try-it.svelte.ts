import type { CompiledRuleset, Flag as RulesetFlag } from '@sluice/sdk/core';
import type { ApiClient } from '../../api/client.js';
import type { FlagAddress } from '../../api/addresses.js';
import { describeError } from '../../api/api-error.js';
import type { FlagConfigChange, Flag } from '../../api/types.js';
import { type Evaluator, type Explanation, explain } from './explain.js';
import { type ContextText, readContext } from './read-context.js';

const RULESET = '/projects/{project}/environments/{environment}/ruleset';
const STORED_AS = 'sluice.try';
const EMPTY: ContextText = { targetingKey: 'user-1', ip: '', attributes: '' };

/** Shows what a context gets and why. Runs the SDK's evaluator in the browser. */
export class TryIt {
  readonly #api: ApiClient;
  readonly #at: FlagAddress;
  readonly #storage: Storage | undefined;
  #core = $state.raw<Evaluator>();
  #live = $state.raw<CompiledRuleset>();
  #failure = $state.raw<string>();
  text = $state<{ targetingKey: string; ip: string; attributes: string }>({ ...EMPTY });
  readonly read = $derived(readContext(this.text));

  constructor(api: ApiClient, at: FlagAddress, storage: Storage | undefined) {
    this.#api = api;
    this.#at = at;
    this.#storage = storage;
    this.text = { ...EMPTY, ...recall(storage) };
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  get isReady(): boolean {
    return this.#core !== undefined && this.#live !== undefined;
  }

  async load(): Promise<void> {
    this.#failure = undefined;
    try {
      const [core, ruleset] = await Promise.all([
        import('@sluice/sdk/core'),
        this.#api.get(RULESET, { path: this.#at }),
      ]);
      this.#core = core;
      this.#live = core.compile(ruleset, this.#live);
    } catch (error) {
      this.#failure = describeError(error);
    }
  }

  remember(): void {
    try {
      this.#storage?.setItem(STORED_AS, JSON.stringify(this.text));
    } catch {
      // Without storage, only the last context is not remembered.
    }
  }

  ask(flag: Flag, config: FlagConfigChange & { killed: boolean }): Explanation | undefined {
    if (this.#core === undefined || this.#live === undefined || 'problem' in this.read) {
      return undefined;
    }
    return explain(this.#core, {
      live: this.#live,
      flagKey: flag.key,
      flag: toRulesetFlag(flag, config),
      context: this.read.context,
      now: Date.now(),
    });
  }
}

export function toRulesetFlag(
  flag: Flag,
  config: FlagConfigChange & { killed: boolean },
): RulesetFlag {
  const { parent, onVariant, defaultVariant, ...rest } = config;
  const { type, seed, variants } = flag;
  return {
    type,
    seed,
    variants,
    offVariant: rest.offVariant,
    status: rest.status,
    killed: rest.killed,
    rules: rest.rules,
    ...(parent === null ? {} : { parent }),
    ...(onVariant === null ? {} : { onVariant }),
    ...(defaultVariant === null ? {} : { defaultVariant }),
  };
}

function recall(storage: Storage | undefined): Partial<ContextText> {
  try {
    const stored: unknown = JSON.parse(storage?.getItem(STORED_AS) ?? '{}');
    const texts = Object.entries(stored ?? {}).filter(
      ([name, value]) => Object.hasOwn(EMPTY, name) && typeof value === 'string',
    );
    return Object.fromEntries(texts);
  } catch {
    return {};
  }
}
