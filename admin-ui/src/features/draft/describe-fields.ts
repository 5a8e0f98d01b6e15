import { sameJson } from './json-values.js';

/** "Name", "Tags": what differs, by title. */
export function describeFields<Body extends object>(
  titles: Readonly<Record<keyof Body & string, string>>,
  before: Body,
  after: Body,
): string[] {
  return Object.entries<string>(titles)
    .filter(([field]) => !sameJson(before[field as keyof Body], after[field as keyof Body]))
    .map(([, title]) => title);
}
