const LENGTH = 8;

/** Enough of a random id to tell instances apart at a glance; the whole one is its title. */
export function shortId(id: string): string {
  return id.length > LENGTH * 2 ? id.slice(0, LENGTH) : id;
}
