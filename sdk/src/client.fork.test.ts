import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClientStage } from '../../test/support/client-stage.js';

const pid = Object.getOwnPropertyDescriptor(process, 'pid') as PropertyDescriptor;

let stage: ClientStage;

beforeEach(async () => {
  stage = await ClientStage.open();
});
afterEach(async () => {
  Object.defineProperty(process, 'pid', pid);
  await stage.close();
});

describe('a client that is copied into another process', () => {
  it('warns and restarts with a new instance id', async () => {
    const flags = stage.connect({ random: () => 0 });
    await flags.ready();
    const before = await stage.server.streams.next();
    await stage.server.batches.next();
    flags.isActive('awesome');
    Object.defineProperty(process, 'pid', { ...pid, value: process.pid + 1 });
    stage.clock.advance(5_000);
    await before.closed;
    const after = await stage.server.streams.next();
    const { instance } = flags.status();
    expect(before.headers['sluice-instance']).not.toBe(instance);
    expect(after.headers['sluice-instance']).toBe(instance);
    expect(await stage.server.batches.next()).toMatchObject({
      seq: 1,
      applied: { revision: 5 },
      slots: [],
    });
    expect(stage.log.join()).toContain('copy of another');
    expect(flags.isActive('awesome')).toBe(true);
  });
});
