import { AppError } from '../../domain/errors.js';
import type { LiveRuleset } from '../../stream/live-ruleset.js';
import type { RulesetSource } from '../../stream/ruleset-source.js';

/** The ruleset of an environment. Throws while a new environment is not loaded here yet. */
export function readLive(source: RulesetSource, environmentId: string): LiveRuleset {
  const live = source.current(environmentId);
  if (live) return live;
  const message = 'the ruleset of this environment is not loaded yet';
  throw new AppError('UNAVAILABLE', message, { retryAfterSeconds: 1 });
}
