import type { FlagType } from '@sluice/sdk/core';
import type { FieldError } from '@sluice/sdk/protocol';
import { isSame } from './changed-fields.js';
import { BOOLEAN_VARIANTS, type Variants } from './flag.js';

export function problemsOfVariants(type: FlagType, variants: Variants): readonly FieldError[] {
  if (type === 'boolean' && !isSame(variants, BOOLEAN_VARIANTS)) {
    const message = 'variants of a boolean flag must be { "on": true, "off": false }';
    return [{ pointer: '/variants', message }];
  }
  return [];
}

export function problemsOfNewFlag(flag: {
  readonly type: FlagType;
  readonly variants: Variants;
  readonly offVariant: string | undefined;
}): readonly FieldError[] {
  return problemsOfVariants(flag.type, flag.variants);
}
