import { formatPercent, formatShare } from '@sluice/server/domain/format';
import type { Marker, ReleasePhase, SeriesPoint, SeriesQuantile } from '../../api/types.js';
import type { ChartLine, ChartMark } from '../../ui/chart-parts.js';

type Arm = 'treatment' | 'control';

/** Sorts by time: a late event of one phase may come after the first event of the next. */
export function chartLines(series: readonly SeriesPoint[]): {
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
} {
  const points = [...series].sort(
    (a, b) => Date.parse(a.at) - Date.parse(b.at) || a.phase - b.phase,
  );
  return {
    times: points.map(({ at }) => Date.parse(at) / 1000),
    lines: [
      { label: 'With the feature', tone: 'accent', values: points.map(rate('treatment')) },
      { label: 'Without', tone: 'muted', values: points.map(rate('control')) },
    ],
  };
}

function rate(arm: Arm): (point: SeriesPoint) => number | null {
  return ({ [arm]: { count, of } }) => (of === 0 ? null : count / of);
}

/** One quantile of treatment and control. It covers a whole phase, so each phase is one stretch. */
export function quantileLines(
  quantiles: readonly SeriesQuantile[],
  phases: readonly ReleasePhase[],
  { quantile, now }: { readonly quantile: number; readonly now: number },
): { readonly times: readonly number[]; readonly lines: readonly ChartLine[] } {
  const known = quantiles.filter((each) => each.quantile === quantile);
  const shown = phases.filter(({ phase }) => known.some((each) => each.phase === phase));
  const last = shown.at(-1);
  const end = last === undefined ? [] : [last.endedAt ? Date.parse(last.endedAt) : now];
  const line = (label: string, tone: ChartLine['tone'], arm: Arm): ChartLine => {
    const found = [...shown, ...shown.slice(-1)].map(({ phase }) =>
      known.find((each) => each.phase === phase && each.arm === arm),
    );
    const values = (name: 'value' | 'lower' | 'upper') => found.map((each) => each?.[name] ?? null);
    const band = { lower: values('lower'), upper: values('upper') };
    return { label, tone, values: values('value'), band };
  };
  return {
    times: [...shown.map(({ startedAt }) => Date.parse(startedAt)), ...end].map((ms) => ms / 1000),
    lines: [line('With the feature', 'accent', 'treatment'), line('Without', 'muted', 'control')],
  };
}

export function chartMarks(
  phases: readonly ReleasePhase[],
  markers: readonly Marker[],
): readonly ChartMark[] {
  return [
    ...phases.map(({ startedAt, percent }) => ({
      at: Date.parse(startedAt) / 1000,
      label: formatPercent(percent),
      kind: 'phase' as const,
    })),
    ...markers.map(({ at, label }) => ({
      at: Date.parse(at) / 1000,
      label,
      kind: 'marker' as const,
    })),
  ];
}

/** The text alternative of the chart: the newest phase only, because phases are never pooled. */
export function summarise(
  metric: string,
  points: readonly SeriesPoint[],
  format: (value: number) => string = formatShare,
): string {
  const phase = points.at(-1)?.phase;
  const latest = points.filter((point) => point.phase === phase);
  const share = (arm: Arm): string => {
    const count = latest.reduce((sum, point) => sum + point[arm].count, 0);
    const of = latest.reduce((sum, point) => sum + point[arm].of, 0);
    return of === 0 ? 'no data' : format(count / of);
  };
  return `${metric} in phase ${phase ?? '–'}: ${share('treatment')} with the feature, ${share('control')} without.`;
}
