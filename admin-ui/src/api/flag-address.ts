import { path } from './path.js';

/** A flag in one environment. */
export interface FlagAddress {
  readonly project: string;
  readonly environment: string;
  readonly flag: string;
}

export function configPath({ project, environment, flag }: FlagAddress): string {
  return path`/projects/${project}/environments/${environment}/flags/${flag}`;
}
