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

const wrongType = `
import { it } from 'vitest';
const planted: number = 'planted type';
it('planted with a wrong type', () => void planted);
`;

const UNIT = 'sdk/src/planted.test.ts';

/** Planted where `vitest` is run as `npm test` runs it. */
export const plants = [
  plant('unit', UNIT, failing('planted in unit'), ['planted in unit', '1 failed']),
  plant('unit-ui', 'admin-ui/src/planted.test.ts', failing('planted in unit-ui'), [
    'planted in unit-ui',
    '1 failed',
  ]),
  plant('tidy', 'sdk/src/planted/index.ts', breakingImportTable, [
    'sdk/src/planted/index.ts must not import',
    '1 failed',
  ]),
  plant('db', 'server/src/planted.db.test.ts', failingOnPostgres, ['planted in db', '1 failed']),
  plant('e2e', 'test/e2e/planted.e2e.test.ts', failingOnServer, ['planted in e2e', '1 failed']),
  plant('ui', 'test/ui/planted.ui.test.ts', failingOnPage, ['planted in ui', '1 failed']),
  plant('unit', UNIT, leavingRejection, ['planted rejection']),
  plant('unit', UNIT, failingHook, ['planted hook', '1 failed']),
  plant('unit', UNIT, 'const = 1;', ['planted.test.ts', '1 failed']),
  plant('unit', UNIT, killingWorker, ['Worker']),
  plant('unit', UNIT, killingRunner, []),
];

/** Planted where `npm test` is run, which builds and checks the types first. */
export const plantsOfNpmTest = [
  plant('unit', UNIT, failing('planted in unit'), ['planted in unit', '1 failed']),
  plant('unit', UNIT, wrongType, ['planted.test.ts', 'TS2322']),
];

function plant(project, path, text, expects) {
  return { project, path, text, expects };
}
