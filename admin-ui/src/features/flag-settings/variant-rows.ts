import type { FlagType, JsonValue } from '../../api/types.js';
import { readVariantValue } from '../flag-list/read-variants.js';

export interface VariantRow {
  name: string;
  text: string;
}

export function toRows(
  variants: Readonly<Record<string, JsonValue>>,
  type: FlagType,
): VariantRow[] {
  return Object.entries(variants).map(([name, value]) => ({
    name,
    text:
      type === 'string' && typeof value === 'string'
        ? value
        : JSON.stringify(value, null, type === 'json' ? 2 : 0),
  }));
}

export interface ReadRows {
  readonly variants: Record<string, JsonValue>;
  /** Messages by position of the row. */
  readonly problems: ReadonlyMap<number, readonly string[]>;
}

export function readRows(rows: readonly VariantRow[], type: FlagType): ReadRows {
  const variants: Record<string, JsonValue> = {};
  const problems = new Map<number, string[]>();
  for (const [index, { name, text }] of rows.entries()) {
    const value = readVariantValue(text, type);
    const found = [
      ...(name.trim() === '' ? ['A variant needs a name.'] : []),
      ...(Object.hasOwn(variants, name) ? [`Variant “${name}” is there twice.`] : []),
      ...('problem' in value ? [`Value: ${value.problem}`] : []),
    ];
    if (found.length > 0) {
      problems.set(index, found);
    } else if ('value' in value) {
      variants[name] = value.value;
    }
  }
  return { variants, problems };
}
