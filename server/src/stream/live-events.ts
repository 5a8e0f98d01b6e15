import type { ProjectWatch } from './project-watch.js';
import type { RulesetSource } from './ruleset-source.js';
import { sseFrame } from './sse-frame.js';
import type { StreamHub } from './stream-hub.js';

/** Tells open pages what has changed; they read the rest for themselves. */
export function announceChanges(source: RulesetSource, watch: ProjectWatch, hub: StreamHub) {
  source.onEvent((event) => {
    if (event.kind === 'gone' || hub.sizeOf(event.projectId) === 0) return;
    const { live, flagKeys, segmentKeys } = event;
    const data = {
      environment: live.environment,
      revision: live.position.revision,
      at: new Date(live.at).toISOString(),
      flags: flagKeys,
      segments: segmentKeys,
    };
    hub.broadcast(event.projectId, sseFrame('change', JSON.stringify(data)));
  });
  return {
    /** Anything else in a project; looked for only while somebody watches. */
    async poll(): Promise<void> {
      if (hub.size === 0) return;
      for (const [projectId, notice] of await watch.poll()) {
        hub.broadcast(projectId, sseFrame('project', JSON.stringify(notice)));
      }
    },
  };
}
