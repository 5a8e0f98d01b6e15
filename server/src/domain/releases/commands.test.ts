import { describe, expect, it } from 'vitest';
import {
  assertCommandPossible,
  COMMAND_NAMES,
  COMMANDS,
  type DecidedRelease,
  possibleCommands,
} from './commands.js';
import { completePlan } from './complete-plan.js';
import type { Decision } from './decision.js';
import { RELEASE_STATES, type ReleaseState } from './release.js';

const AT = new Date('2026-01-31T09:00:00.000Z');
const LATER = new Date('2026-02-01T09:00:00.000Z');
const plan = completePlan({ steps: [{ percent: 5 }, { percent: 100 }], gates: [] });
const asking = { action: 'await_approval' } as Decision;

const release = (more: Partial<DecidedRelease> = {}): DecidedRelease => ({
  ...{ id: 'r1', ruleId: 'ramp', state: 'running', pauseReason: null, plan },
  ...{ step: 0, phase: 1, round: 1, percent: 5, startPercent: 0, salt: 's', sample: 1 },
  ...{ pinned: null, latches: null, startAt: null, startApprovedBy: null, approvedStep: -1 },
  ...{ holdUntil: null, bakeSkippedStep: -1, bakedMs: 0, stepStartedAt: null, version: 1 },
  ...{ decision: null, ...more },
});
const possible = (more: Partial<DecidedRelease>) => possibleCommands(release(more), AT);

const OF_ENDED = ['restart'];
const TABLE: Readonly<Record<ReleaseState, readonly string[]>> = {
  draft: ['start', 'cancel', 'restart'],
  scheduled: ['cancel', 'restart'],
  running: ['pause', 'advance', 'hold', 'skip-bake', 'jump', 'rollback', 'cancel', 'restart'],
  final_bake: ['pause', 'hold', 'skip-bake', 'jump', 'rollback', 'cancel', 'restart'],
  paused: ['resume', 'jump', 'rollback', 'cancel', 'restart'],
  rolling_back: ['cancel', 'restart'],
  completed: OF_ENDED,
  rolled_back: OF_ENDED,
  killed: OF_ENDED,
  cancelled: OF_ENDED,
  superseded: OF_ENDED,
};

describe('the commands that a release allows', () => {
  it.each(RELEASE_STATES)('match the table when it is %s', (state) => {
    expect(possible({ state, pauseReason: state === 'paused' ? 'manual' : null })).toEqual(
      TABLE[state],
    );
  });

  it.each(RELEASE_STATES)('are the only ones that are not rejected when it is %s', (state) => {
    const it = release({ state });
    const allowed = possibleCommands(it, AT);
    for (const command of COMMAND_NAMES) {
      const assert = () => assertCommandPossible(command, it, AT);
      if (allowed.includes(command)) expect(assert).not.toThrow();
      else expect(assert).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    }
  });

  it('include a resume only when no verdict has paused the release', () => {
    const waysOut = (pauseReason: DecidedRelease['pauseReason']) =>
      possible({ state: 'paused', pauseReason }).filter((it) => /resume|override/.test(it));
    expect(waysOut('manual')).toEqual(['resume']);
    expect(waysOut('error')).toEqual(['resume']);
    expect(waysOut('absolute')).toEqual(['resume', 'override']);
    expect(waysOut('regression')).toEqual(['override']);
    expect(waysOut('srm')).toEqual(['override']);
  });

  it('include an approval only while the release waits for one', () => {
    const isIn = (more: Partial<DecidedRelease>) => possible(more).includes('approve');
    expect(isIn({ decision: asking })).toBe(true);
    const approved = { ...plan, startApproval: true };
    expect(isIn({ state: 'scheduled', plan: approved })).toBe(true);
    expect(isIn({ state: 'scheduled', plan: approved, startAt: LATER })).toBe(false);
    expect(isIn({ state: 'scheduled', plan: approved, startApprovedBy: 'ann' })).toBe(false);
  });

  it('include completion only at the last step', () => {
    expect(possible({ state: 'paused', pauseReason: 'manual', step: 1 })).toContain('complete');
    expect(possible({ state: 'final_bake', step: 1 })).toContain('complete');
  });
});

describe('a planned command', () => {
  const order = { by: 'ann', at: AT };

  it('rejects an input that does not fit the release', () => {
    const hold = (until: string) => COMMANDS.hold.plan?.(release(), { ...order, input: { until } });
    expect(() => hold(AT.toISOString())).toThrow('/until must be later than now');
    expect(hold(LATER.toISOString())?.change).toEqual({ holdUntil: LATER });
    const jump = (step: number, more: Partial<DecidedRelease> = {}) =>
      COMMANDS.jump.plan?.(release(more), { ...order, input: { step } });
    expect(() => jump(2)).toThrow('/step must be from 0 to 1, got 2');
    expect(() => jump(0)).toThrow('the release is at step 0 already');
    expect(() => jump(1, { state: 'paused' })).toThrow('must be resumed to rise');
    expect(jump(0, { state: 'paused', step: 1, percent: 100 })?.change).toMatchObject({
      ...{ state: 'paused', percent: 5 },
    });
  });

  it('names the user in its sentence', () => {
    const { plan: planPause } = COMMANDS.pause;
    expect(planPause?.(release(), { ...order, input: {} }).sentence).toBe('Paused at 5 % by ann.');
  });
});
