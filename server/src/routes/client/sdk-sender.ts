import {
  INSTANCE_HEADER,
  SDK_HEADER,
  SERVICE_HEADER,
  SERVICE_VERSION_HEADER,
} from '@sluice/sdk/protocol';
import type { Context } from 'hono';
import { AppError } from '../../domain/errors.js';
import type { AppEnv } from '../../middleware/app-env.js';
import type { InstanceIdentity } from '../../store/instance-store.js';

const INSTANCE = /^[A-Za-z0-9_.-]{1,64}$/;
const LABEL = /^[\x20-\x7e]{0,100}$/;

/** Reads the sending instance; null for a client without the header, such as curl. */
export function readSender(c: Context<AppEnv>): InstanceIdentity | null {
  const instanceId = c.req.header(INSTANCE_HEADER);
  if (instanceId === undefined) return null;
  if (!INSTANCE.test(instanceId)) {
    throw new AppError(
      'VALIDATION_FAILED',
      `header "${INSTANCE_HEADER}" must be 1 to 64 letters, digits and "_.-"`,
    );
  }
  return {
    environmentId: c.get('sdkKey').environmentId,
    instanceId,
    service: readLabel(c, SERVICE_HEADER),
    serviceVersion: readLabel(c, SERVICE_VERSION_HEADER),
    sdk: readLabel(c, SDK_HEADER),
  };
}

/** Like `readSender`, for routes that require an instance. */
export function requireSender(c: Context<AppEnv>): InstanceIdentity {
  const sender = readSender(c);
  if (sender) return sender;
  throw new AppError(
    'VALIDATION_FAILED',
    `header "${INSTANCE_HEADER}" is missing: expected the id that this client drew for itself`,
  );
}

function readLabel(c: Context<AppEnv>, name: string): string {
  const label = c.req.header(name) ?? '';
  if (LABEL.test(label)) return label;
  throw new AppError(
    'VALIDATION_FAILED',
    `header "${name}" must be at most 100 printable ASCII characters`,
  );
}
