import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Position, parsePosition } from '@sluice/sdk/protocol';
import { Hono } from 'hono';
import { AppError } from '../../domain/errors.js';
import type { AppEnv } from '../../middleware/app-env.js';
import type { LiveRuleset } from '../../stream/live-ruleset.js';
import { clockFrame } from '../../stream/sse-frame.js';
import type { Admission } from '../../stream/stream-hub.js';
import type { DeliveryParts } from '../delivery-parts.js';
import { readLive } from './read-live.js';
import { readSender } from './sdk-sender.js';

type StreamRouteDeps = Pick<DeliveryParts, 'source' | 'hub' | 'instances' | 'nudge' | 'random'> & {
  readonly now: () => Date;
};

/** Streams rule changes. The hub writes to Node's response directly, without the framework. */
export function streamRoutes(deps: StreamRouteDeps) {
  const { source, hub, instances, nudge } = deps;
  return new Hono<AppEnv>().get('/stream', (c) => {
    const { keyId, environmentId } = c.get('sdkKey');
    const live = readLive(source, environmentId);
    const sender = readSender(c);
    const outgoing = c.env.outgoing;
    if (!outgoing || !('socket' in outgoing)) throw new Error('streams need an HTTP/1 connection');
    refuseUnless(hub.admit(keyId), deps.random);
    const position = parsePosition(c.req.header('Last-Event-ID') ?? '');
    if (position && source.notePresented(environmentId, position)) nudge();
    if (sender) instances.noteSeen(sender, position);
    const scope = { topic: environmentId, owner: keyId, instance: sender?.instanceId };
    hub.open(outgoing, scope, firstFrame(live, position, deps.now().getTime()));
    return RESPONSE_ALREADY_SENT;
  });
}

/** The smallest frame that updates the client; the whole ruleset if its state is unknown. */
function firstFrame(live: LiveRuleset, position: Position | null, now: number): Buffer {
  if (position === null || position.epoch !== live.position.epoch) return live.frame();
  if (position.revision === live.position.revision) return clockFrame('current', now, live.id);
  return live.patchSince(position.revision) ?? live.frame();
}

function refuseUnless(admission: Admission, random: () => number): void {
  if (admission === 'admitted') return;
  if (admission === 'tooManyOfOwner') {
    const message = 'this key has as many streams open as one key may have';
    throw new AppError('RATE_LIMITED', message, { retryAfterSeconds: 60 });
  }
  const message =
    admission === 'leaving' ? 'this server is stopping' : 'too many streams start at once';
  throw new AppError('UNAVAILABLE', message, { retryAfterSeconds: 1 + Math.floor(random() * 5) });
}
