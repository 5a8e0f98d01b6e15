/** A revision of an epoch, formatted as an SSE id: `<epoch>:<revision>`. */
export interface Position {
  readonly epoch: string;
  readonly revision: number;
}

/** An epoch is an opaque text without `:`, short enough for a header. */
const EPOCH = /^[A-Za-z0-9_.-]{1,64}$/;

export function isEpoch(value: unknown): value is string {
  return typeof value === 'string' && EPOCH.test(value);
}

export function formatPosition(position: Position): string {
  return `${position.epoch}:${position.revision}`;
}

/** Returns null when the text is not a position. */
export function parsePosition(id: string): Position | null {
  const colon = id.indexOf(':');
  const epoch = id.slice(0, colon);
  const digits = id.slice(colon + 1);
  if (colon < 1 || !isEpoch(epoch) || !/^\d{1,15}$/.test(digits)) return null;
  return { epoch, revision: Number(digits) };
}

export function isSamePosition(a: Position | null, b: Position | null): boolean {
  return a !== null && b !== null && a.epoch === b.epoch && a.revision === b.revision;
}
