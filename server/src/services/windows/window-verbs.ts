import type { Grant } from '../../domain/grant.js';
import { assertValid, invalid } from '../../domain/refusals.js';
import { problemsOfWindow, type WindowInput } from '../../domain/windows/window-problems.js';
import type { Tx } from '../../store/db.js';
import { listEnvironments } from '../../store/project-store.js';
import {
  listReleasesWithin,
  type WindowFields,
  type WindowView,
  windowStore,
} from '../../store/window-store.js';
import { createItem, deleteItem, updateItem } from '../collection-verbs.js';
import type { Ctx } from '../context.js';

/** The audit log has different actions for windows and freezes. */
const windows = { ...windowStore, topicOf: ({ kind }: WindowView) => kind };

export const { get: getWindow, page: pageOfWindows } = windowStore;

export interface CreateWindow extends Omit<WindowInput, 'name'> {
  readonly key: string;
  readonly name?: string | undefined;
}

export async function createWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  { key, name = key, ...input }: CreateWindow,
): Promise<WindowView> {
  return createItem(ctx, grant, windows, {
    key,
    fields: (tx) => toFields(tx, grant, { ...input, name }),
  });
}

export interface UpdateWindow extends WindowInput {
  readonly key: string;
  /** The version that the editor saw. */
  readonly version: number;
}

/** A window stays a window, because releases that name it rely on its hours. */
export async function updateWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  { key, version, ...input }: UpdateWindow,
): Promise<WindowView> {
  return updateItem(ctx, grant, windows, {
    key,
    version,
    fields(tx, { kind }) {
      const message = `must stay "${kind}": make a new one instead`;
      if (kind !== input.kind) throw invalid([{ pointer: '/kind', message }]);
      return toFields(tx, grant, input);
    },
  });
}

/** Fails while a release that has not ended may rise only inside the window. */
export async function deleteWindow(
  ctx: Ctx,
  grant: Grant<'window:write'>,
  { key }: { readonly key: string },
): Promise<void> {
  await deleteItem(ctx, grant, windows, {
    key,
    usedBy: (tx) => listReleasesWithin(tx, grant, key),
  });
}

/** The input as it is stored, once it is valid. */
async function toFields(tx: Tx, grant: Grant, input: WindowInput): Promise<WindowFields> {
  const environments = await listEnvironments(tx, grant.projectId);
  const keys = environments.map(({ key }) => key);
  assertValid(problemsOfWindow(input, keys));
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
