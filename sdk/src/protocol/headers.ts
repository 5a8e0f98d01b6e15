/** Identifies the instance. An SDK sends these headers with every `/sdk/v1` request. */
export const INSTANCE_HEADER = 'Sluice-Instance';
export const SERVICE_HEADER = 'Sluice-Service';
export const SERVICE_VERSION_HEADER = 'Sluice-Service-Version';
/** Name and version of the SDK, such as `node/0.1.0`. */
export const SDK_HEADER = 'Sluice-Sdk';
/** The server's clock at the start of a stream, epoch milliseconds; heartbeats update it. */
export const TIME_HEADER = 'Sluice-Time';

export const RULESET_PATH = '/sdk/v1/ruleset';
export const STREAM_PATH = '/sdk/v1/stream';
export const EVENTS_PATH = '/sdk/v1/events';
