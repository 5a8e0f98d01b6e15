const USUAL = ['standard', 'careful', 'fast', 'internal-first'];

/** The usual template first, then the others by caution, then those of the project. */
export function inUsualOrder<T extends { readonly key: string }>(templates: readonly T[]): T[] {
  const place = ({ key }: T): number => {
    const index = USUAL.indexOf(key);
    return index < 0 ? USUAL.length : index;
  };
  return [...templates].sort((a, b) => place(a) - place(b));
}
