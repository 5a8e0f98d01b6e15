import { seedPrefix } from '../core/bucket.js';
import type { CompiledFlag } from '../core/compiled-flag.js';
import { type AttributeReader, attributeReader, readUnit, subjectOf } from '../core/context.js';
import type { FlagTable } from '../core/flag-table.js';
import { isRecord, isSameJson, member } from '../core/json.js';
import { isValidKey } from '../core/problems/key.js';
import type { Arm } from '../core/resolution.js';
import { ArmTally } from './arm-tally.js';
import { type KnownUnit, KnownUnits, type UnitPool } from './known-units.js';
import { type Effect, effectsOf } from './metric-effects.js';

/** A release in its current phase, according to the rules in force. */
export interface ReleasePhase {
  readonly id: string;
  readonly phase: number;
  readonly flag: string;
  /** Server time, epoch milliseconds. */
  readonly warmUpEndsAt: number;
  readonly effects: ReadonlyMap<string, readonly Effect[]>;
  readonly arms: Readonly<Record<Arm, ArmTally>>;
  /** Null without a salt; then only exposures are counted. */
  readonly units: KnownUnits | null;
  readonly unit: AttributeReader;
  /** The document from which this phase was built. */
  readonly source: unknown;
}

/** The releases in the current rules. Only changed flags are parsed again. */
export class ReleasePhases {
  readonly #pool: UnitPool;
  readonly #managed = new Map<string, readonly ManagedRule[]>();
  #flags: FlagTable | undefined;

  constructor(pool: UnitPool) {
    this.#pool = pool;
  }

  /**
   * Phases by release id. A phase that equals the one in `before` is reused with its known users.
   */
  phasesOf(
    flags: FlagTable,
    before: ReadonlyMap<string, ReleasePhase>,
  ): ReadonlyMap<string, ReleasePhase> {
    this.#readChanges(flags);
    const phases = new Map<string, ReleasePhase>();
    for (const [flag, rules] of this.#managed) {
      for (const { release, by } of rules) {
        const known = before.get(String(member(release, 'id')));
        const source = { flag, release, by };
        const phase = isSameJson(known?.source, source) ? known : newPhase(source, this.#pool);
        if (phase !== undefined) phases.set(phase.id, phase);
      }
    }
    return phases;
  }

  #readChanges(flags: FlagTable): void {
    if (this.#flags === undefined) for (const [key, flag] of flags) this.#readFlag(key, flag);
    else for (const key of flags.replacedSince(this.#flags)) this.#readFlag(key, flags.get(key));
    this.#flags = flags;
  }

  #readFlag(key: string, flag: CompiledFlag | undefined): void {
    const managed = managedRules(flag?.source);
    if (managed === undefined) this.#managed.delete(key);
    else this.#managed.set(key, managed);
  }
}

type ManagedRule = Pick<Source, 'release' | 'by'>;

/** Undefined for a flag without a release. */
function managedRules(flag: unknown): readonly ManagedRule[] | undefined {
  const rules = member(flag, 'rules');
  if (!Array.isArray(rules)) return undefined;
  let managed: ManagedRule[] | undefined;
  for (const rule of rules) {
    const release = member(rule, 'release');
    if (!isRecord(release)) continue;
    managed ??= [];
    managed.push({ release, by: member(member(rule, 'rollout'), 'by') });
  }
  return managed;
}

/** The user of a context, by the unit of this phase; null: the user must not be reported. */
export function personIn(phase: ReleasePhase, context: unknown): KnownUnit | null {
  if (phase.units === null) return null;
  const unit = readUnit(subjectOf(context), phase.unit);
  return unit === '' ? null : phase.units.get(unit);
}

interface Source {
  readonly flag: string;
  readonly release: unknown;
  readonly by: unknown;
}

function newPhase(source: Source, pool: UnitPool): ReleasePhase | undefined {
  const { flag, release, by } = source;
  const id = member(release, 'id');
  const phase = member(release, 'phase');
  if (typeof id !== 'string' || !isValidKey(id) || !Number.isSafeInteger(phase)) return undefined;
  const [salt, sample] = [member(release, 'salt'), member(release, 'sample')];
  const share = typeof sample === 'number' ? sample : 1;
  const armOf = (arm: Arm) => new ArmTally(id, phase as number, arm);
  return {
    id,
    phase: phase as number,
    flag,
    warmUpEndsAt:
      number(member(release, 'phaseStartedAt')) + number(member(release, 'warmUpSeconds')) * 1_000,
    effects: effectsOf(member(release, 'metrics')),
    arms: { treatment: armOf('treatment'), control: armOf('control') },
    units: typeof salt === 'string' ? new KnownUnits(pool, seedPrefix(salt), share) : null,
    unit: attributeReader(typeof by === 'string' ? by : 'targetingKey'),
    source,
  };
}

function number(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
