import type { ProjectWatch } from './project-watch.js';
import type { RulesetSource } from './ruleset-source.js';
import { sseFrame } from './sse-frame.js';
import type { StreamHub } from './stream-hub.js';

/** Notifies open pages of changes; each page reads the changed data itself. */
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
    /** Any other change in a project; read only while a page is watching. */
    async poll(): Promise<void> {
      if (hub.size === 0) return;
      for (const [projectId, notice] of await watch.poll()) {
        hub.broadcast(projectId, sseFrame('project', JSON.stringify(notice)));
      }
    },
  };
}
