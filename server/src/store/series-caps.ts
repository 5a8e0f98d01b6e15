import { sql } from 'drizzle-orm';
import type { Tx } from './db.js';

/** Series that the charts of an environment may have; what releases gather has its own bounds. */
export const SERIES_MAX = 2_000;
/** Names of flags that do not exist which are remembered. */
export const UNKNOWN_MAX = 200;

/**
 * Which series an environment has, so that no client fills the database with names. Each server
 * knows those that were stored when it first heard of the environment and those it let in since.
 */
export class SeriesCaps {
  readonly #known = new Map<string, { series: Set<string>; unknown: Set<string> }>();

  async load(tx: Tx, environmentIds: Iterable<string>): Promise<void> {
    for (const id of environmentIds) {
      if (this.#known.has(id)) continue;
      const [series, unknown] = [await readSeries(tx, id), await readUnknown(tx, id)];
      this.#known.set(id, { series: new Set(series), unknown: new Set(unknown) });
    }
  }

  admits(environmentId: string, name: string): boolean {
    const known = this.#known.get(environmentId);
    if (!known) return false;
    const isUnknown = name.startsWith('unknown:');
    const names = isUnknown ? known.unknown : known.series;
    if (names.has(name)) return true;
    if (names.size >= (isUnknown ? UNKNOWN_MAX : SERIES_MAX)) return false;
    names.add(name);
    return true;
  }

  /** Forgets everything, so that what was pruned makes room; it is read again when needed. */
  clear(): void {
    this.#known.clear();
  }
}

/** Jumps from one name to the next: there are a thousand rows for each. */
async function readSeries(tx: Tx, environmentId: string): Promise<readonly string[]> {
  const next = (after: ReturnType<typeof sql>) => sql`(
    select series from metric_slots
    where environment_id = ${environmentId} and series > ${after}
    order by series limit 1)`;
  const rows = await tx.execute<{ series: string }>(sql`
    with recursive names as (
      select ${next(sql`''`)} as series
      union all
      select ${next(sql`names.series`)} from names where names.series is not null
    )
    select series from names where series is not null and series not like 'release:%'`);
  return rows.map(({ series }) => series);
}

async function readUnknown(tx: Tx, environmentId: string): Promise<readonly string[]> {
  const rows = await tx.execute<{ what: string }>(sql`
    select what from ingest_findings
    where environment_id = ${environmentId} and what like 'unknown:%'`);
  return rows.map(({ what }) => what);
}
