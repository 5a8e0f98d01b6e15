import { parseAddress } from '@sluice/sdk/core';

/** A user with one IPv6 address usually has a whole /64, so attempts are counted per network. */
export function networkOf(address: string): string {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'unknown';
  return typeof parsed === 'number' ? address : `${(parsed >> 64n).toString(16)}::/64`;
}
