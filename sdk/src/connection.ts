import { randomUUID } from 'node:crypto';
import { DiskCopy } from './cache/disk-copy.js';
import { DiskWriter } from './cache/disk-writer.js';
import { registerClient, unregisterClient } from './client-registry.js';
import { isDoneWithin } from './clock.js';
import type { Ruleset } from './core/ruleset.js';
import { Freshness } from './freshness.js';
import type { Identity } from './identity.js';
import type { QuietLog } from './log.js';
import type { Settings } from './options.js';
import { ProcessWatch } from './process-watch.js';
import type { RulesObserver, RulesSource, SourceFacts } from './rules-source.js';
import { ServerTime } from './server-time.js';
import { between } from './sync/backoff.js';
import { fetchTransport } from './sync/fetch-transport.js';
import { nodeTransport } from './sync/node-transport.js';
import { ReadAhead } from './sync/read-ahead.js';
import { RulesetSync } from './sync/ruleset-sync.js';
import { type Snapshot, SnapshotStore } from './sync/snapshot.js';
import type { Transport } from './sync/transport.js';
import { BatchSender } from './telemetry/batch-sender.js';
import { CrashFiles } from './telemetry/crash-files.js';
import { CrashWatch } from './telemetry/crash-watch.js';
import { BEAT_MS } from './telemetry/event-buffer.js';
import { replayBatch } from './telemetry/replay-batch.js';
import type { Telemetry } from './telemetry/telemetry.js';

/** Spreads the first connections of a fleet that restarts with copies on disk. */
const FIRST_DELAY_WITH_COPY_MS = 250;

/** Fetches and stores the rules, and reports which rules are in force. */
export class Connection implements RulesSource {
  readonly #settings: Settings;
  readonly #log: QuietLog;
  readonly #observer: RulesObserver;
  readonly #telemetry: Telemetry;
  readonly #snapshots = new SnapshotStore();
  readonly #readAhead: ReadAhead;
  readonly #freshness: Freshness;
  readonly #serverTime: ServerTime;
  readonly #transport: Transport;
  readonly #sync: RulesetSync;
  readonly #watch: ProcessWatch;
  #sender: BatchSender;
  #disk: { readonly copy: DiskCopy; readonly writer: DiskWriter } | null = null;
  #crashes: { readonly files: CrashFiles; readonly watch: CrashWatch } | null = null;
  readonly #replaying = new AbortController();
  #key: string | null = null;
  #instance = randomUUID();
  #closed = false;

