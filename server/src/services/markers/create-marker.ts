import { ulid } from 'ulid';
import type { EnvironmentGrant } from '../../domain/grant.js';
import type { MarkerType } from '../../domain/markers/marker.js';
import { problemsOfMarker } from '../../domain/markers/marker-problems.js';
import { assertValid, conflict } from '../../domain/refusals.js';
import { deleteDerivedMarkers, findSameMarker, insertMarker } from '../../store/marker-store.js';
import { type MarkerView, toMarkerView } from '../../store/read-models/marker-view.js';
import { type Ctx, inTransaction } from '../context.js';
import { recordChange } from '../record-change.js';

export interface CreateMarker {
  readonly type: MarkerType;
  readonly service: string;
  readonly version: string;
  readonly commit: string | null;
  readonly url: string | null;
  /** Who deployed; null: the actor of the request. */
  readonly actor: string | null;
  /** ISO 8601; null: now. */
  readonly at: string | null;
  readonly endAt: string | null;
  readonly idempotencyKey: string | null;
}

export interface SavedMarker {
  readonly marker: MarkerView;
  /** False when the marker already existed. */
  readonly isNew: boolean;
}

/** A repeat (same key, or same type, service, version and minute) returns the first marker. */
export async function createMarker(
  ctx: Ctx,
  grant: EnvironmentGrant<'marker:write'>,
  input: CreateMarker,
): Promise<SavedMarker> {
  const at = input.at === null ? ctx.now() : new Date(input.at);
  const endAt = input.endAt === null ? null : new Date(input.endAt);
  const times = { at: at.getTime(), endAt: endAt?.getTime() ?? null };
  assertValid(problemsOfMarker({ ...input, ...times }, ctx.now().getTime()));
  const row = { ...input, id: ulid(), at, endAt, actor: input.actor ?? ctx.actor.name };
  return inTransaction(ctx, async (tx) => {
    if (row.type === 'deploy') await deleteDerivedMarkers(tx, grant, row);
    const stored = await insertMarker(tx, grant, row);
    if (!stored) {
      const same = await findSameMarker(tx, grant, row);
      if (!same) throw conflict('the same marker has just gone; try again');
      return { marker: toMarkerView(same), isNew: false };
    }
    const marker = toMarkerView(stored);
    await recordChange(tx, ctx, grant, {
      action: 'marker.create',
      target: { type: 'marker', key: marker.id },
      before: null,
      after: marker,
      environmentId: grant.environmentId,
    });
    return { marker, isNew: true };
  });
}
