import { describe, expect, it } from 'vitest';
import { Semaphore } from './semaphore.js';

/** A promise that the test resolves itself. */
const gate = () => {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
};

describe('a semaphore', () => {
  it('runs as many tasks at once as it has permits, and the rest in order', async () => {
    const permits = new Semaphore(2);
    const gates = [gate(), gate(), gate()];
    const started: number[] = [];
    const tasks = gates.map(({ opened }, index) =>
      permits.run(async () => {
        started.push(index);
        await opened;
      }),
    );
    await Promise.resolve();
    expect(started).toEqual([0, 1]);
    gates[1]?.open();
    await tasks[1];
    await Promise.resolve();
    expect(started).toEqual([0, 1, 2]);
    for (const { open } of gates) open();
    await Promise.all(tasks);
  });

  it('runs another task while one waits without its permit', async () => {
    const permits = new Semaphore(1);
    const waiting = gate();
    const order: string[] = [];
    const first = permits.run(async () => {
      await permits.withoutPermit(() => waiting.opened);
      order.push('first');
    });
    await permits.run(async () => void order.push('second'));
    waiting.open();
    await first;
    expect(order).toEqual(['second', 'first']);
  });

  it('releases the permit of a task that fails', async () => {
    const permits = new Semaphore(1);
    await expect(permits.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(permits.run(async () => 'yes')).resolves.toBe('yes');
  });
});