  constructor(settings: Settings, log: QuietLog, observer: RulesObserver, telemetry: Telemetry) {
    this.#settings = settings;
    this.#log = log;
    this.#observer = observer;
    this.#telemetry = telemetry;
    const { clock, random } = settings;
    this.#readAhead = new ReadAhead(clock);
    this.#freshness = new Freshness(clock, settings, () => observer.onAge());
    this.#serverTime = new ServerTime(clock);
    this.#transport = settings.fetch === null ? nodeTransport : fetchTransport(settings.fetch);
    this.#sender = this.#newSender();
    this.#watch = new ProcessWatch(clock, {
      onThawed: () => this.#sync.restart(),
      onForked: () => this.#forked(),
    });
    const transport = this.#transport;
    const snapshots = this.#snapshots;
    const { pollIntervalMs } = settings;
    this.#sync = new RulesetSync(
      { clock, random, transport, snapshots, pollIntervalMs, identity: () => this.#identity() },
      {
        onApplied: (before, spreadMs) => this.#applied(before, spreadMs),
        onConfirmed: () => this.#confirmed(),
        onServerTime: (now) => this.#serverTime.anchor(now),
        onFailure: (failure) => observer.onFailure(failure),
      },
    );
  }

  start(): boolean {
    const { url, key, bootstrap } = this.#settings;
    if (bootstrap !== null) this.#offerCopy(bootstrap, 'bootstrap');
    if (url === null || key === null) return false;
    this.#useKey(url, key);
    void this.#run();
    return true;
  }

  get usable(): Snapshot | null {
    return this.#freshness.isExpired ? null : this.#snapshots.current;
  }

  get current(): Snapshot | null {
    return this.#snapshots.current;
  }

  get isLive(): boolean {
    return this.#freshness.isFresh && this.#snapshots.current?.source === 'live';
  }

  get facts(): SourceFacts {
    const { mode, attempts } = this.#sync;
    return { mode, attempts, ageMs: this.#freshness.ageMs, instance: this.#instance };
  }

  now(): number {
    return this.#serverTime.now();
  }

  setKey(key: string): void {
    const { url } = this.#settings;
    if (url === null || this.#closed) return;
    const isFirst = this.#key === null;
    this.#useKey(url, key);
    if (isFirst) void this.#run();
    else this.#sync.restart('whole');
    this.#sender.retryNow();
  }

  async flush(timeoutMs: number): Promise<boolean> {
    const work = [this.#sender.flush(timeoutMs), this.#writeToDisk(timeoutMs)];
    return (await Promise.all(work)).every(Boolean);
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closed = true;
    this.#sync.close();
    this.#watch.close();
    this.#crashes?.watch.close();
    this.#freshness.close();
    this.#readAhead.close();
    if (this.#key !== null) unregisterClient(this.#key);
    await this.flush(timeoutMs);
    this.#telemetry.sendThrough(null);
    this.#replaying.abort();
    this.#sender.close();
  }

  async #run(): Promise<void> {
    const { clock, random } = this.#settings;
    const reading = this.#readFromDisk();
    await isDoneWithin(clock, FIRST_DELAY_WITH_COPY_MS, reading);
    void this.#recover();
    const hasCopy = this.#snapshots.current?.source === 'disk';
    await this.#sync.run(hasCopy ? between(0, FIRST_DELAY_WITH_COPY_MS, random) : 0);
  }

  async #readFromDisk(): Promise<void> {
    const stored = await this.#disk?.copy.read();
    if (stored && !this.#closed) this.#offerCopy(stored.ruleset, 'disk');
  }

  #offerCopy(ruleset: Ruleset, source: 'disk' | 'bootstrap'): void {
    const before = this.#snapshots.current;
    if (!this.#snapshots.offerCopy(ruleset, source)) return;
    const after = this.#snapshots.current as Snapshot;
    this.#readAhead.begin(after.compiled.flags);
    this.#observer.onChange(before, after);
  }

  #useKey(url: string, key: string): void {
    if (this.#key !== null) unregisterClient(this.#key);
    this.#key = key;
    this.#telemetry.sendThrough(this.#sender);
    if (registerClient(key)) {
      this.#log.say('warn', 'many clients with one key are open in this process: one is enough');
    }
    const { cacheDir, clock } = this.#settings;
    if (cacheDir === null) return;
    const copy = new DiskCopy(cacheDir, url, key);
    const onFailure = () => this.#log.say('warn', 'the copy of the rules cannot be written');
    this.#disk = { copy, writer: new DiskWriter(copy, clock, onFailure) };
    this.#watchCrashes(new CrashFiles(cacheDir, url, key));
  }

  #watchCrashes(files: CrashFiles): void {
    this.#crashes?.watch.close();
    const collect = () => {
      return { slots: this.#telemetry.crashed(), unanswered: this.#sender.unanswered };
    };
    this.#crashes = {
      files,
      watch: new CrashWatch({ files, instance: () => this.#instance, collect }),
    };
  }

  /** Sends what a crashed process could not send. */
  async #recover(): Promise<void> {
    const { clock, random } = this.#settings;
    const deps = { clock, random, transport: this.#transport };
    for (const { instance, slots, unanswered } of (await this.#crashes?.files.take(
      this.#instance,
    )) ?? []) {
      this.#telemetry.restore(slots);
      if (unanswered === null) continue;
      const identity = { ...this.#identity(), instance };
      void replayBatch(deps, identity, unanswered, this.#replaying.signal);
    }
  }

  #writeToDisk(timeoutMs: number): Promise<boolean> {
    const writing = this.#disk?.writer.flush() ?? Promise.resolve();
    return isDoneWithin(this.#settings.clock, timeoutMs, writing);
  }

  #identity(): Identity {
    const { url, service, serviceVersion } = this.#settings;
    const instance = this.#instance;
    return { url: url ?? '', key: this.#key ?? '', instance, service, serviceVersion };
  }

  #newSender(): BatchSender {
    const { clock, random } = this.#settings;
    const transport = this.#transport;
    return new BatchSender({
      clock,
      random,
      transport,
      identity: () => this.#identity(),
      contents: this.#telemetry.contents,
      onUnwanted: (status) => {
        this.#log.say('warn', `the server does not take what was gathered: it answered ${status}`);
      },
    });
  }

  #applied(before: Snapshot | null, spreadMs: number | null): void {
    const after = this.#snapshots.current as Snapshot;
    const { epoch, revision, flags } = after.compiled;
    this.#sender.applied({ epoch, revision }, spreadMs);
    this.#disk?.writer.save(after.compiled);
    this.#readAhead.begin(flags);
    this.#observer.onChange(before, after);
  }

  #confirmed(): void {
    const { position } = this.#snapshots;
    if (position !== null) this.#sender.confirmed(position);
    this.#freshness.confirm();
    this.#observer.onConfirmed();
  }

  #forked(): void {
    this.#log.say('warn', 'this process is a copy of another: the client starts over as its own');
    this.#instance = randomUUID();
    this.#sender.close();
    this.#telemetry.reset();
    this.#sender = this.#newSender();
    if (this.#key !== null) this.#telemetry.sendThrough(this.#sender);
    this.#sender.want(BEAT_MS);
    this.#sync.restart();
  }
}
