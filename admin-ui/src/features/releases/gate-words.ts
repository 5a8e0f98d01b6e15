import type { GatePlan } from '../../api/types.js';

const ACTIONS = {
  rollback: 'rolls back',
  pause: 'pauses',
  watch: 'is watched only',
} as const satisfies Record<GatePlan['action'], string>;

/** The action of a gate when it detects harm. */
export function actionWords(action: GatePlan['action']): string {
  return ACTIONS[action];
}
