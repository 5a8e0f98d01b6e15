import { expect } from 'vitest';
import { ask } from './ask.js';
import type { RunningServer } from './server.js';
import { until } from './until.js';

const PROJECT = '/api/v1/projects/default';
const PRODUCTION = `${PROJECT}/environments/production`;
const CONFIG = {
  status: 'conditional',
  parent: null,
  offVariant: 'off',
  onVariant: 'on',
  defaultVariant: 'off',
};

/** The last requested state, acknowledged or not. */
interface Fact<T> {
  acknowledged: T;
  /** Requested since without an answer: the server may have applied it or not. */
  readonly unanswered: T[];
}

// biome-ignore lint/suspicious/noExplicitAny: what the checks assert about a body is its type.
type Body = any;

/**
 * Three users who change flags without a pause and record exactly what the server has
 * acknowledged. After each crash, every acknowledged change must be there, whole, and no change
 * that none of them requested.
 */
export class FlagWriter {
  readonly #flags: Fact<Set<string>> = { acknowledged: new Set(), unanswered: [] };
  readonly #percentage: Fact<number> = { acknowledged: 0, unanswered: [] };
  readonly #isKilled: Fact<boolean> = { acknowledged: false, unanswered: [] };
  readonly #requestIds = new Set<string>();
  #revision = 0;
  #count = 0;
  #isRunning = false;
  #onProgress: (() => void) | undefined;

  get acknowledgedCount(): number {
    return this.#requestIds.size;
  }

  async prepare(server: RunningServer): Promise<void> {
    for (const key of ['ramp', 'switch']) {
      await this.#acknowledge(server, 'POST', `${PROJECT}/flags`, { key });
      this.#flags.acknowledged.add(key);
    }
    await this.#saveConfig(server, 'switch', 1, []);
    await this.#saveConfig(server, 'ramp', 1, rampTo(0));
  }

