import type uPlot from 'uplot';
import { type ChartData, groupMarks } from './chart-parts.js';

const HEIGHT = 220;
const FONT = '11px system-ui, sans-serif';
const LABEL_HEIGHT = 14;
const GAP = 8;
const BAND_PERCENT = 18;

/** By axis step in seconds: the format of a tick, and what is added when a larger unit changes. */
const TIMES: uPlot.Axis.Values = [
  [86_400, '{D} {MMM}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{D} {MMM} {YYYY}', null, '\n{D} {MMM}', null, null, null, 1],
];

interface Colours {
  readonly accent: string;
  readonly muted: string;
  readonly accentBand: string;
  readonly mutedBand: string;
  readonly text: string;
  readonly grid: string;
  readonly marker: string;
}

/** Resolves light/dark tokens to the one colour a canvas needs. `swatch` may be any element. */
export function coloursOf(swatch: HTMLElement): Colours {
  const resolve = (token: string, percent = 100): string => {
    swatch.style.color = `color-mix(in srgb, var(${token}) ${percent}%, transparent)`;
    return getComputedStyle(swatch).color;
  };
  return {
    accent: resolve('--accent'),
    muted: resolve('--text-muted'),
    accentBand: resolve('--accent', BAND_PERCENT),
    mutedBand: resolve('--text-muted', BAND_PERCENT),
    text: resolve('--text-muted'),
    grid: resolve('--border'),
    marker: resolve('--special'),
  };
}

export interface DrawnChart {
  show(data: ChartData): void;
  destroy(): void;
}

/** Loads the chart library with the first chart, not with the first page. */
export async function drawChart(
  host: HTMLElement,
  data: ChartData,
  colours: Colours,
): Promise<DrawnChart> {
  const [{ default: UPlot }] = await Promise.all([
    import('uplot'),
    import('uplot/dist/uPlot.min.css'),
  ]);
  let shown = data;
  const plot = new UPlot(
    optionsOf(UPlot, host, () => shown, colours),
    aligned(data),
    host,
  );
  const resize = new ResizeObserver(() => {
    plot.setSize({ width: Math.max(1, host.clientWidth), height: HEIGHT });
  });
  resize.observe(host);
  return {
    show(next) {
      shown = next;
      plot.setData(aligned(next));
    },
    destroy() {
      resize.disconnect();
      plot.destroy();
    },
  };
}

function aligned({ times, lines }: ChartData): uPlot.AlignedData {
  const bands = lines.flatMap(({ band }) => (band ? [band.upper, band.lower] : []));
  const rows = [times, ...lines.map(({ values }) => values), ...bands];
  return rows.map((row) => [...row]) as uPlot.AlignedData;
}

/** Each line with a band adds two series after those of the lines. */
function bandsOf({ lines }: ChartData, colours: Colours): uPlot.Band[] {
  return lines
    .filter(({ band }) => band)
    .map(({ tone }, index) => {
      const upper = 1 + lines.length + 2 * index;
      return { series: [upper, upper + 1], fill: colours[`${tone}Band`] };
    });
}

function optionsOf(
  UPlot: typeof uPlot,
  host: HTMLElement,
  shown: () => ChartData,
  colours: Colours,
): uPlot.Options {
  const { isStepped = false, lines } = shown();
  const stepped = isStepped ? UPlot.paths.stepped?.({ align: 1 }) : undefined;
  const paths = stepped ? { paths: stepped } : {};
  const bands = bandsOf(shown(), colours);
  const axis = {
    stroke: colours.text,
    font: FONT,
    grid: { stroke: colours.grid, width: 1 },
    ticks: { stroke: colours.grid, width: 1, size: 4 },
  };
  return {
    width: Math.max(1, host.clientWidth),
    height: HEIGHT,
    padding: [LABEL_HEIGHT + 4, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, space: 70, values: TIMES },
      {
        ...axis,
        size: 62,
        values: (_, splits) => splits.map((value) => shown().format(value)),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, tone }) => ({
        label,
        ...paths,
        stroke: colours[tone],
        width: tone === 'accent' ? 2.5 : 1.75,
        points: { show: !isStepped, size: 4, fill: colours[tone] },
        spanGaps: false,
        ...(tone === 'muted' ? { dash: [5, 4] } : {}),
      })),
      ...bands.flatMap(() => [
        { ...paths, points: { show: false } },
        { ...paths, points: { show: false } },
      ]),
    ],
    bands,
    hooks: { draw: [(plot) => drawMarks(plot, shown(), colours)] },
  };
}

function drawMarks(plot: uPlot, { marks }: ChartData, colours: Colours): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.x ?? {};
  if (min == null || max == null) {
    return;
  }
  const ratio = bbox.width / Math.max(1, plot.over.clientWidth);
  ctx.save();
  ctx.font = FONT.replace('11px', `${Math.round(11 * ratio)}px`);
  const spanOf = (label: string): number =>
    ((ctx.measureText(label).width + GAP * ratio) / bbox.width) * (max - min);
  for (const { at, label, kind } of groupMarks(marks, { from: min, to: max }, spanOf)) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    ctx.strokeStyle = kind === 'phase' ? colours.text : colours.marker;
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = ratio;
    ctx.setLineDash(kind === 'phase' ? [] : [4 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const isLeft = x > bbox.left + bbox.width * 0.75;
    ctx.textAlign = isLeft ? 'right' : 'left';
    const lift = kind === 'phase' ? 4 : -LABEL_HEIGHT;
    ctx.fillText(label, x + (isLeft ? -3 : 3) * ratio, bbox.top - lift * ratio);
  }
  ctx.restore();
}
