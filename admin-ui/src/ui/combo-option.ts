export interface ComboOption {
  readonly value: string;
  readonly label: string;
  readonly hint?: string;
}

const SHOWN_MAX = 100;

/** Options whose label or hint contains every typed word. A list too long to read is cut. */
export function matchingOptions(options: readonly ComboOption[], search: string): ComboOption[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = (option: ComboOption): boolean => {
    const text = `${option.label} ${option.hint ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return options.filter(holds).slice(0, SHOWN_MAX);
}
