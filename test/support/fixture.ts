import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DatabaseKind } from './database.js';
import type { Question, SdkAnswer } from './driven-sdk.js';

const FOLDER = fileURLToPath(new URL('../fixtures', import.meta.url));

/** Every version whose files are kept, oldest first. */
export const fixtureVersions: readonly string[] = readdirSync(FOLDER)
  .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** A key that the old server knows; all of them are for tests only. */
export interface FixtureKey {
  readonly secret: string;
  readonly kind: 'server' | 'client' | 'admin';
  /** `*`: every project. */
  readonly scope: string;
  readonly state: 'valid' | 'revoked' | 'expired';
}

/** A release as the old server left it. */
export interface FixtureRelease {
  readonly flag: string;
  readonly id: string;
  readonly state: string;
  readonly percent: number;
  readonly step: number;
  readonly phases: number;
  readonly decisions: number;
  /** Decisions that keep the numbers they were made from. */
  readonly verifiable: number;
}

/** Facts about one of the two databases, most of which chance or the clock decided. */
export interface FixtureDatabase {
  /** When its server had stopped, ISO 8601. */
  readonly stoppedAt: string;
  /** Origin of its metric source and its webhook. */
  readonly integrations: string;
  /** `name=value` of the cookie of a session that is open. */
  readonly session: string;
  readonly keys: readonly FixtureKey[];
  readonly webhookSecret: string;
  readonly releases: readonly FixtureRelease[];
  /** Distinct users with and without the feature in the step of the running release. */
  readonly stepUnits: { readonly treatment: number; readonly control: number };
  /** Requests of users in either group that the running release has counted. */
  readonly requests: number;
  readonly auditEntries: number;
}

export interface FixtureFacts {
  readonly version: string;
  /** What applications import it by. */
  readonly sdkPackage: string;
  readonly madeWith: Readonly<Record<string, string>>;
  readonly user: { readonly email: string; readonly password: string };
  /** Sent with every query of the source `numbers`. */
  readonly sourceAuthorization: string;
  /** Server URL in the options of the client that wrote the recorded batches and the disk cache. */
  readonly recordedUrl: string;
  /** Numbers of the users who have visited the page of the running release. */
  readonly visitors: { readonly first: number; readonly count: number };
  readonly databases: Readonly<Record<DatabaseKind, FixtureDatabase>>;
}

/** The answer of the old SDK to one question, in an environment of the project `default`. */
export interface RecordedAnswer extends Question {
  readonly environment: string;
  readonly answer: SdkAnswer;
}

export function fixturePath(version: string, name: string): string {
  return join(FOLDER, version, name);
}

export function readFixture<T>(version: string, name: string): T {
  return JSON.parse(readFileSync(fixturePath(version, name), 'utf8')) as T;
}

export function factsOf(version: string): FixtureFacts {
  return readFixture(version, 'facts.json');
}

export function answersOf(version: string): readonly RecordedAnswer[] {
  return readFixture(version, 'answers.json');
}

export function keyOf(keys: readonly FixtureKey[], kind: FixtureKey['kind'], scope: string) {
  const key = keys.find((each) => each.kind === kind && each.scope === scope);
  if (key === undefined) throw new Error(`the fixture has no ${kind} key for ${scope}`);
  return key.secret;
}
