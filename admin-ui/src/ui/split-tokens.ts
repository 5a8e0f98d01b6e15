/** A pasted list, one value a line or separated by commas, semicolons or tabs. */
export function splitTokens(text: string): string[] {
  return text
    .split(/[\n\r,;\t]+/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
}
