import type { ApiClient } from './client.js';
import { path } from './path.js';
import type * as dto from './release-types.js';
import type { Page } from './types.js';

const LIST_MAX = 200;

/** Something a project has several of; what is made may say more than what is read. */
export class Collection<Dto, Created = Dto> {
  readonly #client: ApiClient;
  readonly #name: string;

  constructor(client: ApiClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  readonly list = async (project: string): Promise<readonly Dto[]> => {
    const items: Dto[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: LIST_MAX, cursor };
      const page = await this.#client.send<Page<Dto>>('GET', this.#list(project), { query });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return items;
  };
  readonly create = (project: string, body: object) =>
    this.#client.send<Created>('POST', this.#list(project), { body });
  readonly save = (project: string, key: string, version: number, body: object) =>
    this.#client.send<Dto>('PUT', this.#one(project, key), { body, version });
  readonly remove = (project: string, key: string) =>
    this.#client.send<void>('DELETE', this.#one(project, key));

  #list(project: string): string {
    return path`/projects/${project}/${this.#name}`;
  }

  #one(project: string, key: string): string {
    return this.#list(project) + path`/${key}`;
  }
}

/** What releases of a project are planned with. */
export class ReleaseSettingsApi {
  readonly metrics: Collection<dto.Metric>;
  readonly sources: Collection<dto.Source>;
  readonly templates: Collection<dto.Template>;
  readonly windows: Collection<dto.Window>;
  readonly webhooks: Collection<dto.Webhook, dto.CreatedWebhook>;
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
    this.metrics = new Collection(client, 'metrics');
    this.sources = new Collection(client, 'sources');
    this.templates = new Collection(client, 'templates');
    this.windows = new Collection(client, 'windows');
    this.webhooks = new Collection(client, 'webhooks');
  }

  readonly testSource = (project: string, key: string, query?: string) =>
    this.#client.send<dto.Measurement>('POST', path`/projects/${project}/sources/${key}/test`, {
      body: query ? { query } : {},
    });
  readonly testWebhook = (project: string, id: string) =>
    this.#client.send<dto.Delivery>('POST', path`/projects/${project}/webhooks/${id}/test`);
  readonly deliveries = (project: string, id: string) =>
    this.#client.send<Page<dto.Delivery>>(
      'GET',
      path`/projects/${project}/webhooks/${id}/deliveries`,
    );
}
