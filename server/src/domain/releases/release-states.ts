import { hasEnded, RELEASE_STATES } from './release.js';

/** Of a flag in one environment at most one attempt is in one of these. */
export const OPEN_STATES = RELEASE_STATES.filter((state) => !hasEnded(state));
