/** A path of the API with what is put into it encoded. */
export function path(parts: TemplateStringsArray, ...keys: string[]): string {
  return String.raw({ raw: parts }, ...keys.map(encodeURIComponent));
}
