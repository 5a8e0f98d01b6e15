import { isRecord, own } from '../json.js';
import { CONDITION_DEPTH_MAX } from '../limits.js';
import { reportBelow, show } from '../problem.js';
import { type ParsedCondition, parseCondition, type Reading } from './condition.js';

/** The only parser of segments: saving uses its issues, compiling its condition. */
export function parseSegment(source: unknown, reading: Reading): ParsedCondition | undefined {
  if (!isRecord(source)) {
    reading.report('', `segment must be an object, got ${show(source)}`);
    return undefined;
  }
  const report = reportBelow(reading.report, '/when');
  return parseCondition(own(source, 'when'), { ...reading, report });
}

/** The segments that a condition names directly. */
export function segmentNames(when: unknown): Set<string> {
  const names = new Set<string>();
  collectNames(when, 1, names);
  return names;
}

function collectNames(when: unknown, depth: number, names: Set<string>): void {
  if (!isRecord(when) || depth > CONDITION_DEPTH_MAX) return;
  const name = own(when, 'segment');
  if (typeof name === 'string') names.add(name);
  collectNames(own(when, 'not'), depth + 1, names);
  for (const list of [own(when, 'all'), own(when, 'any')]) {
    if (Array.isArray(list)) for (const part of list) collectNames(part, depth + 1, names);
  }
}
