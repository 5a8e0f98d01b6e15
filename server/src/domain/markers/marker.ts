export const MARKER_TYPES = ['deploy', 'config', 'incident', 'custom'] as const;
export type MarkerType = (typeof MARKER_TYPES)[number];

/** A deploy that was told replaces one that was seen this close to it, and prevents it. */
export const DERIVED_WITHIN_MINUTES = 10;

export interface MarkerName {
  readonly type: MarkerType;
  readonly service: string;
  readonly version: string;
}

/** As a sentence names it: `deploy of checkout 1.4.2`. */
export function labelOfMarker({ type, service, version }: MarkerName): string {
  const what = [service, version].filter((part) => part !== '').join(' ');
  if (what === '') return type === 'custom' ? 'marker' : type;
  return type === 'deploy' ? `deploy of ${what}` : `${type} ${what}`;
}
