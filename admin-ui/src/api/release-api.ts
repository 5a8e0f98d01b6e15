import { configPath, type FlagAddress } from './flag-address.js';
import type { ApiClient } from './client.js';
import { path } from './path.js';
import type * as dto from './release-types.js';
import type { Page } from './types.js';

/** A release, by its flag, environment and id. */
export interface ReleaseAddress extends FlagAddress {
  readonly id: string;
}

/** Releases of one flag in one environment. */
export class ReleaseApi {
  readonly #client: ApiClient;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  readonly list = (at: FlagAddress, limit = 20) =>
    this.#client.send<Page<dto.Release>>('GET', listPath(at), { query: { limit } });
  readonly read = (at: ReleaseAddress) => this.#client.send<dto.Release>('GET', onePath(at));
  readonly create = (at: FlagAddress, body: dto.NewRelease, idempotencyKey: string) =>
    this.#client.send<dto.Release>('POST', listPath(at), { body, idempotencyKey });
  readonly preview = (at: FlagAddress, body: { ruleId?: string; plan: dto.PlanInput }) =>
    this.#client.send<dto.ReleasePreview>('POST', `${listPath(at)}/preview`, { body });
  readonly savePlan = (at: ReleaseAddress, version: number, body: dto.PlanChange) =>
    this.#client.send<dto.Release>('PUT', onePath(at), { body, version });
  readonly command = (
    at: ReleaseAddress,
    command: dto.ReleaseCommand,
    body: dto.CommandBody,
    idempotencyKey: string,
  ) =>
    this.#client.send<dto.Release>('POST', `${onePath(at)}/${command}`, { body, idempotencyKey });
  readonly drill = (at: ReleaseAddress, body: { metric: string; factor: number }) =>
    this.#client.send<dto.DrillOutcome>('POST', `${onePath(at)}/drill`, { body });

  readonly timeline = (at: ReleaseAddress) =>
    this.#client.send<dto.ReleaseTimeline>('GET', `${onePath(at)}/timeline`);
  readonly decision = (at: ReleaseAddress, version: number) =>
    this.#client.send<dto.DecisionDetails>('GET', `${onePath(at)}/decisions/${version}`);
  readonly verify = (at: ReleaseAddress, version: number) =>
    this.#client.send<dto.Verification>('POST', `${onePath(at)}/decisions/${version}/verify`);
  readonly series = (at: ReleaseAddress, metric: string) =>
    this.#client.send<dto.ReleaseSeries>('GET', `${onePath(at)}/series`, { query: { metric } });
}

function listPath(at: FlagAddress): string {
  return `${configPath(at)}/releases`;
}

function onePath(at: ReleaseAddress): string {
  return listPath(at) + path`/${at.id}`;
}
