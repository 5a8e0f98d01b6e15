export interface ChartLine {
  readonly label: string;
  readonly tone: 'accent' | 'muted';
  readonly values: readonly (number | null)[];
  /** Between which values it surely lies. */
  readonly band?: {
    readonly lower: readonly (number | null)[];
    readonly upper: readonly (number | null)[];
  };
}

/** A moment on the time axis. */
export interface ChartMark {
  /** Epoch seconds. */
  readonly at: number;
  readonly label: string;
  readonly kind: 'phase' | 'marker';
}

export interface ChartData {
  /** Epoch seconds, rising. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  /** A value holds from its time to the next. */
  readonly isStepped?: boolean;
  readonly format: (value: number) => string;
}

const GROUP_SHARE = 0.05;

/** Marks that would stand on each other become one, named by the first and a count. */
export function groupMarks(marks: readonly ChartMark[], from: number, to: number): ChartMark[] {
  const inside = marks.filter(({ at }) => at >= from && at <= to).sort((a, b) => a.at - b.at);
  const groups: ChartMark[][] = [];
  for (const mark of inside) {
    const group = groups.at(-1);
    const isNear = group?.[0] !== undefined && mark.at - group[0].at < (to - from) * GROUP_SHARE;
    if (isNear && group[0]?.kind === mark.kind) {
      group.push(mark);
    } else {
      groups.push([mark]);
    }
  }
  return groups.map(([first, ...rest]) => ({
    ...first!,
    label: rest.length === 0 ? first!.label : `${first!.label} +${rest.length}`,
  }));
}
