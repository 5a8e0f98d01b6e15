import type { Outbound } from '../../domain/outbound/outbound.js';
import { assertValid } from '../../domain/refusals.js';
import {
  exampleUrlOf,
  problemsOfSource,
  type SourceInput,
} from '../../domain/sources/source-problems.js';

/** Before any transaction: a name is looked up, which may take its time. */
export async function assertSourceValid(outbound: Outbound, input: SourceInput): Promise<void> {
  assertValid(problemsOfSource(input));
  const problem = await outbound.problemOfUrl(exampleUrlOf(input.url));
  assertValid(problem === null ? [] : [{ pointer: '/url', message: problem }]);
}