  /** Writes until stopped, or until all three writers have met an absent server. */
  async run(server: RunningServer): Promise<void> {
    this.#isRunning = true;
    const keepOn = async (act: () => Promise<void>) => {
      try {
        while (this.#isRunning) await act();
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    };
    await Promise.all([
      keepOn(() => this.#createFlag(server)),
      keepOn(() => this.#moveRamp(server)),
      keepOn(() => this.#flipSwitch(server)),
    ]);
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** Resolves after the given number of further acknowledged changes. */
  progress(count: number): Promise<void> {
    const goal = this.acknowledgedCount + count;
    return new Promise((resolve) => {
      this.#onProgress = () => {
        if (this.acknowledgedCount >= goal) resolve();
      };
    });
  }

  /** Compares the server with the record, and continues from the state of the server. */
  async check(server: RunningServer): Promise<void> {
    const ramp = (await get(server, `${PRODUCTION}/flags/ramp`)) as Body;
    const toggle = (await get(server, `${PRODUCTION}/flags/switch`)) as Body;
    settle(this.#percentage, percentageIn(ramp));
    settle(this.#isKilled, toggle.killed);
    const flags = await list(server, `${PROJECT}/flags`);
    for (const { environments } of flags) {
      expect(Object.keys(environments)).toEqual(['development', 'staging', 'production']);
    }
    const kept = new Set(flags.map(({ key }) => key as string));
    const asked = [this.#flags.acknowledged, ...this.#flags.unanswered].flatMap((set) => [...set]);
    expect([...this.#flags.acknowledged].filter((key) => !kept.has(key))).toEqual([]);
    expect([...kept].filter((key) => !asked.includes(key))).toEqual([]);
    this.#flags.acknowledged = kept;
    this.#flags.unanswered.length = 0;
    await until(() => this.#checkRuleset(server, { ramp, switch: toggle }, kept));
  }

  /** SDKs get the rules that the editor shows, shortly after the database is back. */
  async #checkRuleset(
    server: RunningServer,
    configs: Readonly<Record<string, Body>>,
    kept: ReadonlySet<string>,
  ): Promise<void> {
    const ruleset = (await get(server, '/sdk/v1/ruleset', server.serverKey)) as Body;
    expect(ruleset.revision).toBeGreaterThanOrEqual(this.#revision);
    expect(new Set(Object.keys(ruleset.flags))).toEqual(kept);
    for (const [key, { rules, killed, status }] of Object.entries(configs)) {
      expect(ruleset.flags[key]).toMatchObject({ rules, killed, status });
    }
  }

  /** Each change that was acknowledged has its row; each flag and each revision has one. */
  async checkAudit(server: RunningServer): Promise<void> {
    const rows = await list(server, `${PROJECT}/audit`);
    const requestIds = new Set(rows.map(({ requestId }) => requestId));
    expect([...this.#requestIds].filter((id) => !requestIds.has(id))).toEqual([]);
    const creations = rows.filter(({ action }) => action === 'flag.create');
    expect(creations).toHaveLength(this.#flags.acknowledged.size);
    const revisions = rows.flatMap(({ revision }) => (revision === null ? [] : [revision]));
    expect(new Set(revisions).size).toBe(revisions.length);
  }

  async #createFlag(server: RunningServer): Promise<void> {
    const key = `flag-${++this.#count}`;
    this.#flags.unanswered.push(new Set([key]));
    await this.#acknowledge(server, 'POST', `${PROJECT}/flags`, { key });
    this.#flags.acknowledged.add(key);
    this.#flags.unanswered.length = 0;
  }

  async #moveRamp(server: RunningServer): Promise<void> {
    const { version } = (await get(server, `${PRODUCTION}/flags/ramp`)) as Body;
    const next = (this.#percentage.acknowledged + 1) % 100_000;
    this.#percentage.unanswered.push(next);
    await this.#saveConfig(server, 'ramp', version, rampTo(next));
    this.#percentage.acknowledged = next;
    this.#percentage.unanswered.length = 0;
  }

  async #flipSwitch(server: RunningServer): Promise<void> {
    const isKilled = !this.#isKilled.acknowledged;
    this.#isKilled.unanswered.push(isKilled);
    const path = `${PRODUCTION}/flags/switch/${isKilled ? 'kill' : 'restore'}`;
    const config = await this.#acknowledge(server, 'POST', path, { reason: 'a test' });
    if (isKilled) this.#revision = config.kill.revision;
    this.#isKilled.acknowledged = isKilled;
    this.#isKilled.unanswered.length = 0;
  }

  async #saveConfig(
    server: RunningServer,
    key: string,
    version: number,
    rules: readonly unknown[],
  ): Promise<void> {
    const body = { ...CONFIG, rules };
    await this.#acknowledge(server, 'PUT', `${PRODUCTION}/flags/${key}`, body, version);
  }

  /** Throws a TypeError, as `fetch` does, when there was no answer or none that says yes. */
  async #acknowledge(
    server: RunningServer,
    method: string,
    path: string,
    json: unknown,
    version?: number,
  ): Promise<Body> {
    const headers = version === undefined ? {} : { 'If-Match': `"${version}"` };
    const answer = await ask<Body>(server.url + path, {
      ...{ method, json, headers },
      key: server.adminKey,
    });
    if (answer.status === 503) throw new TypeError('the database is away');
    expect(answer.status, answer.text).toBeLessThan(300);
    this.#requestIds.add(answer.headers.get('X-Request-Id') as string);
    this.#onProgress?.();
    return answer.body;
  }
}

function rampTo(thousandths: number) {
  return [{ id: 'ramp', rollout: { to: thousandths / 1_000 }, serve: { variant: 'on' } }];
}

function percentageIn(config: Body): number {
  return Math.round(config.rules[0].rollout.to * 1_000);
}

function settle<T>(fact: Fact<T>, actual: T): void {
  expect([fact.acknowledged, ...fact.unanswered]).toContainEqual(actual);
  fact.acknowledged = actual;
  fact.unanswered.length = 0;
}

async function get(server: RunningServer, path: string, key = server.adminKey): Promise<unknown> {
  const answer = await ask(server.url + path, { key });
  if (answer.status === 503) throw new TypeError('the database is away');
  expect(answer.status, answer.text).toBe(200);
  return answer.body;
}

async function list(server: RunningServer, path: string): Promise<readonly Body[]> {
  const items: Body[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = (await get(server, `${path}?${query}`)) as Body;
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}
