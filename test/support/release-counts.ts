interface Side {
  readonly count: number;
  readonly of: number;
}

interface Series {
  readonly points: readonly { readonly treatment: Side; readonly control: Side }[];
}

/** Number of requests in both groups of a release, from its series of `http.error-rate`. */
export function countRequests({ points }: Series): number {
  return points.reduce((sum, { treatment, control }) => sum + treatment.of + control.of, 0);
}
