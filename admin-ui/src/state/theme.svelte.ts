export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const STORED_AS = 'sluice.theme';
const ATTRIBUTE = 'data-theme';

export class ThemeState {
  #theme = $state<Theme>('system');
  readonly #root: HTMLElement;
  readonly #storage: Storage | undefined;

  constructor(root: HTMLElement, storage: Storage | undefined) {
    this.#root = root;
    this.#storage = storage;
    const stored = storage?.getItem(STORED_AS);
    this.#apply(THEMES.find((theme) => theme === stored) ?? 'system');
  }

  get theme(): Theme {
    return this.#theme;
  }

  choose(theme: Theme): void {
    this.#apply(theme);
    try {
      this.#storage?.setItem(STORED_AS, theme);
    } catch {
      // Without storage, the choice lasts until the page is closed.
    }
  }

  #apply(theme: Theme): void {
    this.#theme = theme;
    if (theme === 'system') {
      this.#root.removeAttribute(ATTRIBUTE);
    } else {
      this.#root.setAttribute(ATTRIBUTE, theme);
    }
  }
}
