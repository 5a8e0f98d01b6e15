import type { EvaluationContext } from '@sluice/sdk/core';

export interface ContextText {
  readonly targetingKey: string;
  readonly ip: string;
  /** Additional attributes as a JSON object; empty for none. */
  readonly attributes: string;
}

export type ReadContext = { readonly context: EvaluationContext } | { readonly problem: string };

export function readContext({ targetingKey, ip, attributes }: ContextText): ReadContext {
  const read = readAttributes(attributes);
  if ('problem' in read) {
    return read;
  }
  return {
    context: {
      ...(targetingKey === '' ? {} : { targetingKey }),
      ...(ip === '' ? {} : { ip }),
      ...read.context,
    },
  };
}

function readAttributes(text: string): ReadContext {
  if (text.trim() === '') {
    return { context: {} };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return { problem: `Expected a JSON object such as {"country": "NL"}. ${why}` };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: `Expected a JSON object, got ${JSON.stringify(value).slice(0, 60)}.` };
  }
  return { context: value as EvaluationContext };
}

/** Adds a name to the JSON text and keeps the others. Invalid text is returned unchanged. */
export function addAttribute(text: string, name: string): string {
  const read = readAttributes(text);
  return 'problem' in read || Object.hasOwn(read.context, name)
    ? text
    : JSON.stringify({ ...read.context, [name]: '' }, null, 2);
}
