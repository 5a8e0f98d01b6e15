/** Splits a pasted list at line breaks, commas, semicolons and tabs. */
export function splitTokens(text: string): string[] {
  return text
    .split(/[\n\r,;\t]+/)
    .map((token) => token.trim())
    .filter((token) => token !== '');
}
