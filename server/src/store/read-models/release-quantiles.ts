import { decodeSketch, Sketch } from '@sluice/sdk/protocol';
import { sql } from 'drizzle-orm';
import { BOUND_ALPHA } from '../../domain/gates/evidence.js';
import { quantileBand } from '../../domain/gates/quantile-band.js';
import { ARM_CODES } from '../../domain/metrics/tally.js';
import type { Db, Tx } from '../db.js';

/** A quantile of one side of one phase, and between which values it surely lies. */
export interface ReleaseQuantile {
  readonly phase: number;
  readonly arm: 'treatment' | 'control';
  readonly quantile: number;
  readonly count: number;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

const QUANTILES = [0.5, 0.95, 0.99];

/** Quantiles of the stored sketches, for charts: the bands hold for independent requests only. */
export async function readReleaseQuantiles(
  db: Db | Tx,
  releaseId: string,
  metric: string,
): Promise<readonly ReleaseQuantile[]> {
  const rows = await db.execute<{ phase: number; arm: number; text: string }>(sql`
    select phase, arm, convert_from(sketch, 'UTF8') as text from release_totals
    where release_id = ${releaseId} and metric = ${metric} and sketch is not null
    order by phase, arm desc, replica`);
  const sides = new Map<string, { phase: number; arm: number; sketch: Sketch }>();
  for (const { phase, arm, text } of rows) {
    const key = `${phase}:${arm}`;
    const side = sides.get(key) ?? { phase, arm, sketch: new Sketch() };
    sides.set(key, side);
    const sketch = decodeSketch(text);
    if (sketch) side.sketch.merge(sketch);
  }
  return [...sides.values()].flatMap(({ phase, arm, sketch }) =>
    QUANTILES.flatMap((quantile) => {
      const side = arm === ARM_CODES.treatment ? 'treatment' : 'control';
      return quantileOf(sketch, { phase, arm: side, quantile });
    }),
  );
}

function quantileOf(
  sketch: Sketch,
  where: Pick<ReleaseQuantile, 'phase' | 'arm' | 'quantile'>,
): readonly ReleaseQuantile[] {
  const { count } = sketch;
  const band = quantileBand(count, where.quantile, BOUND_ALPHA);
  const value = sketch.quantile(where.quantile);
  const lower = sketch.quantile(band.lower);
  const upper = sketch.quantile(band.upper);
  if (value === null || lower === null || upper === null) return [];
  return [{ ...where, count, value, lower, upper }];
}
