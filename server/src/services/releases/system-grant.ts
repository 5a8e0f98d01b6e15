import type { EnvironmentGrant } from '../../domain/grant.js';
import type { TickSubject } from '../../store/read-models/tick-scene.js';

/** Whoever was allowed to start a release has asked us to go on with it. */
export function systemGrant(
  subject: Pick<TickSubject, 'release' | 'projectKey' | 'environmentKey'>,
): EnvironmentGrant<'release:write'> {
  const { release, projectKey, environmentKey } = subject;
  const { projectId, environmentId } = release;
  return {
    projectId,
    projectKey,
    environmentId,
    environmentKey,
  } as EnvironmentGrant<'release:write'>;
}
