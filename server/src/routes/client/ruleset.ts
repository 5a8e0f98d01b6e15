import { TIME_HEADER } from '@sluice/sdk/protocol';
import { Hono } from 'hono';
import type { AppEnv } from '../../middleware/app-env.js';
import type { DeliveryParts } from '../delivery-parts.js';
import { readLive } from './read-live.js';
import { readSender } from './sdk-sender.js';

interface RulesetParts extends Pick<DeliveryParts, 'source' | 'instances'> {
  readonly now: () => Date;
}

/** Serves the whole ruleset, for SDKs that cannot open a stream. */
export function rulesetRoutes({ source, instances, now }: RulesetParts) {
  return new Hono<AppEnv>().get('/ruleset', async (c) => {
    const live = readLive(source, c.get('sdkKey').environmentId);
    const sender = readSender(c);
    const etag = live.etag();
    const hasIt = etagsOf(c.req.header('If-None-Match')).includes(etag);
    if (sender) instances.noteSeen(sender, hasIt ? live.position : null);
    const headers = {
      ...{ ETag: etag, 'Cache-Control': 'private, no-cache', Vary: 'Accept-Encoding' },
      [TIME_HEADER]: String(now().getTime()),
    };
    if (hasIt) return c.body(null, 304, headers);
    const type = { ...headers, 'Content-Type': 'application/json' };
    if (!takesGzip(c.req.header('Accept-Encoding'))) return c.body(toBody(live.bytes()), 200, type);
    return c.body(toBody(await live.gzipped()), 200, { ...type, 'Content-Encoding': 'gzip' });
  });
}

/** Ignores `W/`: a proxy that compresses weakens an ETag, but the content is the same. */
function etagsOf(header = ''): string[] {
  return header.split(',').map((etag) => etag.trim().replace(/^W\//, ''));
}

function takesGzip(header = ''): boolean {
  return header
    .split(',')
    .some((coding) => /^gzip(?!\s*;\s*q=0(\.0*)?$)/.test(coding.trim().toLowerCase()));
}

/** The framework's types exclude shared memory, which these buffers never use. */
function toBody(bytes: Buffer): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}
