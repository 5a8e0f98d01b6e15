import { describe, expect, it } from 'vitest';
import { createTestClient, ManualClock } from './index.js';

describe('a test client', () => {
  it('serves the given values immediately', async () => {
    const flags = createTestClient({
      flags: { awesome: true, dull: false, limit: 10, theme: 'dark', menu: { items: ['a'] } },
    });
    expect(flags.isActive('awesome')).toBe(true);
    expect(flags.isActive('dull', {}, true)).toBe(false);
    expect(flags.isActive('theme')).toBe(true);
    expect(flags.value('limit', {}, 1)).toBe(10);
    expect(flags.value('theme', {}, 'light')).toBe('dark');
    expect(flags.value('menu', {}, { items: [] as string[] })).toEqual({ items: ['a'] });
    expect(flags.isActive('unknown', {}, true)).toBe(true);
    expect(await flags.ready()).toBe('ok');
    expect(flags.status()).toMatchObject({ state: 'live', source: 'live', revision: 1 });
  });

  it('serves changed values and notifies its listeners', () => {
    const flags = createTestClient({ flags: { awesome: true, other: true } });
    const heard: unknown[] = [];
    flags.on('change', ({ keys, revision }) => heard.push([...keys, revision]));
    flags.set('awesome', false);
    flags.remove('other');
    expect(flags.isActive('awesome', {}, true)).toBe(false);
    expect(flags.details('other', {}, true).errorCode).toBe('FLAG_NOT_FOUND');
    expect(heard).toEqual([
      ['awesome', 2],
      ['other', 3],
    ]);
  });

  it('evaluates whole definitions like the real client, with its own clock', () => {
    const clock = new ManualClock(Date.parse('2026-11-21T00:00:00Z'));
    const values = ['2026-11-22T00:00:00Z'];
    const flags = createTestClient({
      clock,
      definitions: {
        later: {
          type: 'boolean',
          seed: 'later',
          variants: { on: true, off: false },
          onVariant: 'on',
          offVariant: 'off',
          status: 'conditional',
          rules: [
            {
              id: 'date',
              when: { attribute: 'now', operator: 'after', values },
              serve: { variant: 'on' },
            },
          ],
        },
      },
    });
    expect(flags.isActive('later')).toBe(false);
    clock.advance(25 * 3_600_000);
    expect(flags.isActive('later')).toBe(true);
  });

  it('accepts requests as contexts', () => {
    const flags = createTestClient({
      contextFromRequest: (request: Request) => ({ beta: request.headers.get('x-beta') }),
      definitions: {
        beta: {
          type: 'boolean',
          seed: 'beta',
          variants: { on: true, off: false },
          onVariant: 'on',
          offVariant: 'off',
          status: 'conditional',
          rules: [
            {
              id: 'beta',
              when: { attribute: 'beta', operator: 'in', values: ['yes'] },
              serve: { variant: 'on' },
            },
          ],
        },
      },
    });
    const request = (beta: string) => new Request('http://x', { headers: { 'x-beta': beta } });
    expect(flags.isActive('beta', request('yes'))).toBe(true);
    expect(flags.isActive('beta', request('no'))).toBe(false);
  });

  it('records tracked events', () => {
    const flags = createTestClient();
    flags.track('purchase', { targetingKey: 'user-1' }, 59.7);
    flags.track('visit');
    expect(flags.tracked).toEqual([
      { event: 'purchase', context: { targetingKey: 'user-1' }, value: 59.7 },
      { event: 'visit', context: undefined, value: undefined },
    ]);
  });

  it('rejects a value that is not JSON', () => {
    expect(() => createTestClient({ flags: { f: (() => 1) as never } })).toThrow('must be JSON');
  });
});
