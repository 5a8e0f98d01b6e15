/** One tick of a query or probe, newest last. */
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
 * Fires when `k` of the last `n` ticks with data breach. Silence and errors are neither good nor
 * bad; once they have lasted longer than the grace, the gate is overdue.
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
