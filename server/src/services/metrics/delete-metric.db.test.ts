import { beforeEach, describe, expect, it } from 'vitest';
import { databaseKinds, withDatabase } from '../../../../test/support/database.js';
import { stageEnvironments, stageRelease } from '../../../../test/support/ingest-stage.js';
import { contextOn, grantOn } from '../../../../test/support/verbs.js';
import { createMetric, deleteMetric } from './metric-verbs.js';

describe.each(databaseKinds)('deleting a metric on %s', (kind) => {
  const database = withDatabase(kind);
  beforeEach(() => stageEnvironments(database.db));

  it.each([
    ['running', 'used by the release of "r1" in production'],
    ['draft', 'used by the release of "r1" in production'],
    ['completed', null],
  ] as const)('with a release that is %s: %s', async (state, refusal) => {
    const ctx = contextOn(database.db);
    const grant = await grantOn(ctx, 'p1');
    await createMetric(ctx, grant, {
      key: 'buys',
      definition: {
        ...{ kind: 'split', event: 'buy', harmful: 'down', margin: 0, attribution: 'assignment' },
      },
    });
    await stageRelease(database.db, { state, gates: [{ metric: 'buys', action: 'pause' }] });
    const deleted = deleteMetric(ctx, grant, { key: 'buys' });
    if (refusal === null) await expect(deleted).resolves.toBeUndefined();
    else await expect(deleted).rejects.toThrow(refusal);
  });
});
