/** A flag in one environment. */
export interface FlagAddress {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

export interface ReleaseAddress extends FlagAddress {
  /** Id of the release. */
  readonly release: string;
}

/** Path prefixes that several routes of the management API share. */
export const FLAG = '/projects/{project}/flags/{flag}';
export const CONFIG = '/projects/{project}/environments/{environment}/flags/{flag}';
export const RELEASES = `${CONFIG}/releases` as const;
export const RELEASE = `${RELEASES}/{release}` as const;
