import { expect } from 'vitest';
import type { Answer, Call, Management } from './management.js';

/** One row of a scenario table: the request, the response and the state afterwards. */
export interface Scenario extends Call {
  readonly title: string;
  /** Method and path below `/api/v1`. */
  readonly request: string;
  readonly status: number;
  /** Must be part of the answer's body. */
  readonly answer?: object;
  /** Must not occur anywhere in the response. */
  readonly forbidden?: readonly string[];
  /** The newest audit entry, in part; absent: no entry was written. */
  readonly audit?: object;
  /** Environments of the project `default` whose revision grew by one; absent: none. */
  readonly revised?: readonly string[];
}

const ALL = ['development', 'staging', 'production'] as const;
export const EVERYWHERE: readonly string[] = ALL;

/** Runs scenarios in order on shared state; a failure names its scenario. */
export async function playAll(api: Management, scenarios: readonly Scenario[]): Promise<void> {
  for (const scenario of scenarios) {
    await play(api, scenario).catch((error: Error) => {
      error.message = `${scenario.title}: ${error.message}`;
      throw error;
    });
  }
}

/** The answer's body, once all that the scenario says of it holds. */
export async function play(api: Management, scenario: Scenario): Promise<Answer['body']> {
  const before = await readTraces(api);
  const answer = await api.call(scenario.request, scenario);
  expect(answer, answer.text).toMatchObject({ status: scenario.status });
  if (scenario.answer) expect(answer.body).toMatchObject(scenario.answer);
  for (const text of scenario.forbidden ?? []) expect(answer.text).not.toContain(text);
  const after = await readTraces(api);
  const written = after.audit.filter((entry) => entry.id > (before.audit[0]?.id ?? 0));
  expect(written).toHaveLength(scenario.audit ? 1 : 0);
  if (scenario.audit) expect(written[0]).toMatchObject(scenario.audit);
  const revised = [...after.revisions]
    .filter(
      ([key, revision]) => before.revisions.has(key) && revision !== before.revisions.get(key),
    )
    .map(([key, revision]) => [key, revision - (before.revisions.get(key) ?? 0)]);
  expect(revised).toEqual((scenario.revised ?? []).map((key) => [key, 1]));
  return answer.body;
}

async function readTraces(api: Management) {
  const { items: audit } = await api.expect(200, 'GET /projects/default/audit?limit=5');
  const { environments } = await api.expect(200, 'GET /projects/default');
  return {
    audit: audit as readonly { readonly id: number }[],
    revisions: new Map<string, number>(
      environments.map((it: { key: string; revision: number }) => [it.key, it.revision]),
    ),
  };
}
