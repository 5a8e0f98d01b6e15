import { expect } from 'vitest';
import type { flagSteps } from './flag-steps.js';
import { isOff, isOn, type SdkFleet } from './sdk-fleet.js';

/**
 * Kills and restores an open flag in turns, and leaves it open. Returns when the slowest client of
 * each round saw the change, in milliseconds, ascending.
 */
export async function killTimes(
  fleet: SdkFleet,
  flags: ReturnType<typeof flagSteps>,
  { flag, rounds }: { readonly flag: string; readonly rounds: number },
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const isKill = round % 2 === 0;
    const change = () => (isKill ? flags.kill(flag) : flags.restore(flag));
    const reached = await fleet.sees(change, (isKill ? isOff : isOn)(flag));
    expect(reached.missing).toBe(0);
    times.push(reached.times.at(-1) ?? Number.POSITIVE_INFINITY);
  }
  if (rounds % 2 === 1) await fleet.sees(() => flags.restore(flag), isOn(flag));
  return times.sort((a, b) => a - b);
}
