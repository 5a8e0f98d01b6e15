import type { Placeholders } from './measurement.js';

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const NAMES = ['flag', 'release', 'environment'] as const satisfies (keyof Placeholders)[];

/** Names in double braces that are not placeholders. */
export function unknownPlaceholders(text: string): readonly string[] {
  const names = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
  return names.filter((name) => !NAMES.some((known) => known === name));
}

/** `quote` escapes a value for its position in the text. */
export function fillPlaceholders(
  text: string,
  values: Placeholders,
  quote: (value: string) => string,
): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => {
    const known = NAMES.find((one) => one === name);
    return known === undefined ? whole : quote(values[known]);
  });
}
