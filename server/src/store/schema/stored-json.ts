import { customType } from 'drizzle-orm/pg-core';

interface Shape<T> {
  /** Brings what any version has stored into the shape of today. */
  readonly read: (stored: T) => T;
  readonly write?: (value: T) => unknown;
}

/** A JSON column whose stored shape differs from that of today, now or in older rows. */
export function storedJson<T>({ read, write = (value) => value }: Shape<T>) {
  return customType<{ data: T; driverData: unknown }>({
    dataType: () => 'json',
    toDriver: (value) => JSON.stringify(write(value)),
    fromDriver: (stored) => read((typeof stored === 'string' ? JSON.parse(stored) : stored) as T),
  });
}
