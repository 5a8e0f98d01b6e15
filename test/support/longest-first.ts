import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Many files of the first wait, those of the last are short and fill what is left of the time. */
const PROJECTS = ['e2e', 'ui', 'db', 'unit', 'unit-ui', 'tidy'];

/** Files that take half a minute or more: one of them at the end would prolong the run. */
const LONGEST = [
  'crash.e2e.test.ts',
  'data-directory.e2e.test.ts',
  'delivery.e2e.test.ts',
  'ingest.e2e.test.ts',
  'releases.ui.test.ts',
  'look.ui.test.ts',
  'ticker.db.test.ts',
  'embedded-server.db.test.ts',
  'releases.db.test.ts',
];

/**
 * A clean clone knows nothing of earlier runs, so what is long is stated here; of the others, large
 * files are taken for long ones. Projects stay together: their files share a process.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizes = new Map(files.map(({ moduleId }) => [moduleId, statSync(moduleId).size]));
    const sizeOf = ({ moduleId }: TestSpecification) => sizes.get(moduleId) ?? 0;
    return [...files].sort(
      (a, b) =>
        PROJECTS.indexOf(a.project.name) - PROJECTS.indexOf(b.project.name) ||
        rankOf(a) - rankOf(b) ||
        sizeOf(b) - sizeOf(a),
    );
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONGEST.indexOf(basename(moduleId));
  return rank === -1 ? LONGEST.length : rank;
}
