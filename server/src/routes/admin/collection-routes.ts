import { createRoute, type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ErrorCode } from '../../domain/errors.js';
import type { Grant, Permission } from '../../domain/grant.js';
import type { AppEnv } from '../../middleware/app-env.js';
import { authorize } from '../../services/authorize.js';
import type { Ctx } from '../../services/context.js';
import type { Db } from '../../store/db.js';
import type { Page, PageQuery } from '../../store/read-models/page.js';
import * as s from '../schemas.js';
import { OF_UPDATES, OF_WRITES } from './usual-problems.js';

interface CollectionOptions<P, View, New, Change, Created> {
  /** The last segment of the collection's path, such as `windows`. */
  readonly path: string;
  /** The noun for one item, which is also its path parameter, such as `window`. */
  readonly item: string;
  /** The permission that a write requires. Reads require `flag:read`. */
  readonly write: P;
  readonly dto: z.ZodType<View>;
  /** The schema of the answer to a creation, where it holds more than `dto`. */
  readonly created?: z.ZodType<Created>;
  readonly newItem: z.ZodType<New>;
  readonly change: z.ZodType<Change>;
  readonly list: Description;
  readonly create: Description;
  readonly show: Description;
  readonly update: Description;
  readonly remove: Description;
}

/** The OpenAPI document describes one route with these. */
interface Description {
  readonly summary: string;
  /** Describes the body of the answer, where it is not just the item. */
  readonly answer?: string;
  /** Error codes that this route adds to those of every collection. */
  readonly errors?: readonly ErrorCode[];
}

interface Versioned {
  readonly version: number;
}

type App = OpenAPIHono<AppEnv>;

/** The parts of a request once the route's schemas have accepted them. */
interface Valid<Body> {
  readonly param: { readonly project: string; readonly [name: string]: string };
  readonly query: PageQuery;
  readonly json: Body;
}

type Handle<Body> = (c: Context<AppEnv, string, { out: Valid<Body> }>) => Promise<Response>;

/** The path and the `If-Match` header add these to the body of an update. */
interface Target {
  readonly key: string;
  readonly version: number;
}

/** The five routes of a collection. Each function adds one route to the app. */
export function collectionRoutes<
  P extends Permission,
  View extends Versioned,
  New,
  Change extends object,
  Created extends View = View,
>(options: CollectionOptions<P, View, New, Change, Created>) {
  const routes = describe(options);
  const { item, write } = options;
  const inPath = ({ project, [item]: key = '' }: Valid<unknown>['param']) => {
    return { key, scope: { project } };
  };
  return {
    list(app: App, page: (db: Db, grant: Grant, query: PageQuery) => Promise<Page<View>>) {
      mount(app, routes.list, async (c) => {
        const ctx = c.get('ctx');
        const grant = await authorize(ctx, 'flag:read', c.req.valid('param'));
        return c.json(await page(ctx.db, grant, c.req.valid('query')), 200);
      });
    },
    create(app: App, verb: (ctx: Ctx, grant: Grant<P>, input: New) => Promise<Created>) {
      mount<New>(app, routes.create, async (c) => {
        const ctx = c.get('ctx');
        const grant = await authorize(ctx, write, c.req.valid('param'));
        return c.json(s.withEtag(c, await verb(ctx, grant, c.req.valid('json'))), 201);
      });
    },
    show(app: App, get: (db: Db, grant: Grant, key: string) => Promise<View>) {
      mount(app, routes.show, async (c) => {
        const ctx = c.get('ctx');
        const { key, scope } = inPath(c.req.valid('param'));
        const grant = await authorize(ctx, 'flag:read', scope);
        return c.json(s.withEtag(c, await get(ctx.db, grant, key)), 200);
      });
    },
    update(app: App, verb: (ctx: Ctx, grant: Grant<P>, input: Change & Target) => Promise<View>) {
      mount<Change>(app, routes.update, async (c) => {
        const ctx = c.get('ctx');
        const { key, scope } = inPath(c.req.valid('param'));
        const grant = await authorize(ctx, write, scope);
        const input = { ...c.req.valid('json'), key, version: s.readVersion(c) };
        return c.json(s.withEtag(c, await verb(ctx, grant, input)), 200);
      });
    },
    remove(app: App, verb: (ctx: Ctx, grant: Grant<P>, input: { key: string }) => Promise<void>) {
      mount(app, routes.remove, async (c) => {
        const ctx = c.get('ctx');
        const { key, scope } = inPath(c.req.valid('param'));
        await verb(ctx, await authorize(ctx, write, scope), { key });
        return c.body(null, 204);
      });
    },
  };
}

/**
 * Hono infers a handler's type from its route. The compiler needs minutes for that when schemas are
 * type parameters, so the kit adds its routes through this narrow view of the app.
 */
interface UntypedApp {
  openapi(route: RouteConfig, handle: (c: never) => Promise<Response>): unknown;
}

function mount<Body = unknown>(app: App, route: RouteConfig, handle: Handle<Body>): void {
  (app as unknown as UntypedApp).openapi(createRoute(route), handle);
}

/** Returns plain `RouteConfig`s, because their exact types would be slow to infer. */
function describe<P, View, New, Change, Created>(
  options: CollectionOptions<P, View, New, Change, Created>,
): Record<'list' | 'create' | 'show' | 'update' | 'remove', RouteConfig> {
  const { path, item, dto, created = dto, newItem, change } = options;
  const { list, create, show, update, remove } = options;
  const many = { path: `/projects/{project}/${path}`, tags: [path] };
  const one = { path: `${many.path}/{${item}}`, tags: [path] };
  const params = s.projectParams.extend({ [item]: z.string() });
  return {
    list: {
      method: 'get',
      ...many,
      summary: list.summary,
      request: { params: s.projectParams, query: s.listQuery },
      responses: {
        200: s.jsonResponse(s.listOf(dto), list.answer ?? `A page of ${path}`),
        ...s.problems('NOT_FOUND', 'VALIDATION_FAILED'),
      },
    },
    create: {
      method: 'post',
      ...many,
      summary: create.summary,
      request: { params: s.projectParams, body: s.jsonRequest(newItem) },
      responses: {
        201: s.jsonResponse(created, create.answer ?? `The ${item}`),
        ...s.problems(...OF_WRITES, 'NOT_FOUND', ...(create.errors ?? [])),
      },
    },
    show: {
      method: 'get',
      ...one,
      summary: show.summary,
      request: { params },
      responses: { 200: s.jsonResponse(dto, `The ${item}`), ...s.problems('NOT_FOUND') },
    },
    update: {
      method: 'put',
      ...one,
      summary: update.summary,
      request: { params, headers: s.ifMatchHeader, body: s.jsonRequest(change) },
      responses: {
        200: s.jsonResponse(dto, `The ${item} as saved`),
        ...s.problems(...OF_UPDATES, ...(update.errors ?? [])),
      },
    },
    remove: {
      method: 'delete',
      ...one,
      summary: remove.summary,
      request: { params },
      responses: {
        204: { description: 'Deleted' },
        ...s.problems('NOT_FOUND', ...(remove.errors ?? [])),
      },
    },
  };
}
