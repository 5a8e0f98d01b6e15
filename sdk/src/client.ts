import { Connection } from './connection.js';
import type { EvaluationContext } from './core/context.js';
import { detailsFor, resolve } from './core/evaluate.js';
import type { Outcome } from './core/outcome.js';
import type { ResolutionDetails } from './core/resolution.js';
import type {
  ClientError,
  ClientEvents,
  ClientStatus,
  ContextOrRequest,
  FlagClient,
  ReadyState,
} from './flag-client.js';
import { Listeners } from './listeners.js';
import { QuietLog } from './log.js';
import { type ClientOptions, parseKey, parseOptions, type Settings } from './options.js';
import { Readiness } from './readiness.js';
import { RequestContexts } from './request/request-context.js';
import type { RulesObserver, RulesSource } from './rules-source.js';
import type { SyncFailure } from './sync/ruleset-sync.js';
import type { Snapshot } from './sync/snapshot.js';
import { Findings } from './telemetry/findings.js';
import { registerMeter } from './telemetry/meter-registry.js';
import { Telemetry } from './telemetry/telemetry.js';

const FLUSH_TIMEOUT_MS = 2_000;
const NOBODY: EvaluationContext = Object.freeze({});

/**
 * Connects to a Sluice server and keeps its rules in memory. Returns immediately and never throws.
 * Until rules arrive, a call returns the value of a local copy or its own fallback.
 *
 * @example
 * const flags = createClient({ url: 'https://flags.example.com', key: serverKey });
 * await flags.ready();
 * if (flags.isActive('awesome', { targetingKey: user.id })) showAwesome();
 */
export function createClient(options: ClientOptions): FlagClient {
  const problems: string[] = [];
  const settings = parseOptions(options, (name, expected) => {
    problems.push(`option "${name}" is ignored: expected ${expected}`);
  });
  const log = new QuietLog(settings.logger, settings.clock);
  for (const problem of problems) log.say('warn', problem);
  return new Client(settings, log, (observer, telemetry) => {
    return new Connection(settings, log, observer, telemetry);
  });
}

/** The public API of a client. A `RulesSource` provides its rules. */
export class Client implements FlagClient {
  readonly #settings: Settings;
  readonly #log: QuietLog;
  readonly #source: RulesSource;
  readonly #contexts: RequestContexts;
  readonly #findings: Findings;
  readonly #telemetry: Telemetry;
  readonly #readiness: Readiness;
  readonly #listeners: Listeners<ClientEvents>;
  /**
   * A function, because reading a clock costs a quarter of an evaluation and only date rules need
   * it.
   */
  readonly #now = () => this.#source.now();
  #closing: Promise<void> | null = null;
  #lastError: ClientError | null = null;
  #lastSummary = '';

