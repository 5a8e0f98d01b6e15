import type { ApiClient, Query } from './client.js';
import { configPath, type FlagAddress } from './flag-address.js';
import { path } from './path.js';
import { ReleaseApi } from './release-api.js';
import { ReleaseSettingsApi } from './release-settings-api.js';
import type * as dto from './types.js';

const LIST_MAX = 200;

/** The routes of the management API, one line each. */
export class AdminApi {
  readonly releases: ReleaseApi;
  readonly settings: ReleaseSettingsApi;
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
    this.releases = new ReleaseApi(client);
    this.settings = new ReleaseSettingsApi(client);
  }

  readonly setupNeeded = () => this.#get<{ needed: boolean }>('/setup');
  readonly setUp = (body: { token: string; email: string; password: string; name?: string }) =>
    this.#client.send<dto.Session>('POST', '/setup', { body });
  readonly session = () => this.#get<dto.Session>('/session');
  readonly signIn = (body: { email: string; password: string }) =>
    this.#client.send<dto.Session>('POST', '/session', { body });
  readonly signOut = () => this.#client.send<void>('DELETE', '/session');

  readonly changePassword = (body: { currentPassword: string; newPassword: string }) =>
    this.#client.send<void>('POST', '/session/password', { body });

  readonly projects = () => this.#all<dto.Project>('/projects');
  readonly createProject = (body: { key: string; name?: string }) =>
    this.#client.send<dto.Project>('POST', '/projects', { body });
  readonly createEnvironment = (
    project: string,
    body: { key: string; name?: string; protected?: boolean },
  ) =>
    this.#client.send<dto.Environment>('POST', path`/projects/${project}/environments`, { body });
  readonly saveEnvironment = (
    project: string,
    { key, version }: { key: string; version: number },
    body: { name: string; protected: boolean },
  ) =>
    this.#client.send<dto.Environment>('PUT', path`/projects/${project}/environments/${key}`, {
      body,
      version,
    });

  readonly flags = (project: string, query: Query) =>
    this.#get<dto.Page<dto.Flag>>(path`/projects/${project}/flags`, query);
  readonly flag = (project: string, flag: string) =>
    this.#get<dto.Flag>(path`/projects/${project}/flags/${flag}`);
  readonly createFlag = (project: string, body: dto.NewFlag) =>
    this.#client.send<dto.Flag>('POST', path`/projects/${project}/flags`, { body });
  readonly saveFlag = (project: string, flag: string, version: number, body: dto.FlagBody) =>
    this.#client.send<dto.Flag>('PUT', path`/projects/${project}/flags/${flag}`, { body, version });
  readonly archiveFlag = (
    project: string,
    flag: string,
    body: { reason?: string; force?: boolean },
  ) =>
    this.#client.send<dto.Flag>('POST', path`/projects/${project}/flags/${flag}/archive`, { body });
  readonly unarchiveFlag = (project: string, flag: string) =>
    this.#client.send<dto.Flag>('POST', path`/projects/${project}/flags/${flag}/unarchive`);

  readonly config = (at: FlagAddress) => this.#get<dto.FlagConfig>(configPath(at));
  readonly saveConfig = (at: FlagAddress, version: number, body: dto.ConfigBody) =>
    this.#client.send<dto.FlagConfig>('PUT', configPath(at), { body, version });
  readonly kill = (at: FlagAddress, reason: string) =>
    this.#client.send<dto.FlagConfig>('POST', `${configPath(at)}/kill`, { body: { reason } });
  readonly restore = (at: FlagAddress, body: { reason: string; release?: 'zero' | 'previous' }) =>
    this.#client.send<dto.FlagConfig>('POST', `${configPath(at)}/restore`, { body });
  readonly receipts = (at: FlagAddress) => this.#get<dto.Receipts>(`${configPath(at)}/receipts`);
  readonly preview = (
    at: FlagAddress,
    body: { contexts: readonly object[]; proposed?: dto.ConfigBody },
  ) => this.#client.send<dto.Preview>('POST', `${configPath(at)}/preview`, { body });
  readonly ruleset = (project: string, environment: string) =>
    this.#get<dto.Ruleset>(path`/projects/${project}/environments/${environment}/ruleset`);

  readonly instances = (project: string, environment: string) =>
    this.#all<dto.Instance>(path`/projects/${project}/environments/${environment}/instances`);
  readonly dismissInstance = (project: string, environment: string, id: string) =>
    this.#client.send<void>(
      'DELETE',
      path`/projects/${project}/environments/${environment}/instances/${id}`,
    );

  readonly segments = (project: string) =>
    this.#all<dto.Segment>(path`/projects/${project}/segments`);
  readonly segment = (project: string, segment: string) =>
    this.#get<dto.Segment>(path`/projects/${project}/segments/${segment}`);
  readonly createSegment = (
    project: string,
    body: Partial<dto.SegmentBody> & { key: string; when: dto.SegmentBody['when'] },
  ) => this.#client.send<dto.Segment>('POST', path`/projects/${project}/segments`, { body });
  readonly saveSegment = (
    project: string,
    segment: string,
    version: number,
    body: dto.SegmentBody,
  ) =>
    this.#client.send<dto.Segment>('PUT', path`/projects/${project}/segments/${segment}`, {
      body,
      version,
    });
  readonly deleteSegment = (project: string, segment: string) =>
    this.#client.send<void>('DELETE', path`/projects/${project}/segments/${segment}`);

  readonly keys = (project: string) => this.#all<dto.Key>(path`/projects/${project}/keys`);
  readonly createKey = (project: string, body: dto.NewKey) =>
    this.#client.send<dto.CreatedKey>('POST', path`/projects/${project}/keys`, {
      body,
    });
  readonly revokeKey = (project: string, id: string) =>
    this.#client.send<void>('DELETE', path`/projects/${project}/keys/${id}`);

  readonly audit = (project: string, query: dto.AuditQuery) =>
    this.#get<dto.Page<dto.AuditEntry>>(path`/projects/${project}/audit`, { ...query });
  readonly installationAudit = (query: dto.AuditQuery) =>
    this.#get<dto.Page<dto.AuditEntry>>('/audit', { ...query });
  readonly liveUrl = (project: string) => this.#client.url(path`/projects/${project}/live`);

  #get<T>(route: string, query?: Query): Promise<T> {
    return this.#client.send<T>('GET', route, { query });
  }

  /** Every page of a list that stays small. */
  async #all<T>(route: string): Promise<readonly T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.#get<dto.Page<T>>(route, { limit: LIST_MAX, cursor });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return items;
  }
}
