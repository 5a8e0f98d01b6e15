export const MARKER_TYPES = ['deploy', 'config', 'incident', 'custom'] as const;
export type MarkerType = (typeof MARKER_TYPES)[number];

/** A deploy reported within this time of a detected one replaces it, or prevents its detection. */
export const DERIVED_WITHIN_MINUTES = 10;

export interface MarkerName {
  readonly type: MarkerType;
  readonly service: string;
  readonly version: string;
}

/** The label of a marker inside a sentence: `deploy of checkout 1.4.2`. */
export function labelOfMarker({ type, service, version }: MarkerName): string {
  const what = [service, version].filter((part) => part !== '').join(' ');
  if (what === '') return type === 'custom' ? 'marker' : type;
  return type === 'deploy' ? `deploy of ${what}` : `${type} ${what}`;
}
