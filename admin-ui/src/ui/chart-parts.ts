export interface ChartLine {
  readonly label: string;
  readonly tone: 'accent' | 'muted';
  readonly values: readonly (number | null)[];
  /** The confidence band around each value. */
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
  /** Epoch seconds, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  /** Each value holds until the time of the next one. */
  readonly isStepped?: boolean;
  readonly format: (value: number) => string;
}

/**
 * Joins marks whose names would overlap into one, named by the first and a count. Each kind
 * has a separate line for its names. `spanOf` returns how much of the axis a name covers.
 */
export function groupMarks(
  marks: readonly ChartMark[],
  { from, to }: { readonly from: number; readonly to: number },
  spanOf: (label: string) => number,
): ChartMark[] {
  const inside = marks.filter(({ at }) => at >= from && at <= to).sort((a, b) => a.at - b.at);
  const groups: [ChartMark, ...ChartMark[]][] = [];
  for (const mark of inside) {
    const group = groups.findLast(([first]) => first.kind === mark.kind);
    if (group && mark.at - group[0].at < spanOf(labelOf(group))) {
      group.push(mark);
    } else {
      groups.push([mark]);
    }
  }
  return groups.map((group) => ({ ...group[0], label: labelOf(group) }));
}

function labelOf([first, ...rest]: readonly [ChartMark, ...ChartMark[]]): string {
  return rest.length === 0 ? first.label : `${first.label} +${rest.length}`;
}
