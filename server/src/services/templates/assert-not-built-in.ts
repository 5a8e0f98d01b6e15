import { conflict } from '../../domain/refusals.js';
import { PLAN_TEMPLATES } from '../../domain/releases/plan-templates.js';

/** Every project has the same ones; whoever wants another makes one of another name. */
export function assertNotBuiltIn(key: string): void {
  const isBuiltIn = PLAN_TEMPLATES.some((one) => one.key.toLowerCase() === key.toLowerCase());
  if (isBuiltIn) throw conflict(`template "${key}" is built in: make one of your own instead`);
}
