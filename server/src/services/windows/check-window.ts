import type { Grant } from '../../domain/grant.js';
import { assertValid } from '../../domain/refusals.js';
import { problemsOfWindow, type WindowInput } from '../../domain/windows/window-problems.js';
import type { Tx } from '../../store/db.js';
import { listEnvironments } from '../../store/project-store.js';
import type { WindowChange } from '../../store/window-store.js';

/** What was written, as it is stored, once nothing is wrong with it. */
export async function checkWindow(tx: Tx, grant: Grant, input: WindowInput): Promise<WindowChange> {
  const environments = await listEnvironments(tx, grant.projectId);
  assertValid(
    problemsOfWindow(
      input,
      environments.map(({ key }) => key),
    ),
  );
  return {
    kind: input.kind,
    name: input.name,
    environments: [...input.environments],
    timeZone: input.timeZone,
    days: input.days === null ? null : [...input.days].sort((a, b) => a - b),
    opens: input.opens,
    closes: input.closes,
    startsAt: toDate(input.startsAt),
    endsAt: toDate(input.endsAt),
  };
}

function toDate(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
