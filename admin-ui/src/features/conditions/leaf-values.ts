import type { Operator } from '@sluice/sdk/core';
import { wordsFor } from './operator-words.js';

export type LeafValue = string | number | boolean;
export type LeafType = 'string' | 'number' | 'boolean';

/** The type of a list is that of its first value. For `in`, "1" and 1 differ. */
export function typeOfValues(values: readonly LeafValue[]): LeafType {
  const first = typeof values[0];
  return first === 'number' || first === 'boolean' ? first : 'string';
}

/** Converts typed text to the stored value. Invalid numbers stay text, for the error message. */
export function readValue(text: string, type: LeafType): LeafValue {
  if (type === 'number') {
    const number = Number(text);
    return text.trim() === '' || !Number.isFinite(number) ? text : number;
  }
  if (type === 'boolean') {
    return text === 'true' || text === 'yes'
      ? true
      : text === 'false' || text === 'no'
        ? false
        : text;
  }
  return text;
}

/** The type of the values of an operator. Only `in` lets the user choose. */
export function typeUnder(operator: Operator, chosen: LeafType): LeafType {
  const { kind } = wordsFor(operator);
  if (kind === 'same') return chosen;
  return kind === 'number' ? 'number' : 'string';
}

/** Converts values for another operator and keeps those that are valid there. */
export function convertValues(
  values: readonly LeafValue[],
  operator: Operator,
  chosen: LeafType,
): LeafValue[] {
  if (wordsFor(operator).kind === 'none') {
    return [];
  }
  const type = typeUnder(operator, chosen);
  return values.map((value) =>
    type === 'string' ? String(value) : readValue(String(value), type),
  );
}
