/** A list in PostgreSQL's notation, such as `{a,"b c",NULL}`; Drizzle has it written already. */
export function writePgArray(items: readonly unknown[] | string): string {
  if (typeof items === 'string') return items;
  const written = items.map((item) => {
    if (item === null || item === undefined) return 'NULL';
    return `"${String(item).replace(/["\\]/g, '\\$&')}"`;
  });
  return `{${written.join(',')}}`;
}

/** Either quoted, with backslashes before quotes and backslashes, or bare up to the comma. */
const ITEM = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs;

/** One level deep: we keep no lists of lists. */
export function readPgArray(text: string): readonly (string | null)[] {
  return [...text.matchAll(ITEM)].map(([, quoted, bare = '']) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, '$1');
    return bare === 'NULL' ? null : bare;
  });
}
