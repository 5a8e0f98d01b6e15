import type { RequestMeter } from './request-meter.js';

const meters = new WeakMap<object, RequestMeter>();

export function registerMeter(client: object, meter: RequestMeter): void {
  meters.set(client, meter);
}

/** The meter of a client; undefined unless `createClient` or `createTestClient` made it. */
export function meterOf(client: object): RequestMeter | undefined {
  return meters.get(client);
}
