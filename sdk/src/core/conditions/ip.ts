import {
  type AddressRange,
  isInRanges,
  mergeRanges,
  parseAddress,
  parseBlock,
} from '../ip-address.js';
import { show } from '../problem.js';
import { type CompileTest, usableValues } from './matcher.js';

/**
 * `ipIn`: blocks become sorted, disjoint ranges, so a lookup among ten thousand takes a few steps.
 */
export const compileIpIn: CompileTest = (leaf, report) => {
  const blocks = usableValues<AddressRange>(
    leaf,
    (value) => (typeof value === 'string' ? parseBlock(value) : undefined),
    (index, value) => {
      const expected = 'an address or a block such as 10.0.0.0/8';
      report(`/values/${index}`, `value must be ${expected}, got ${show(value)}`);
    },
  );
  const ranges = mergeRanges(blocks);
  return (value) => {
    if (typeof value !== 'string') return false;
    const address = parseAddress(value);
    return address !== undefined && isInRanges(ranges, address);
  };
};
