import type { EvaluationContext } from '../core/context.js';
import { clientAddress, type TrustedProxies } from './client-address.js';
import { isPlainContext, requestSource } from './request-source.js';

/** Attributes that your app reads from its request, such as `targetingKey` from a session. */
export type ContextFromRequest = (request: never) => EvaluationContext;

export interface RequestOptions {
  readonly trustedProxies: TrustedProxies;
  readonly contextFromRequest: ContextFromRequest | null;
}

/**
 * Builds the evaluation context of a request: its `ip`, and over it what the app adds. Only the
 * address is remembered per request: the rest may change while the request is handled.
 */
export class RequestContexts {
  readonly #options: RequestOptions;
  readonly #addresses = new WeakMap<object, { readonly ip?: string }>();

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  /** What is no request is a context already. Throws what `contextFromRequest` throws. */
  toContext(input: object | undefined): EvaluationContext {
    if (input === undefined) return {};
    if (isPlainContext(input)) return input as EvaluationContext;
    const address = this.#address(input);
    if (address === null) return input as EvaluationContext;
    return { ...address, ...this.#options.contextFromRequest?.(input as never) };
  }

  #address(input: object): { readonly ip?: string } | null {
    const known = this.#addresses.get(input);
    if (known !== undefined) return known;
    const source = requestSource(input);
    if (source === null) return null;
    const forwarded = source.header('x-forwarded-for');
    const ip = clientAddress(source.socketAddress, forwarded, this.#options.trustedProxies);
    const address = ip === null ? {} : { ip };
    this.#addresses.set(input, address);
    return address;
  }
}
