import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../api/client.js';
import { readVariants } from './read-variants.js';
import { FlagList } from './flag-list.svelte.js';

const flag = (key: string, more: object = {}) => ({
  key,
  name: key,
  description: '',
  tags: [],
  ...more,
});

function listOf(answer: (url: URL) => unknown) {
  const asked: URL[] = [];
  const client = new ApiClient('/', (input) => {
    const url = new URL(String(input), 'http://localhost');
    asked.push(url);
    return Promise.resolve(Response.json(answer(url)));
  });
  return { list: new FlagList(client, 'p'), asked };
}

describe('FlagList', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('filters at once and searches on the server when typing pauses', async () => {
    const all = [flag('checkout', { tags: ['shop'] }), flag('search')];
    const { list, asked } = listOf(() => ({ items: all, next: null }));
    await list.load();
    list.find('SHOP');
    list.find('SHOP check');
    expect(list.shown?.map(({ key }) => key)).toEqual(['checkout']);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked[1]?.searchParams.get('search')).toBe('SHOP check');
    expect(asked).toHaveLength(2);
  });

  it('appends further pages to the first', async () => {
    const { list, asked } = listOf((url) =>
      url.searchParams.has('cursor')
        ? { items: [flag('b')], next: null }
        : { items: [flag('a')], next: 'c1' },
    );
    await list.load();
    expect(list.hasMore).toBe(true);
    await list.loadMore();
    expect(list.shown?.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(list.hasMore).toBe(false);
    await list.loadMore();
    expect(asked).toHaveLength(2);
  });

  it('keeps the loaded flags when the server fails', async () => {
    let isDown = false;
    const { list } = listOf(() => {
      if (isDown) throw new TypeError('failed to fetch');
      return { items: [flag('a')], next: null };
    });
    await list.load();
    isDown = true;
    await list.load();
    expect(list.failure).toBe('The server cannot be reached.');
    expect(list.shown).toHaveLength(1);
  });
});

describe('readVariants', () => {
  it('parses text, numbers and JSON by the type of the flag', () => {
    expect(readVariants('a = x = y\n\nb = 2', 'string').variants).toEqual({ a: 'x = y', b: '2' });
    expect(readVariants('a = 1.5', 'number').variants).toEqual({ a: 1.5 });
    expect(readVariants('a = {"n": null}\nb = null', 'json').variants).toEqual({
      a: { n: null },
      b: null,
    });
  });

  it.each([
    ['a', 'string', 'Line 1: expected “name = value”, got “a”.'],
    ['= a', 'string', 'Line 1: expected “name = value”, got “= a”.'],
    ['a = 1\na = 2', 'number', 'Line 2: variant “a” is there twice.'],
    ['a = one', 'number', 'Line 1: expected a number, got “one”.'],
    ['a = 1', 'json', 'Line 1: expected a JSON object, a list or null, got “1”.'],
    ['', 'string', 'Expected at least one variant.'],
  ] as const)('explains what is wrong with %j', (text, type, problem) => {
    expect(readVariants(text, type).problem).toBe(problem);
  });
});
