import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requestTo, SDK_VERSION } from './identity.js';

describe('the SDK name that a client sends', () => {
  it('contains the version of the package', () => {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    expect((JSON.parse(manifest) as { version: string }).version).toBe(SDK_VERSION);
  });

  it('omits unknown parts', () => {
    const identity = { url: 'http://x/base', key: 'k', instance: 'i' };
    const request = requestTo({ ...identity, service: null, serviceVersion: null }, 'GET', '/path');
    expect(request).toEqual({
      method: 'GET',
      url: 'http://x/base/path',
      headers: {
        Authorization: 'Bearer k',
        'Sluice-Instance': 'i',
        'Sluice-Sdk': `node/${SDK_VERSION}`,
      },
    });
  });
});
