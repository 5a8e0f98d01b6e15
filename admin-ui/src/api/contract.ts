import type { paths } from './schema.js';

export type Verb = 'get' | 'post' | 'put' | 'delete';

const PREFIX = '/api/v1';

/** The paths of the OpenAPI document that have this verb, without their common prefix. */
export type Path<V extends Verb> = {
  [Full in keyof paths]: Full extends `${typeof PREFIX}${infer Rest}`
    ? paths[Full] extends Readonly<Record<V, object>>
      ? Rest
      : never
    : never;
}[keyof paths];

type Operation<V extends Verb, P extends string> = paths[`${typeof PREFIX}${P}` & keyof paths][V];

type Content<T> = T extends { readonly content: { readonly 'application/json': infer Json } }
  ? Json
  : undefined;

/** The body of a successful response; undefined when the response has no content. */
export type Answer<V extends Verb, P extends Path<V>> =
  Operation<V, P> extends { readonly responses: infer Responses }
    ? Content<Responses[keyof Responses & (200 | 201 | 204)]>
    : never;

/** The type of an item of a list; `never` when the path is not a list. */
export type Item<P extends Path<'get'>> =
  Answer<'get', P> extends { readonly items: readonly (infer Entry)[] } ? Entry : never;

export type ListPath = { [P in Path<'get'>]: [Item<P>] extends [never] ? never : P }[Path<'get'>];

type Parameter<O, Kind extends 'path' | 'query' | 'header'> = O extends {
  readonly parameters: { readonly [K in Kind]?: infer Named };
}
  ? NonNullable<Named>
  : never;

type Header<O> = [Parameter<O, 'header'>] extends [never]
  ? never
  : keyof Parameter<O, 'header'> & string;

/** `{ [Name]: Value }`, or an empty type when `Value` is `never`. */
type Given<Name extends string, Value> = [Value] extends [never]
  ? object
  : { readonly [N in Name]: Value };

type Body<O> = O extends { readonly requestBody: infer Request } ? Content<Request> : never;
type OptionalBody<O> = O extends { readonly requestBody?: infer Request }
  ? Content<NonNullable<Request>>
  : never;

/** The input of a request besides its path. The version is sent as `If-Match`. */
export type Input<V extends Verb, P extends Path<V>, O = Operation<V, P>> = Given<
  'path',
  Parameter<O, 'path'>
> &
  Given<'body', Body<O>> &
  ('if-match' extends Header<O> ? { readonly version: number } : object) &
  Optional<O>;

interface Optional<O> {
  readonly body?: OptionalBody<O>;
  readonly query?: Parameter<O, 'query'>;
  /** The same for every retry of one request, so that the server carries it out once. */
  readonly idempotencyKey?: 'idempotency-key' extends Header<O> ? string : never;
}

/** The input as the last argument of a function; optional when no field is required. */
export type Inputs<V extends Verb, P extends Path<V>> =
  object extends Input<V, P> ? [input?: Input<V, P>] : [input: Input<V, P>];

/** Replaces the placeholders of a path with the parameters. */
export function fillPath(path: string, parameters: Readonly<Record<string, string>> = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(parameters[name] ?? ''),
  );
  return PREFIX + filled;
}
