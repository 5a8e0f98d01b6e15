import { sameJson } from './json-values.js';

export type Side = 'mine' | 'theirs';
export type Choices = Readonly<Record<string, Side>>;

export interface Versions<Body> {
  readonly base: Body;
  readonly mine: Body;
  readonly theirs: Body;
}

/** One part on which the two sides differ. Each type of body defines its parts. */
export interface Difference {
  readonly part: string;
  readonly title: string;
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
  readonly changedBy: Side | 'both';
}

export interface Part {
  readonly part: string;
  readonly title: string;
}

/** Returns undefined when both sides agree. */
export function comparePart(
  { part, title }: Part,
  { base, mine, theirs }: Versions<unknown>,
): Difference | undefined {
  if (sameJson(mine, theirs)) {
    return undefined;
  }
  const iChanged = !sameJson(base, mine);
  const theyChanged = !sameJson(base, theirs);
  const changedBy = iChanged && theyChanged ? 'both' : iChanged ? 'mine' : 'theirs';
  return { part, title, base, mine, theirs, changedBy };
}

export function pick<Body, T>(versions: Versions<Body>, of: (body: Body) => T): Versions<T> {
  return { base: of(versions.base), mine: of(versions.mine), theirs: of(versions.theirs) };
}

/** Takes the side that alone changed a part; mine if both did, until the user chooses. */
export function firstChoices(differences: readonly Difference[]): Choices {
  return Object.fromEntries(
    differences.map(({ part, changedBy }) => [part, changedBy === 'theirs' ? 'theirs' : 'mine']),
  );
}

/** Compares bodies whose parts are their fields. */
export function compareFields<Body extends object>(
  titles: Readonly<Record<keyof Body & string, string>>,
  versions: Versions<Body>,
): Difference[] {
  return Object.entries<string>(titles)
    .map(([part, title]) =>
      comparePart(
        { part, title },
        pick(versions, (body) => body[part as keyof Body]),
      ),
    )
    .filter((difference) => difference !== undefined);
}

export function mergeFields<Body extends object>(
  { mine, theirs }: Versions<Body>,
  choices: Choices,
): Body {
  const taken = Object.entries(theirs).filter(([part]) => choices[part] === 'theirs');
  return { ...mine, ...Object.fromEntries(taken) };
}
