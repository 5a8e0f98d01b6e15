import { sameJson } from './json-values.js';

/** The titles of the fields that differ: "Name", "Tags". */
export function describeFields<Body extends object>(
  titles: Readonly<Record<keyof Body & string, string>>,
  before: Body,
  after: Body,
): string[] {
  return Object.entries<string>(titles)
    .filter(([field]) => !sameJson(before[field as keyof Body], after[field as keyof Body]))
    .map(([, title]) => title);
}
