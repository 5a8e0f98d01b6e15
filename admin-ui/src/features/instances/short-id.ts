const LENGTH = 8;

/** Enough of a random id to distinguish instances. The page shows the full id as a tooltip. */
export function shortId(id: string): string {
  return id.length > LENGTH * 2 ? id.slice(0, LENGTH) : id;
}
