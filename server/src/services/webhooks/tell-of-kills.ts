import type { Db } from '../../store/db.js';
import { type KillNews, listKillNews } from '../../store/kill-news-store.js';
import { enqueue, type OutboxEvent } from '../../store/outbox-store.js';

const AT_ONCE_MAX = 50;

/** Enqueues notifications of kills and restores. A kill does not wait for it, so it runs later. */
export async function tellOfKills(db: Db): Promise<void> {
  for (const news of await listKillNews(db, AT_ONCE_MAX)) {
    await db.transaction((tx) => enqueue(tx, news.projectId, toEvent(news)));
  }
}

function toEvent(news: KillNews): OutboxEvent {
  const { action, at, project, environment, flag, actor, actorKind, reason } = news;
  const isKill = action === 'flag.kill';
  const id = `audit:${news.auditId}`;
  const event = isKill ? 'flag_killed' : 'flag_restored';
  const why = reason === null ? '' : `: ${reason}`;
  return {
    id,
    event,
    payload: {
      ...{ id, event, at: at.toISOString(), project, environment, flag },
      sentence: `${isKill ? 'Killed' : 'Restored'} by ${actor}${why}`,
      reason,
      actor: { kind: actorKind, name: actor },
    },
  };
}
