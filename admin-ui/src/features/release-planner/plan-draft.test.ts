import { describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../api/client.js';
import type { ReleasePlan, ReleasePreview } from '../../api/types.js';
import { PlanDraft } from './plan-draft.svelte.js';

const at = { project: 'default', environment: 'production', flag: 'checkout' };
const plan = (percent: number) =>
  ({
    steps: [{ percent }, { percent: 100 }],
    gates: [],
    template: 'fast',
  }) as unknown as ReleasePlan;
const preview = (percent: number, more: Partial<ReleasePreview> = {}): ReleasePreview => ({
  ...{ errors: [], warnings: [], plan: plan(percent), power: [], movedShare: percent / 100 },
  ...more,
});
const refusal = (pointer: string): Response => {
  const errors = [{ pointer, message: 'expected less' }];
  const problem = { title: 'no', status: 400, code: 'VALIDATION_FAILED', detail: 'no', errors };
  return Response.json(problem, { status: 400 });
};

type Answer = Response | Promise<Response>;

/** A server that answers previews with the first function and new releases with the second. */
function serving(
  preview: () => Answer,
  create: (key: string | null) => Answer = () => Response.json({ id: 'r1' }),
): ApiClient {
  const fetchLike = async (input: unknown, init?: RequestInit) =>
    String(input).endsWith('/preview')
      ? preview()
      : create(new Headers(init?.headers).get('idempotency-key'));
  return new ApiClient('/', fetchLike as typeof fetch);
}

const five = () => Response.json(preview(5));

describe('the draft of a release', () => {
  it('takes over the complete plan of a template', async () => {
    const draft = new PlanDraft(serving(five), at);
    await draft.choose('fast');
    expect(draft.plan?.steps.map(({ percent }) => percent)).toEqual([5, 100]);
    expect(draft.movedShare).toBe(0.05);
    expect(draft.isDirty).toBe(false);
    draft.plan!.holdback = 5;
    expect(draft.isDirty).toBe(true);
  });

  it('requests no preview of a plan while the template that replaces it loads', async () => {
    vi.useFakeTimers();
    try {
      const answers: ((answer: Response) => void)[] = [];
      const ask = () => new Promise<Response>((resolve) => answers.push(resolve));
      const draft = new PlanDraft(serving(ask), at, plan(1));
      const stop = draft.watch();
      const chosen = draft.choose('careful');
      vi.advanceTimersByTime(1_000);
      expect(answers).toHaveLength(1);
      answers[0]?.(Response.json(preview(0.1)));
      await chosen;
      stop();
      expect(draft.plan?.steps[0]?.percent).toBe(0.1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('keeps the response to the latest request, even when an older one arrives later', async () => {
    const answers: ((answer: Response) => void)[] = [];
    const ask = () => new Promise<Response>((resolve) => answers.push(resolve));
    const draft = new PlanDraft(serving(ask), at);
    const [first, second] = [draft.choose('fast'), draft.choose('careful')];
    answers[1]?.(Response.json(preview(0.1)));
    answers[0]?.(five());
    await Promise.all([first, second]);
    expect(draft.plan?.steps[0]?.percent).toBe(0.1);
  });

  it('shows a rejection beside its field and keeps the edits', async () => {
    const refuse = () => refusal('/plan/steps/0/percent');
    const draft = new PlanDraft(serving(five, refuse), at);
    await draft.choose('fast');
    expect(await draft.create(true)).toBeUndefined();
    expect(draft.errors).toEqual([{ pointer: '/plan/steps/0/percent', message: 'expected less' }]);
    expect(draft.plan?.steps[0]?.percent).toBe(5);
    expect(draft.isBusy).toBe(false);
  });

  it('uses the same key after a lost response and a new one after a rejection', async () => {
    const keys: (string | null)[] = [];
    const answers = [Promise.reject(new TypeError('lost')), refusal('/ruleId')];
    const create = (key: string | null) => {
      keys.push(key);
      return answers.shift() ?? Response.json({ id: 'r1' });
    };
    const draft = new PlanDraft(serving(five, create), at);
    await draft.choose('fast');
    for (let tries = 0; tries < 3; tries += 1) await draft.create(true);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
  });

  it('reports only errors of the plan when the release has already begun', async () => {
    const errors = [
      { pointer: '', message: 'a release has not ended here' },
      { pointer: '/plan/steps/1/percent', message: 'expected more' },
    ];
    const warnings = [{ pointer: '', message: 'a new rule is added' }];
    const ask = () => Response.json(preview(5, { errors, warnings }));
    const draft = new PlanDraft(serving(ask), at, plan(5));
    await draft.choose('fast');
    expect(draft.errors.map(({ pointer }) => pointer)).toEqual(['/plan/steps/1/percent']);
    expect([draft.warnings, draft.movedShare]).toEqual([[], null]);
  });
});
