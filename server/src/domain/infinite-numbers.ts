import type { FieldError } from '@sluice/sdk/protocol';

/** `1e999` parses as Infinity, which JSON cannot represent, so it would be stored as null. */
export function problemsOfInfiniteNumbers(value: unknown, at: string): readonly FieldError[] {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return [];
    return [{ pointer: at, message: 'number is too large to be kept' }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    problemsOfInfiniteNumbers(member, pointerTo(at, name)),
  );
}

function pointerTo(parent: string, name: string): string {
  return `${parent}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
