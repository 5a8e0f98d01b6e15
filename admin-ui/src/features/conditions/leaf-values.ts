import type { Operator } from '@sluice/sdk/core';
import { wordsFor } from './operator-words.js';

export type LeafValue = string | number | boolean;
export type LeafType = 'string' | 'number' | 'boolean';

/** For `in`, "1" is not 1: the type of the first value is the type of the list. */
export function typeOfValues(values: readonly LeafValue[]): LeafType {
  const first = typeof values[0];
  return first === 'number' || first === 'boolean' ? first : 'string';
}

/** Text as typed → the value that is stored; text that is no number is kept for the error. */
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

/** The type that values have under an operator; only `in` leaves a choice. */
export function typeUnder(operator: Operator, chosen: LeafType): LeafType {
  const { kind } = wordsFor(operator);
  if (kind === 'same') return chosen;
  return kind === 'number' ? 'number' : 'string';
}

/** Carries values over to another operator, as far as they can mean something there. */
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
