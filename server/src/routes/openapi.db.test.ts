import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { problemsBySchema } from '../../../test/support/json-schema.js';
import { withManagement } from '../../../test/support/management.js';
import { lookupIn, type Operation } from '../../../test/support/open-api.js';

const PREFIX = '/api/v1';
const COPY = fileURLToPath(new URL('../../../docs/reference/openapi.json', import.meta.url));

describe('the served OpenAPI document', () => {
  const api = withManagement('embedded');

  const operations = async (): Promise<readonly (readonly [string, Operation])[]> => {
    const { paths } = await api.document();
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(
        ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
      ),
    );
  };

  it('lists every management route of the router, and no other', async () => {
    const routed = api.sluice.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith(PREFIX))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const described = (await operations())
      .map(([name]) => name)
      .filter((name) => name.includes(` ${PREFIX}`));
    expect([...new Set(routed)].sort()).toEqual([...described].sort());
  });

  it('equals its copy in the documentation (`vitest -u` updates the copy)', async () => {
    const text = `${JSON.stringify(await api.document(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(COPY);
  });

  it('describes the purpose, the body and the responses of each route', async () => {
    for (const [name, operation] of await operations()) {
      const { summary, tags, responses, requestBody } = operation;
      expect(summary, name).toMatch(/^[A-Z].+[^.]$/);
      expect(tags, name).toHaveLength(1);
      expect(
        Object.keys(responses).some((status) => status.startsWith('2')),
        name,
      ).toBe(true);
      for (const [status, response] of Object.entries(responses)) {
        expect(response.description, `${name} ${status}`).toBeTruthy();
        const hasBody = status !== '204';
        expect(response.content !== undefined, `${name} ${status}`).toBe(hasBody);
      }
      if (requestBody) expect(Object.keys(requestBody.content), name).toEqual(['application/json']);
    }
  });

  it('describes every path parameter', async () => {
    for (const [name, { parameters }] of await operations()) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(described.map((parameter) => parameter.name).sort(), name).toEqual(inPath.sort());
    }
  });

  it('contains only examples that match their schemas', async () => {
    const document = await api.document();
    const slips = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
      'example' in schema ? problemsBySchema(schema.example, schema, lookupIn(document), name) : [],
    );
    expect(slips).toEqual([]);
  });

  it('has an example for every request body', async () => {
    const { components } = await api.document();
    const bare = (await operations()).flatMap(([name, { requestBody }]) => {
      const schema = requestBody?.content['application/json']?.schema;
      if (!schema) return [];
      const named = components.schemas[String(schema.$ref).replace('#/components/schemas/', '')];
      return (named ?? schema).example === undefined ? [name] : [];
    });
    expect(bare).toEqual([]);
  });
});
