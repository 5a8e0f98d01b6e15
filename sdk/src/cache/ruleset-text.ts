import type { CompiledRuleset } from '../core/index.js';

const CHUNK_LENGTH = 256 * 1024;

/**
 * A ruleset as JSON in chunks that each take a millisecond or two. Serializing the largest ruleset
 * at once would block the event loop for tens of milliseconds. A later revision does not change the
 * chunks.
 */
export function rulesetText(compiled: CompiledRuleset): Iterable<string> {
  const { envelope } = compiled;
  const flags = compiled.flags.list().map(({ key, source }) => [key, source] as const);
  const segments = Object.entries(compiled.segments.toRecord());
  return chunksOf(parts({ envelope, flags, segments }));
}

type Entry = readonly [key: string, source: unknown];

interface Parts {
  readonly envelope: object;
  readonly flags: readonly Entry[];
  readonly segments: readonly Entry[];
}

function* parts({ envelope, flags, segments }: Parts): Generator<string> {
  yield `${JSON.stringify(envelope).slice(0, -1)},"flags":{`;
  yield* members(flags);
  yield '},"segments":{';
  yield* members(segments);
  yield '}}';
}

function* members(entries: readonly Entry[]): Generator<string> {
  let isFirst = true;
  for (const [key, source] of entries) {
    const text: string | undefined = JSON.stringify(source);
    if (text === undefined) continue;
    yield `${isFirst ? '' : ','}${JSON.stringify(key)}:${text}`;
    isFirst = false;
  }
}

function* chunksOf(texts: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
