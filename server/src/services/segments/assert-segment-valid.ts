import type { Condition } from '@sluice/sdk/core';
import type { Grant } from '../../domain/grant.js';
import type { Tx } from '../../store/db.js';

export async function assertSegmentValid(
  _tx: Tx,
  _grant: Grant,
  _segment: { readonly key: string; readonly when: Condition },
): Promise<void> {}
