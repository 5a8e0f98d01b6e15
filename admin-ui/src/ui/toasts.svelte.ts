import { createContext } from 'svelte';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'notice';
  readonly text: string;
}

const TOASTS_MAX = 4;
const SHOWN_MS = 5_000;
const NOTICE_SHOWN_MS = 12_000;

export class Toasts {
  #items = $state.raw<readonly Toast[]>([]);
  #last = 0;

  get items(): readonly Toast[] {
    return this.#items;
  }

  say(text: string): void {
    this.#add('good', text);
  }

  warn(text: string): void {
    this.#add('notice', text);
  }

  dismiss(id: number): void {
    this.#items = this.#items.filter((toast) => toast.id !== id);
  }

  #add(tone: Toast['tone'], text: string): void {
    this.#last += 1;
    const toast = { id: this.#last, tone, text };
    this.#items = [...this.#items, toast].slice(-TOASTS_MAX);
    setTimeout(() => this.dismiss(toast.id), tone === 'good' ? SHOWN_MS : NOTICE_SHOWN_MS);
  }
}

export const [useToasts, provideToasts] = createContext<Toasts>();