  constructor(
    settings: Settings,
    log: QuietLog,
    openSource: (observer: RulesObserver, telemetry: Telemetry) => RulesSource,
  ) {
    this.#settings = settings;
    this.#log = log;
    const onThrow = () => log.say('warn', 'contextFromRequest threw: only the address is known');
    this.#contexts = new RequestContexts({ ...settings, onThrow });
    this.#findings = new Findings(log);
    this.#readiness = new Readiness(settings.clock);
    this.#listeners = new Listeners((event) => log.say('warn', `a listener of "${event}" threw`));
    this.#telemetry = new Telemetry({ clock: settings.clock, log, now: this.#now });
    const observer: RulesObserver = {
      onChange: (before, after) => this.#changed(before, after),
      onConfirmed: () => this.#confirmed(),
      onFailure: (failure) => this.#failed(failure),
      onAge: () => this.#statusMayHaveChanged(),
    };
    this.#source = openSource(observer, this.#telemetry);
    const { current } = this.#source;
    if (current !== null) this.#telemetry.use(current.compiled);
    registerMeter(this, this.#telemetry.requests);
    if (!this.#source.start()) this.#readiness.settle(this.#withoutLive('failed'));
  }

  isActive(key: string, who?: ContextOrRequest, fallback = false): boolean {
    const snapshot = this.#source.usable;
    if (snapshot === null) return fallback;
    const context = this.#contextOf(who);
    const outcome = resolve(snapshot.compiled, key, context, this.#now);
    this.#observe(outcome, key, context);
    return outcome.isActive ?? fallback;
  }

  value<T>(key: string, who: ContextOrRequest | undefined, fallback: T): T {
    return this.details(key, who, fallback).value;
  }

  details<T>(key: string, who: ContextOrRequest | undefined, fallback: T): ResolutionDetails<T> {
    const snapshot = this.#source.usable;
    if (snapshot === null) {
      return { value: fallback, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' };
    }
    const context = this.#contextOf(who);
    const outcome = resolve(snapshot.compiled, key, context, this.#now);
    const details = detailsFor(outcome, fallback);
    const isMismatch = outcome.details !== undefined && outcome.details !== details;
    if (!isMismatch) this.#observe(outcome, key, context);
    return details;
  }

  track(event: string, who?: ContextOrRequest, value?: number): void {
    this.#telemetry.track(event, this.#contextOf(who), value);
  }

  ready(timeoutMs = this.#settings.readyTimeoutMs): Promise<ReadyState> {
    return this.#readiness.wait(timeoutMs, () => this.#withoutLive('timeout'));
  }

  on<E extends keyof ClientEvents>(event: E, listener: (payload: ClientEvents[E]) => void) {
    return this.#listeners.add(event, listener);
  }

  status(): ClientStatus {
    const { current, facts } = this.#source;
    return {
      ...this.#summary(),
      epoch: current?.compiled.epoch ?? null,
      revision: current?.compiled.revision ?? null,
      ageMs: facts.ageMs === null ? null : Math.round(facts.ageMs),
      instance: facts.instance,
      attempts: facts.attempts,
      lastError: this.#lastError,
      unknownFlags: this.#findings.unknownFlags.toRecord(),
      missingUnits: this.#findings.missingUnits.toRecord(),
      droppedEvents: this.#telemetry.dropped,
    };
  }

  setKey(key: string): void {
    const parsed = parseKey(key, (name, expected) => {
      this.#log.say('warn', `"${name}" given to setKey is ignored: expected ${expected}`);
    });
    if (parsed !== null) this.#source.setKey(parsed);
  }

  flush(timeoutMs = FLUSH_TIMEOUT_MS): Promise<boolean> {
    return this.#source.flush(timeoutMs);
  }

  close(): Promise<void> {
    this.#closing ??= this.#source.close(FLUSH_TIMEOUT_MS);
    this.#readiness.settle(this.#withoutLive('failed'));
    this.#statusMayHaveChanged();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #observe(outcome: Outcome, key: string, context: EvaluationContext): void {
    if (outcome.isPlain) this.#telemetry.served(key, outcome);
    else this.#observeUnusual(outcome, key, context);
  }

  #observeUnusual(outcome: Outcome, key: string, context: EvaluationContext): void {
    this.#findings.inspect(outcome, key);
    if (outcome.details !== undefined) this.#telemetry.evaluated(key, outcome, context);
    else if (outcome.errorCode === 'FLAG_NOT_FOUND') this.#telemetry.unknown(key);
  }

  #contextOf(who: ContextOrRequest | undefined): EvaluationContext {
    if (typeof who !== 'object' || who === null) return NOBODY;
    try {
      return this.#contexts.toContext(who);
    } catch {
      this.#log.say('warn', 'a context or request cannot be read: evaluating without it');
      return NOBODY;
    }
  }

  #withoutLive(otherwise: 'timeout' | 'failed'): ReadyState {
    return this.#source.usable === null ? otherwise : 'stale';
  }

  #changed(before: Snapshot | null, after: Snapshot): void {
    this.#telemetry.use(after.compiled);
    this.#statusMayHaveChanged();
    if (!this.#listeners.has('change')) return;
    const { epoch, revision, flags } = after.compiled;
    const keys = [...flags.changedSince(before?.compiled.flags)].sort();
    this.#listeners.emit('change', { keys, epoch, revision, source: after.source });
  }

  #confirmed(): void {
    const isFirst = !this.#readiness.isOk;
    this.#readiness.settle('ok');
    this.#statusMayHaveChanged();
    if (isFirst) this.#listeners.emit('ready', this.status());
  }

  #failed({ message, status, isExtended, retryInMs }: SyncFailure): void {
    this.#lastError = { message, status, at: this.#settings.clock.now() };
    const seconds = Math.ceil(retryInMs / 1_000);
    this.#log.say('warn', `no fresh rules: ${message}; next try in ${seconds} s`, message);
    if (isExtended) this.#readiness.settle(this.#withoutLive('failed'));
    this.#statusMayHaveChanged();
    this.#listeners.emit('error', this.#lastError);
  }

  #summary(): Pick<ClientStatus, 'state' | 'source' | 'mode'> {
    const { current, usable, isLive, facts } = this.#source;
    const open = isLive ? 'live' : current === null ? 'starting' : 'stale';
    const state = this.#closing === null ? open : 'closed';
    return { state, source: usable?.source ?? 'default', mode: facts.mode };
  }

  #statusMayHaveChanged(): void {
    const { state, source, mode } = this.#summary();
    const summary = `${state} ${source} ${mode}`;
    if (summary === this.#lastSummary) return;
    this.#lastSummary = summary;
    const status = this.status();
    this.#listeners.emit('status', status);
    if (state === 'stale') this.#listeners.emit('stale', status);
  }
}
