import type { EvaluationContext } from '../core/context.js';
import { AddressCache } from './address-cache.js';
import type { TrustedProxies } from './client-address.js';
import { isPlainContext, requestSource } from './request-source.js';

/** Attributes that your app reads from a request, such as `targetingKey` from a session. */
export type ContextFromRequest = (request: never) => EvaluationContext;

export interface RequestOptions {
  readonly trustedProxies: TrustedProxies;
  readonly contextFromRequest: ContextFromRequest | null;
  /** Called when `contextFromRequest` throws; the context then contains only the address. */
  readonly onThrow?: () => void;
}

/**
 * Builds the evaluation context of a request: its `ip`, overridden by the attributes of the app.
 * Only the address is cached per request, because the rest may change while the request is handled.
 *
 * @example
 * const contexts = new RequestContexts({ trustedProxies, contextFromRequest: null });
 * const context = contexts.toContext(request);
 */
export class RequestContexts {
  readonly #contextFromRequest: ContextFromRequest | null;
  readonly #onThrow: () => void;
  readonly #cache: AddressCache;
  /**
   * Cached, because a socket loses its address when it closes, perhaps before the last evaluation.
   */
  readonly #byRequest = new WeakMap<object, { readonly ip?: string }>();

  constructor({ trustedProxies, contextFromRequest, onThrow = () => {} }: RequestOptions) {
    this.#contextFromRequest = contextFromRequest;
    this.#onThrow = onThrow;
    this.#cache = new AddressCache(trustedProxies);
  }

  /** Returns the input when it is not a request, because it is a context already. */
  toContext(input: object): EvaluationContext {
    if (isPlainContext(input)) return input as EvaluationContext;
    const address = this.#address(input);
    if (address === null) return input as EvaluationContext;
    return { ...address, ...this.#ask(input) };
  }

  #ask(request: object): EvaluationContext {
    try {
      return this.#contextFromRequest?.(request as never) ?? {};
    } catch {
      this.#onThrow();
      return {};
    }
  }

  #address(input: object): { readonly ip?: string } | null {
    const known = this.#byRequest.get(input);
    if (known !== undefined) return known;
    const source = requestSource(input);
    if (source === null) return null;
    const ip = this.#cache.addressOf(source);
    const address = ip === null ? {} : { ip };
    this.#byRequest.set(input, address);
    return address;
  }
}
