import type { Placeholders } from './measurement.js';

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const NAMES = ['flag', 'release', 'environment'] as const satisfies (keyof Placeholders)[];

/** Names in double braces that stand for nothing. */
export function unknownPlaceholders(text: string): readonly string[] {
  const names = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] as string);
  return names.filter((name) => !NAMES.some((known) => known === name));
}

/** `quote` makes a value harmless where the text puts it. */
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
