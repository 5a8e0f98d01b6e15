import { parseAddress } from '@sluice/sdk/core';

/** Who gets one IPv6 address gets a /64 of them, so a network is what guesses are counted by. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'unknown';
  return typeof parsed === 'number' ? address : `${(parsed >> 64n).toString(16)}::/64`;
}
