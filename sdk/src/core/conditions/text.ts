import { show } from '../problem.js';
import { type CompileTest, type Scalar, usableValues } from './matcher.js';

type TextComparison = (text: string, part: string) => boolean;

export const compileContains = textTest((text, part) => text.includes(part));
export const compileStartsWith = textTest((text, part) => text.startsWith(part));
export const compileEndsWith = textTest((text, part) => text.endsWith(part));

function textTest(compare: TextComparison): CompileTest {
  return (leaf, report) => {
    const parts = usableValues(leaf, asText, (index, value) =>
      report(`/values/${index}`, `value must be a string, got ${show(value)}`),
    );
    const wanted = leaf.ignoreCase ? parts.map((part) => part.toLowerCase()) : parts;
    return (value) => {
      if (typeof value !== 'string') return false;
      const text = leaf.ignoreCase ? value.toLowerCase() : value;
      for (const part of wanted) if (compare(text, part)) return true;
      return false;
    };
  };
}

function asText(value: Scalar): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
