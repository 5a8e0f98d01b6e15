import { problemsBySchema } from './json-schema.js';

type Schema = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

export interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly description?: string;
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export interface Exchange {
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly body: unknown;
}

/** How a response violates the OpenAPI document. */
export function problemsOfExchange(
  document: OpenApiDocument,
  exchange: Exchange,
): readonly string[] {
  const operation = findOperation(document, exchange.method, exchange.path);
  if (!operation) return [`${exchange.method} ${exchange.path} is not in the document`];
  const response = operation.responses[exchange.status];
  if (!response) return [`${exchange.method} ${exchange.path} may not answer ${exchange.status}`];
  if (!response.content) return exchange.body === null ? [] : ['the answer must have no body'];
  const type = exchange.contentType?.split(';')[0] ?? 'nothing';
  const schema = response.content[type]?.schema;
  if (!schema) return [`the answer to ${exchange.status} may not be ${type}`];
  return problemsBySchema(exchange.body, schema, lookupIn(document));
}

export function lookupIn(document: OpenApiDocument): (ref: string) => Schema {
  return (ref) => {
    const schema = document.components.schemas[ref.replace('#/components/schemas/', '')];
    if (!schema) throw new Error(`${ref} is not in the document`);
    return schema;
  };
}

/** The most literal template wins, as in a router. */
function findOperation(
  document: OpenApiDocument,
  method: string,
  path: string,
): Operation | undefined {
  const fitting = Object.keys(document.paths)
    .filter((template) => fits(template.split('/'), path.split('/')))
    .sort((a, b) => a.split('{').length - b.split('{').length);
  return fitting
    .map((template) => document.paths[template]?.[method.toLowerCase()])
    .find((operation) => operation !== undefined);
}

function fits(template: readonly string[], path: readonly string[]): boolean {
  return (
    template.length === path.length &&
    template.every((part, index) => part.startsWith('{') || part === path[index])
  );
}
