/**
 * Files that must make a run fail, one for each way in which a run can fail. `expects` are texts that
 * the report must hold, so a run that failed for another reason does not count.
 */
const failing = (title) => `
import { expect, it } from 'vitest';
it('${title}', () => expect(1).toBe(2));
`;

/** Uses what real tests of its project use, since an open connection or a browser may hide a failure. */
const failingOnPostgres = `
import postgres from 'postgres';
import { expect, it } from 'vitest';
import { postgresUrl } from '../../test/support/postgres.js';
it('planted in db', async () => {
  const sql = postgres(postgresUrl(), { max: 1 });
  expect(await sql\`select 1 as n\`).toEqual([{ n: 2 }]);
});
`;

const failingOnServer = `
import { expect, it } from 'vitest';
import { migratedDatabase } from '../support/database.js';
import { startServer } from '../support/server.js';
it('planted in e2e', async () => {
  const { options } = await migratedDatabase('embedded');
  const server = await startServer({ dataDir: options.dataDirectory });
  expect(await server.stop()).toBe(2);
});
`;

const failingOnPage = `
import { expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.js';
it('planted in ui', async () => {
  const page = await (await launchBrowser()).newPage();
  await page.setContent('<p>one</p>');
  expect(await page.textContent('p')).toBe('two');
});
`;

const breakingImportTable = `
export { readConfig } from '../../../server/src/config.js';
`;

const leavingRejection = `
import { it } from 'vitest';
it('planted with a rejection', () => void Promise.reject(new Error('planted rejection')));
`;

const killingRunner = `
import { it } from 'vitest';
it('planted with a crash', () => process.kill(process.ppid, 'SIGKILL'));
`;

const killingWorker = `
import { it } from 'vitest';
it('planted with a crash', () => process.kill(process.pid, 'SIGKILL'));
`;

const failingHook = `
import { beforeAll, it } from 'vitest';
beforeAll(() => { throw new Error('planted hook'); });
it('planted after a hook', () => undefined);
`;

const failed = (title) => [title, '1 failed'];

export const plants = [
  plant('unit', 'sdk/src/planted.test.ts', failing('planted in unit'), failed('planted in unit')),
  plant(
    'unit-ui',
    'admin-ui/src/planted.test.ts',
    failing('planted in unit-ui'),
    failed('planted in unit-ui'),
  ),
  plant(
    'tidy',
    'sdk/src/planted/index.ts',
    breakingImportTable,
    failed('sdk/src/planted/index.ts must not import'),
  ),
  plant('db', 'server/src/planted.db.test.ts', failingOnPostgres, failed('planted in db')),
  plant('e2e', 'test/e2e/planted.e2e.test.ts', failingOnServer, failed('planted in e2e')),
  plant('ui', 'test/ui/planted.ui.test.ts', failingOnPage, failed('planted in ui')),
  plant('unit', 'sdk/src/planted.test.ts', leavingRejection, ['planted rejection']),
  plant('unit', 'sdk/src/planted.test.ts', failingHook, ['planted hook', '1 failed']),
  plant('unit', 'sdk/src/planted.test.ts', 'const = 1;', ['planted.test.ts', '1 failed']),
  plant('unit', 'sdk/src/planted.test.ts', killingWorker, ['Worker']),
  plant('unit', 'sdk/src/planted.test.ts', killingRunner, []),
];

function plant(project, path, text, expects) {
  return { project, path, text, expects };
}
