import type { JsonValue } from '../../api/types.js';

const LENGTH_MAX = 40;

/** `on = true`, cut to a length that fits a list. */
export function describeValue(variant: string, value: JsonValue | undefined): string {
  const text = JSON.stringify(value) ?? '';
  const shown = text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text;
  return shown === '' || shown === `"${variant}"` ? variant : `${variant} = ${shown}`;
}
