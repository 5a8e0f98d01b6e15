import { describe, expect, it } from 'vitest';
import { formatRoute, parseRoute } from './router.js';

const place = { project: 'default', environment: 'production' };

describe('parseRoute', () => {
  it.each([
    ['', { page: 'home' }],
    ['setup', { page: 'setup' }],
    ['sign-in', { page: 'sign-in' }],
    ['default/production', { page: 'flags', ...place }],
    ['default/production/flags/', { page: 'flags', ...place }],
    [
      'default/production/flags/awesome',
      { page: 'flag', ...place, flag: 'awesome', tab: 'targeting' },
    ],
    ['default/production/flags/a%3Ab.c/try', { page: 'flag', ...place, flag: 'a:b.c', tab: 'try' }],
    ['default/production/segments/staff', { page: 'segment', ...place, segment: 'staff' }],
    ['default/production/audit', { page: 'audit', ...place }],
  ])('parses %j', (path, route) => {
    expect(parseRoute(path)).toEqual(route);
  });

  it.each([
    'elsewhere',
    'default/production/nonsense',
    'default/production/flags/awesome/nonsense',
    'default/production/flags/awesome/try/more',
    'default/production/keys/one',
  ])('returns no page for %j', (path) => {
    expect(parseRoute(path)).toEqual({ page: 'missing', path });
  });

  it('keeps an invalid percent escape as it is', () => {
    expect(parseRoute('a%/b')).toEqual({ page: 'flags', project: 'a%', environment: 'b' });
  });
});

describe('formatRoute', () => {
  it.each([
    { page: 'home' },
    { page: 'setup' },
    { page: 'flags', ...place },
    { page: 'flag', ...place, flag: 'a:b/c', tab: 'targeting' },
    { page: 'flag', ...place, flag: 'awesome', tab: 'history' },
    { page: 'segment', ...place, segment: 'staff' },
  ] as const)('writes $page so that it reads back', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route);
  });
});
