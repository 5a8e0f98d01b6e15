import type { Page } from 'playwright-core';
import { HANG_MS } from './patience.js';

declare global {
  interface Window {
    /** Texts of the messages that the page has shown and the test has not read. */
    shownToasts: string[];
  }
}

/** Records the messages that a page shows, because each disappears after five seconds. */
export async function recordToasts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.shownToasts = [];
    new MutationObserver((changes) => {
      for (const node of changes.flatMap(({ addedNodes }) => Array.from(addedNodes))) {
        const isToast = node instanceof HTMLElement && node.parentElement?.role === 'status';
        if (isToast) window.shownToasts.push(node.innerText.trim());
      }
    }).observe(document, { childList: true, subtree: true });
  });
}

/** Waits until the page has shown this message since the last call, even if it is gone by now. */
export async function untilToast(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => {
      const index = window.shownToasts.findIndex((shown) => shown.startsWith(wanted));
      if (index === -1) return false;
      window.shownToasts.splice(0, index + 1);
      return true;
    },
    text,
    { timeout: HANG_MS },
  );
}
