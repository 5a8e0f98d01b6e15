import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../test/support/until.js';
import { Navigation } from './navigation.svelte.js';

const flags = { page: 'flags', project: 'p', environment: 'e' } as const;
const keys = { page: 'keys', project: 'p', environment: 'e' } as const;

describe('Navigation', () => {
  let navigation: Navigation;
  let stop: () => void;

  beforeEach(() => {
    window.history.replaceState(null, '', '/base/p/e/flags');
    navigation = new Navigation('/base/', window);
    stop = navigation.start();
  });
  afterEach(() => stop());

  it('reads the address below the base', () => {
    expect(navigation.route).toEqual(flags);
    expect(navigation.href(keys)).toBe('/base/p/e/keys');
  });

  it('goes to another page without a page load', async () => {
    await navigation.go(keys);
    expect(navigation.route).toEqual(keys);
    expect(window.location.pathname).toBe('/base/p/e/keys');
  });

  it('follows links inside the base and leaves other links to the browser', async () => {
    document.body.innerHTML = '<a href="/base/p/e/keys"><b>in</b></a><a href="/elsewhere">out</a>';
    const untaken: (string | null)[] = [];
    const watch = (event: MouseEvent): void => {
      if (!event.defaultPrevented) untaken.push((event.target as HTMLElement).textContent);
      event.preventDefault();
    };
    window.addEventListener('click', watch);
    document.querySelector<HTMLElement>('a[href^="/else"]')?.click();
    document.querySelector<HTMLElement>('b')?.click();
    window.removeEventListener('click', watch);
    await until(async () => expect(navigation.route).toEqual(keys));
    expect(untaken).toEqual(['out']);
  });

  it('asks the guards and stays on the page when one of them refuses', async () => {
    const asked: string[] = [];
    navigation.protect((to) => asked.push(to.page) > 0);
    const release = navigation.protect(() => Promise.resolve(false));
    await navigation.go(keys);
    expect(asked).toEqual(['keys']);
    expect(navigation.route).toEqual(flags);
    release();
    await navigation.go(keys);
    expect(navigation.route).toEqual(keys);
  });

  it('puts filters into the address without asking the guards', () => {
    navigation.protect(() => Promise.resolve(false));
    navigation.replace('/base/p/e/flags?search=shop');
    expect(navigation.query.get('search')).toBe('shop');
  });
});
