import type { EventSlot, MetricSlot, ReleaseSlot } from '../protocol/event-batch.js';

/** Part of a slot as JSON, and the number of its events. */
export interface SlotText {
  readonly from: number;
  readonly text: string;
  readonly weight: number;
}

/** Length at which a part is closed, so that a batch can hold several. */
const PART_LENGTH = 100_000;

interface Piece {
  readonly field: 'flags' | 'releases' | 'metrics';
  readonly text: string;
  readonly weight: number;
}

/**
 * Splits a slot into parts that each fit into a batch. The parts add up to the slot in any order.
 */
export function slotTexts(slot: EventSlot): SlotText[] {
  const parts: SlotText[] = [];
  let open: Piece[] = [];
  let length = 0;
  const close = () => {
    if (open.length > 0) parts.push(partOf(slot, open));
    open = [];
    length = 0;
  };
  for (const piece of piecesOf(slot)) {
    if (length > 0 && length + piece.text.length > PART_LENGTH) close();
    open.push(piece);
    length += piece.text.length;
  }
  close();
  return parts;
}

function piecesOf({ flags, releases, metrics }: EventSlot): Piece[] {
  return [
    ...Object.entries(flags).map(([key, variants]) => flagPiece(key, variants)),
    ...releases.map(releasePiece),
    ...Object.entries(metrics).map(([event, metric]) => metricPiece(event, metric)),
  ];
}

function flagPiece(key: string, variants: Readonly<Record<string, number>>): Piece {
  const weight = Object.values(variants).reduce((sum, count) => sum + count, 0);
  return { field: 'flags', text: member(key, variants), weight };
}

/** Has no weight, because its exposures are evaluations and its events are counted in `metrics`. */
function releasePiece(release: ReleaseSlot): Piece {
  return { field: 'releases', text: JSON.stringify(release), weight: 0 };
}

function metricPiece(event: string, metric: MetricSlot): Piece {
  return { field: 'metrics', text: member(event, metric), weight: metric.count };
}

function member(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function partOf({ from, to }: EventSlot, pieces: readonly Piece[]): SlotText {
  const all = (field: Piece['field']) =>
    pieces
      .filter((piece) => piece.field === field)
      .map(({ text }) => text)
      .join(',');
  const [flags, releases, metrics] = [all('flags'), all('releases'), all('metrics')];
  const text = `{"from":${from},"to":${to},"flags":{${flags}},"releases":[${releases}],"metrics":{${metrics}}}`;
  return { from, text, weight: pieces.reduce((sum, { weight }) => sum + weight, 0) };
}
