import {
  INSTANCE_HEADER,
  SDK_HEADER,
  SERVICE_HEADER,
  SERVICE_VERSION_HEADER,
} from './protocol/headers.js';
import type { HttpRequest } from './sync/transport.js';

export const SDK_VERSION = '0.1.0';

/** The address and credentials from which every request of a client is built. */
export interface Identity {
  /** Without a trailing slash. */
  readonly url: string;
  readonly key: string;
  readonly instance: string;
  readonly service: string | null;
  readonly serviceVersion: string | null;
}

/** The part of a request beyond the identity. A null header is omitted. */
interface RequestContent {
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: string;
}

export function requestTo(
  identity: Identity,
  method: HttpRequest['method'],
  path: string,
  { headers: more = {}, body }: RequestContent = {},
): HttpRequest {
  const headers: Record<string, string | null> = {
    Authorization: `Bearer ${identity.key}`,
    [INSTANCE_HEADER]: identity.instance,
    [SERVICE_HEADER]: identity.service,
    [SERVICE_VERSION_HEADER]: identity.serviceVersion,
    [SDK_HEADER]: `node/${SDK_VERSION}`,
    ...more,
  };
  const present = Object.entries(headers).filter(([, value]) => value !== null);
  return {
    method,
    url: `${identity.url}${path}`,
    headers: Object.fromEntries(present) as Record<string, string>,
    ...(body === undefined ? {} : { body }),
  };
}
