import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { messageBody, pageOfEvent, signatureOf } from './message.js';
import { ATTEMPTS_MAX, retryDelayMs, shownUrl } from './webhook.js';

const payload = {
  ...{ project: 'shop', environment: 'production', flag: 'new-cart', event: 'rolled_back' },
  sentence: 'Rolled back at 5 %: 31 of 40 people with an error had <the feature> & more',
};
const page = 'https://flags.example.com/base/shop/production/flags/new-cart';

describe('a webhook message', () => {
  it('contains the event with a link to its page', () => {
    const url = pageOfEvent('https://flags.example.com/base', payload);
    expect(url).toBe(page);
    expect(JSON.parse(messageBody('sluice', payload, url))).toEqual({ ...payload, url: page });
    expect(pageOfEvent(null, payload)).toBeNull();
    expect(pageOfEvent('https://flags.example.com', { project: 'shop' })).toBe(
      'https://flags.example.com',
    );
  });

  it('for a chat is one sentence with a link, and escapes mentions', () => {
    expect(JSON.parse(messageBody('chat', payload, page))).toEqual({
      text:
        'new-cart · production · shop: Rolled back at 5 %: 31 of 40 people with an error had ' +
        `&lt;the feature&gt; &amp; more\n${page}`,
    });
    const shout = { ...payload, flag: undefined, sentence: '<!channel>' };
    expect(messageBody('chat', shout, null)).not.toContain('<');
  });

  it('is signed over its time and its bytes', () => {
    const digest = createHmac('sha256', 'secret').update('1700000000.{"ü":1}').digest('hex');
    expect(signatureOf('secret', 1_700_000_000, '{"ü":1}')).toBe(`t=1700000000,v1=${digest}`);
  });
});

describe('an undelivered message', () => {
  it('is retried after 5 seconds, then after growing delays of up to an hour', () => {
    const delays = Array.from({ length: ATTEMPTS_MAX - 1 }, (_, index) =>
      retryDelayMs(index + 1, 1),
    );
    expect(delays.slice(0, 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(delays.at(-1)).toBe(3_600_000);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(retryDelayMs(1, 0)).toBe(4_000);
  });
});

describe('the shown address of a webhook', () => {
  it('hides the parts that may be secret', () => {
    expect(shownUrl('https://example.com/hook?token=canary', 'sluice')).toBe(
      'https://example.com/hook?…',
    );
    expect(shownUrl('https://example.com/hook', 'sluice')).toBe('https://example.com/hook');
    expect(shownUrl('https://chat.example.com:8443/T1/B2/canary', 'chat')).toBe(
      'https://chat.example.com:8443/…',
    );
  });
});
