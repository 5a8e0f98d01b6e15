import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../api/client.js';
import type { Receipts } from '../../api/types.js';
import { ReceiptsView } from './receipts-view.svelte.js';

const receipts = (off: number, instances: number): Receipts => ({
  killed: true,
  revision: 7,
  killedAt: '2026-01-31T12:00:00.000Z',
  instances,
  off,
  allOff: off === instances,
  slowest: null,
  p50Ms: null,
  items: Array.from({ length: instances }, (_, index) => ({
    id: `i-${index}`,
    service: 'web',
    serviceVersion: '1',
    state: index < off ? ('off' as const) : ('pending' as const),
    ms: null,
    appliedRevision: null,
    lastSeenAt: '2026-01-31T12:00:00.000Z',
  })),
});

function viewOf(answer: () => Response) {
  const asked = vi.fn(() => Promise.resolve(answer()));
  const api = new ApiClient('/', asked);
  const view = new ReceiptsView(api, { project: 'p', environment: 'e', flag: 'f' });
  return { view, asked };
}

describe('ReceiptsView', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('polls until every instance is off and then stops', async () => {
    let off = 0;
    const { view, asked } = viewOf(() => Response.json(receipts(off, 2)));
    view.watch();
    await vi.advanceTimersByTimeAsync(0);
    expect(view.pending).toHaveLength(2);
    off = 2;
    await vi.advanceTimersByTimeAsync(300);
    expect(view.receipts).toMatchObject({ off: 2, allOff: true });
    const count = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(count);
  });

  it('polls more slowly while instances stay silent', async () => {
    const { view, asked } = viewOf(() => Response.json(receipts(1, 2)));
    const stop = view.watch();
    await vi.advanceTimersByTimeAsync(6_000);
    const early = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked.mock.calls.length - early).toBeLessThanOrEqual(11);
    stop();
    const count = asked.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveBeenCalledTimes(count);
  });

  it('keeps the last numbers and reports an unreachable server', async () => {
    let isDown = false;
    const { view } = viewOf(() => {
      if (isDown) throw new TypeError('failed to fetch');
      return Response.json(receipts(1, 2));
    });
    const stop = view.watch();
    await vi.advanceTimersByTimeAsync(0);
    isDown = true;
    await vi.advanceTimersByTimeAsync(300);
    expect(view.isUnreachable).toBe(true);
    expect(view.receipts?.off).toBe(1);
    stop();
  });
});
