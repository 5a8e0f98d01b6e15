type Schema = Readonly<Record<string, unknown>>;

/** Resolves `#/components/schemas/X`. */
export type SchemaLookup = (ref: string) => Schema;

const IGNORED = new Set(['description', 'example', 'examples', 'default', 'title', 'readOnly']);

type Check = (value: unknown, expected: never, context: Context) => readonly string[];

interface Context {
  readonly at: string;
  readonly schema: Schema;
  readonly lookup: SchemaLookup;
}

/**
 * What is wrong with a value by the part of JSON Schema 2020-12 that our document uses. A keyword
 * that is not known here is a problem itself, so nothing is passed over; and an object's
 * properties must all be described, because an answer may not say more than its document.
 */
export function problemsBySchema(
  value: unknown,
  schema: Schema,
  lookup: SchemaLookup,
  at = '',
): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, expected]) => {
    if (IGNORED.has(keyword)) return [];
    const check = CHECKS[keyword];
    if (!check) return [`${at}: the schema has the unknown keyword "${keyword}"`];
    return check(value, expected as never, { at, schema, lookup });
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (value, ref: string, { at, lookup }) => problemsBySchema(value, lookup(ref), lookup, at),
  type: (value, types: string | readonly string[], { at }) => {
    const allowed = [types].flat();
    const fits = allowed.some((type) => typeOf(value) === type || isInteger(value, type));
    return fits ? [] : [`${at}: must be ${allowed.join(' or ')}, is ${JSON.stringify(value)}`];
  },
  properties: (value, properties: Readonly<Record<string, Schema>>, { at, schema, lookup }) => {
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([name, member]) => {
      const described = properties[name];
      if (described) return problemsBySchema(member, described, lookup, `${at}/${name}`);
      return schema.additionalProperties ? [] : [`${at}/${name}: is not described`];
    });
  },
  additionalProperties: (value, rest: boolean | Schema, { at, schema, lookup }) => {
    if (typeof rest === 'boolean' || !isObject(value)) return [];
    const described = (schema.properties ?? {}) as Schema;
    return Object.entries(value)
      .filter(([name]) => !Object.hasOwn(described, name))
      .flatMap(([name, member]) => problemsBySchema(member, rest, lookup, `${at}/${name}`));
  },
  required: (value, names: readonly string[], { at }) =>
    isObject(value)
      ? names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}/${name}: missing`)
      : [],
  items: (value, items: Schema, { at, lookup }) =>
    Array.isArray(value)
      ? value.flatMap((member, index) => problemsBySchema(member, items, lookup, `${at}/${index}`))
      : [],
  allOf: (value, parts: readonly Schema[], { at, lookup }) =>
    problemsBySchema(value, merged(parts, lookup), lookup, at),
  anyOf: (value, parts: readonly Schema[], context) => someOf(value, parts, context),
  oneOf: (value, parts: readonly Schema[], context) => someOf(value, parts, context),
  enum: (value, members: readonly unknown[], { at }) =>
    members.includes(value) ? [] : [`${at}: must be one of ${members.join(', ')}`],
  const: (value, expected, { at }) => (value === expected ? [] : [`${at}: must be ${expected}`]),
  minimum: (value, limit: number, { at }) =>
    typeof value === 'number' && value < limit ? [`${at}: must be at least ${limit}`] : [],
  maximum: (value, limit: number, { at }) =>
    typeof value === 'number' && value > limit ? [`${at}: must be at most ${limit}`] : [],
  multipleOf: (value, step: number, { at }) =>
    typeof value === 'number' && Math.abs(value / step - Math.round(value / step)) > 1e-6
      ? [`${at}: must be a multiple of ${step}`]
      : [],
  minLength: (value, limit: number, { at }) =>
    typeof value === 'string' && value.length < limit ? [`${at}: must be longer`] : [],
  maxLength: (value, limit: number, { at }) =>
    typeof value === 'string' && value.length > limit ? [`${at}: must be shorter`] : [],
  minItems: (value, limit: number, { at }) =>
    Array.isArray(value) && value.length < limit ? [`${at}: must have more items`] : [],
  maxItems: (value, limit: number, { at }) =>
    Array.isArray(value) && value.length > limit ? [`${at}: must have fewer items`] : [],
  pattern: (value, pattern: string, { at }) =>
    typeof value === 'string' && !new RegExp(pattern, 'u').test(value)
      ? [`${at}: must match ${pattern}`]
      : [],
  format: (value, format: string, { at }) =>
    format === 'date-time' && typeof value === 'string' && Number.isNaN(Date.parse(value))
      ? [`${at}: must be a date-time`]
      : [],
};

/** Merges the schemas into one, so that it describes each property. */
function merged(parts: readonly Schema[], lookup: SchemaLookup): Schema {
  const whole = parts.map((part) => (part.$ref ? lookup(part.$ref as string) : part));
  const gather = (name: string) => whole.map((part) => part[name] ?? {});
  return {
    ...Object.assign({}, ...whole),
    properties: Object.assign({}, ...gather('properties')),
    required: whole.flatMap((part) => (part.required ?? []) as readonly string[]),
  };
}

function someOf(value: unknown, parts: readonly Schema[], { at, lookup }: Context) {
  const results = parts.map((part) => problemsBySchema(value, part, lookup, at));
  if (results.some((problems) => problems.length === 0)) return [];
  return [`${at}: fits none of ${parts.length} forms`, ...results.flat()];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === 'object';
}

function isInteger(value: unknown, type: string): boolean {
  return type === 'integer' && Number.isInteger(value);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
