const USUAL = ['standard', 'careful', 'fast', 'internal-first'];

/** The usual one first, then by caution, then what the project has made itself. */
export function inUsualOrder<T extends { readonly key: string }>(templates: readonly T[]): T[] {
  const place = ({ key }: T): number => {
    const index = USUAL.indexOf(key);
    return index < 0 ? USUAL.length : index;
  };
  return [...templates].sort((a, b) => place(a) - place(b));
}
