import type { EvaluationContext } from '../core/context.js';
import { AddressCache } from './address-cache.js';
import type { TrustedProxies } from './client-address.js';
import { isPlainContext, requestSource } from './request-source.js';

/** Attributes that your app reads from its request, such as `targetingKey` from a session. */
export type ContextFromRequest = (request: never) => EvaluationContext;

export interface RequestOptions {
  readonly trustedProxies: TrustedProxies;
  readonly contextFromRequest: ContextFromRequest | null;
  /** `contextFromRequest` threw: the evaluation goes on with the address alone. */
  readonly onThrow?: () => void;
}

/**
 * Builds the evaluation context of a request: its `ip`, and over it what the app adds. Only the
 * address is remembered per request: the rest may change while the request is handled.
 *
 * @example
 * const contexts = new RequestContexts({ trustedProxies, contextFromRequest: null });
 * const context = contexts.toContext(request);
 */
export class RequestContexts {
  readonly #contextFromRequest: ContextFromRequest | null;
  readonly #onThrow: () => void;
  readonly #cache: AddressCache;
  /** A socket forgets its address when it closes, which may be before the last evaluation. */
  readonly #byRequest = new WeakMap<object, { readonly ip?: string }>();

  constructor({ trustedProxies, contextFromRequest, onThrow = () => {} }: RequestOptions) {
    this.#contextFromRequest = contextFromRequest;
    this.#onThrow = onThrow;
    this.#cache = new AddressCache(trustedProxies);
  }

  /** What is no request is a context already. */
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
