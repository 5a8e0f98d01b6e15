import { BUCKETS, type EventBatch, type ReleaseSlot } from '@sluice/sdk/protocol';
import type { PerArm, ReleaseTotals } from '../../server/src/domain/gates/totals.js';

type Arm = ReleaseSlot['arm'];
interface Seen {
  readonly phase: number;
  readonly arm: Arm;
}
interface Phase {
  readonly phase: number;
  readonly segment: number;
}

/** The totals of a release, counted the slow and obvious way from distinct batches. */
export class NaiveTotals {
  readonly #entries: ReleaseSlot[] = [];
  readonly #phases: readonly Phase[];

  constructor(phases: readonly Phase[]) {
    this.#phases = phases;
  }

  add({ slots }: EventBatch): void {
    for (const slot of slots) this.#entries.push(...slot.releases);
  }

  /** The parts of `ReleaseTotals` that storing is answerable for. */
  of(metrics: { readonly split: string; readonly bucketed: string }) {
    return this.#phases.map(({ phase, segment }) => {
      const here = this.#entries.filter((entry) => entry.phase === phase);
      const own = { phase, segment };
      const everyUnit = (entry: ReleaseSlot) => entry.units;
      return {
        phase,
        exposures: perArm((arm) => total(here, arm, (entry) => entry.exposures)),
        units: perArm((arm) => new Set(unitsOf(here, arm)).size),
        unitsInBothArms: unitsOf(here, 'treatment').filter((unit, index, all) => {
          return all.indexOf(unit) === index && unitsOf(here, 'control').includes(unit);
        }).length,
        firstUnits: this.#firsts(own, everyUnit),
        firsts: this.#firsts(own, ({ splits }) => splits[metrics.split] ?? []),
        firstsAll: this.#firsts(own, ({ splits, warmUpSplits }) => [
          ...(splits[metrics.split] ?? []),
          ...(warmUpSplits[metrics.split] ?? []),
        ]),
        s: perArm((arm) => buckets(here, arm, metrics.bucketed, 1)),
        n: perArm((arm) => buckets(here, arm, metrics.bucketed, 2)),
      };
    });
  }

  /** Units whose lowest phase in the segment is this one, in one arm of it only. */
  #firsts(own: Phase, unitsIn: (entry: ReleaseSlot) => readonly string[]): PerArm<number> {
    const seen = new Map<string, Seen[]>();
    for (const entry of this.#entries) {
      const segment = this.#phases.find(({ phase }) => phase === entry.phase)?.segment;
      if (segment !== own.segment) continue;
      for (const unit of unitsIn(entry)) {
        seen.set(unit, [...(seen.get(unit) ?? []), { phase: entry.phase, arm: entry.arm }]);
      }
    }
    return perArm((arm) => {
      return [...seen.values()].filter((all) => {
        const lowest = Math.min(...all.map(({ phase }) => phase));
        const sides = new Set(all.filter(({ phase }) => phase === lowest).map((it) => it.arm));
        return lowest === own.phase && sides.size === 1 && sides.has(arm);
      }).length;
    });
  }
}

/** The same parts of the totals that the server returns. */
export function comparable(
  totals: ReleaseTotals,
  { split, bucketed }: { readonly split: string; readonly bucketed: string },
) {
  const none = { treatment: 0, control: 0 };
  return totals.phases.map(({ phase, exposures, units, unitsInBothArms, firstUnits, metrics }) => ({
    ...{ phase, exposures, units, unitsInBothArms, firstUnits },
    firsts: metrics[split]?.firsts ?? none,
    firstsAll: metrics[split]?.firstsAll ?? none,
    s: perArm((arm) => metrics[bucketed]?.buckets?.[arm].s ?? empty()),
    n: perArm((arm) => metrics[bucketed]?.buckets?.[arm].n ?? empty()),
  }));
}

function perArm<T>(of: (arm: Arm) => T): PerArm<T> {
  return { treatment: of('treatment'), control: of('control') };
}

function total(entries: readonly ReleaseSlot[], arm: Arm, of: (entry: ReleaseSlot) => number) {
  return entries.filter((it) => it.arm === arm).reduce((sum, entry) => sum + of(entry), 0);
}

function unitsOf(entries: readonly ReleaseSlot[], arm: Arm): readonly string[] {
  return entries.filter((entry) => entry.arm === arm).flatMap(({ units }) => units);
}

function buckets(entries: readonly ReleaseSlot[], arm: Arm, metric: string, place: 1 | 2) {
  const sums = empty();
  for (const entry of entries) {
    if (entry.arm !== arm) continue;
    for (const each of entry.buckets[metric] ?? [])
      sums[each[0]] = (sums[each[0]] ?? 0) + each[place];
  }
  return sums;
}

function empty(): number[] {
  return new Array<number>(BUCKETS).fill(0);
}
