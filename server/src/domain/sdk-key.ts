/** A verified server or client key, which admits traffic to one environment. */
export interface SdkKey {
  readonly keyId: string;
  readonly kind: 'server' | 'client';
  readonly projectId: string;
  readonly environmentId: string;
}
