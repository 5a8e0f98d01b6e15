/**
 * The input of an evaluation: flat, with `targetingKey`, `ip` and any other attributes.
 * Anything may come in; what an operator cannot use is simply no match.
 */
export interface EvaluationContext {
  readonly targetingKey?: string | number;
  readonly ip?: string;
  readonly [attribute: string]: unknown;
}
