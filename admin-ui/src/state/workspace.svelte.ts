import type { ApiClient } from '../api/client.js';
import type { Environment, Project } from '../api/types.js';
import type { Place } from '../router.js';
import { Resource } from './resource.svelte.js';

const LAST_PLACE = 'sluice.place';

/** The projects and environments that the frame around every page shows. */
export class Workspace {
  readonly projects: Resource<readonly Project[]>;
  readonly #storage: Storage | undefined;

  constructor(api: ApiClient, storage: Storage | undefined) {
    this.projects = new Resource(() => api.all('/projects'));
    this.#storage = storage;
  }

  project(key: string): Project | undefined {
    return this.projects.data?.find((project) => project.key === key);
  }

  environments(project: string): readonly Environment[] {
    const environments = this.project(project)?.environments ?? [];
    return [...environments].sort((a, b) => a.position - b.position);
  }

  environment({ project, environment }: Place): Environment | undefined {
    return this.project(project)?.environments.find(({ key }) => key === environment);
  }

  remember(place: Place): void {
    try {
      this.#storage?.setItem(LAST_PLACE, JSON.stringify(place));
    } catch {
      // When storage is full or denied, only the last environment is not remembered.
    }
  }

  /** The last visited environment if it still exists, otherwise the first one. */
  start(): Place | undefined {
    const last = this.#recall();
    if (last !== undefined && this.environment(last) !== undefined) {
      return last;
    }
    for (const project of this.projects.data ?? []) {
      const first = this.environments(project.key)[0];
      if (first !== undefined) {
        return { project: project.key, environment: first.key };
      }
    }
    return undefined;
  }

  #recall(): Place | undefined {
    try {
      return JSON.parse(this.#storage?.getItem(LAST_PLACE) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  }
}
