/** A verified server or client key: what one environment's traffic is admitted by. */
export interface SdkKey {
  readonly keyId: string;
  readonly kind: 'server' | 'client';
  readonly projectId: string;
  readonly environmentId: string;
}
