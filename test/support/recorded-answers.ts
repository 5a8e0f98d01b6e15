import { createClient, type FlagClient } from '../../sdk/src/index.js';
import type { SdkAnswer } from './driven-sdk.js';
import type { RecordedAnswer } from './fixture.js';

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Asks a client the recorded questions. */
export function answersOfClient(
  client: FlagClient,
  questions: readonly RecordedAnswer[],
): readonly RecordedAnswer[] {
  return questions.map((question) => {
    const { flag, context, fallback } = question;
    const { value, variant, reason, ruleId, errorCode } = client.details(flag, context, fallback);
    const details = { value, variant, reason, ruleId, errorCode };
    const answer = { ...details, active: client.isActive(flag, context) };
    return { ...question, answer: JSON.parse(JSON.stringify(answer)) as SdkAnswer };
  });
}

/** Asks a client that has a ruleset document and no server the recorded questions. */
export async function answersOfRuleset(
  ruleset: unknown,
  questions: readonly RecordedAnswer[],
): Promise<readonly RecordedAnswer[]> {
  const nowhere = { url: 'http://127.0.0.1:1', key: 'none', logger: quiet };
  const client = createClient({ ...nowhere, bootstrap: ruleset });
  const answers = answersOfClient(client, questions);
  await client.close();
  return answers;
}
