import { createContext } from 'svelte';
import type { ComboOption } from '../../ui/combo-option.js';

/** The names that conditions of this project can use, for pickers and suggestions. */
export interface Catalog {
  readonly segments: readonly ComboOption[];
  readonly attributes: readonly string[];
}

export const [useCatalog, provideCatalog] = createContext<Catalog>();
