import { frozenCopy, isRecord, type JsonRecord, own } from './json.js';
import type { OutcomeFactory } from './outcome.js';
import { type Report, show } from './problem.js';
import type { FlagType, JsonValue } from './ruleset.js';

/** The part of a flag from which every outcome is built. */
export interface Definition extends OutcomeFactory {
  /** The off variant exists and has a servable value, as a kill requires. */
  readonly isOffServable: boolean;
  /** The off variant also has the flag's type, so a malformed flag can fall back to it. */
  readonly isOffTyped: boolean;
  readonly isUsable: boolean;
}

const TYPES: readonly unknown[] = ['boolean', 'string', 'number', 'json'] satisfies FlagType[];

export function parseDefinition(flag: JsonRecord, report: Report): Definition {
  const type = parseType(own(flag, 'type'), report);
  const variants = parseVariants(own(flag, 'variants'), report);
  const offVariant = own(flag, 'offVariant');
  if (typeof offVariant !== 'string' || !variants.has(offVariant)) {
    report('/offVariant', `offVariant must name a variant, got ${show(offVariant)}`);
    return {
      type,
      variants,
      offVariant: '',
      isOffServable: false,
      isOffTyped: false,
      isUsable: false,
    };
  }
  const off = variants.get(offVariant)!;
  const isFalse = type !== 'boolean' || off === false;
  if (!isFalse) report('/offVariant', `off value of a boolean must be false, got ${show(off)}`);
  const isServable = type !== 'boolean' || off !== true;
  return {
    type,
    variants,
    offVariant,
    isOffServable: isServable,
    isOffTyped: isServable && type !== undefined && isOfType(off, type),
    isUsable: type !== undefined && isFalse,
  };
}

/** `json` accepts the values that no other type accepts: objects, lists and null. */
export function isOfType(value: JsonValue, type: FlagType): boolean {
  return typeof value === (type === 'json' ? 'object' : type);
}

function parseType(type: unknown, report: Report): FlagType | undefined {
  if (TYPES.includes(type)) return type as FlagType;
  report('/type', `type must be one of ${show(TYPES)}, got ${show(type)}`);
  return undefined;
}

/** A value that JSON cannot express is not a variant. */
function parseVariants(variants: unknown, report: Report): ReadonlyMap<string, JsonValue> {
  const usable = new Map<string, JsonValue>();
  if (!isRecord(variants)) {
    report('/variants', `variants must be an object, got ${show(variants)}`);
    return usable;
  }
  for (const name of Object.keys(variants)) {
    const value = frozenOrNothing(variants[name]);
    if (value !== undefined) usable.set(name, value);
  }
  return usable;
}

function frozenOrNothing(value: unknown): JsonValue | undefined {
  try {
    return frozenCopy(value);
  } catch {
    return undefined;
  }
}
