/** The result of a query or probe at one tick. Lists are ordered oldest first. */
export interface GateTick {
  readonly at: number;
  readonly status: 'OK' | 'BREACH' | 'NO_DATA' | 'ERROR';
}

export interface DebounceRule {
  readonly k: number;
  readonly n: number;
  readonly graceSeconds: number;
}

/**
 * Fires when `k` of the last `n` ticks with data breach. Ticks without data and errors count as
 * neither good nor bad; when they last longer than the grace period, the gate is overdue.
 */
export function debounce(
  ticks: readonly GateTick[],
  { k, n, graceSeconds }: DebounceRule,
  now: number,
): { readonly hasFired: boolean; readonly isOverdue: boolean; readonly overdueAt: number } {
  const withData = ticks.filter(({ status }) => status === 'OK' || status === 'BREACH');
  const breaches = withData.slice(-n).filter(({ status }) => status === 'BREACH');
  const heardAt = withData.at(-1)?.at ?? ticks[0]?.at ?? now;
  const overdueAt = heardAt + graceSeconds * 1000;
  return { hasFired: breaches.length >= k, isOverdue: now > overdueAt, overdueAt };
}
