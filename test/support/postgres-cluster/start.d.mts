export interface Cluster {
  /** URL of its database `postgres`. */
  readonly url: string;
  /** Stops PostgreSQL and deletes its files. */
  readonly stop: () => Promise<void>;
}

export interface ClusterOptions {
  /** Settings of PostgreSQL, such as `fsync=off`. */
  readonly settings?: readonly string[];
}

/** Starts PostgreSQL in a process of its own, which also ends when the caller crashes. */
export function startCluster(options?: ClusterOptions): Promise<Cluster>;
