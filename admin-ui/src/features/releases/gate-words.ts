import type { GatePlan } from '../../api/types.js';

const ACTIONS = {
  rollback: 'rolls back',
  pause: 'pauses',
  watch: 'is watched only',
} as const satisfies Record<GatePlan['action'], string>;

/** What a gate does when it sees harm. */
export function actionWords(action: GatePlan['action']): string {
  return ACTIONS[action];
}
