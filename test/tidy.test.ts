import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CIRCLES, LARGE_FUNCTIONS, TRANSACTION_OWNERS } from './tidy/exceptions.js';
import { readManifest, readSources } from './tidy/repository.js';
import { circleViolations } from './tidy/rules/circles.js';
import { leftoverViolations, nameViolations } from './tidy/rules/files.js';
import {
  deadFileViolations,
  importTableViolations,
  packageViolations,
  processEndingViolations,
  routeStoreViolations,
  singleUseViolations,
} from './tidy/rules/imports.js';
import {
  consoleViolations,
  environmentViolations,
  htmlViolations,
  outboundViolations,
  purityViolations,
} from './tidy/rules/process-edges.js';
import { fileSizeViolations, functionSizeViolations } from './tidy/rules/sizes.js';
import {
  auditViolations,
  grantViolations,
  transactionViolations,
} from './tidy/rules/transactions.js';

/** The architecture, as a test. `tidy/violations.test.ts` proves that each rule can fail. */
const files = readSources();

describe('the import table', () => {
  it('is kept by every production file', () => {
    expect(importTableViolations(files)).toEqual([]);
  });

  it('lets each package in only where it belongs', () => {
    expect(packageViolations(files)).toEqual([]);
  });

  it('lets only one file import the bucketing hash, and only one the regex engine', () => {
    expect(singleUseViolations(files)).toEqual([]);
  });

  it('keeps packages that end the process out of the process of the test runner', () => {
    expect(processEndingViolations(files)).toEqual([]);
  });

  it('keeps routes away from stores', () => {
    expect(routeStoreViolations(files)).toEqual([]);
  });

  it('lets no folders of a package import each other in a circle', () => {
    expect(circleViolations(files, CIRCLES)).toEqual([]);
  });
});

describe('every file', () => {
  it('has at most 400 lines, a Svelte component at most 200', () => {
    expect(fileSizeViolations(files)).toEqual([]);
  });

  it('is named in kebab-case, a component in PascalCase, and the name says what it contains', () => {
    expect(nameViolations(files)).toEqual([]);
  });

  it('holds no leftovers', () => {
    expect(leftoverViolations(files)).toEqual([]);
  });

  it('is reached from an entry', () => {
    expect(deadFileViolations(files)).toEqual([]);
  });
});

describe('every function', () => {
  it('has at most 70 lines and 4 parameters', () => {
    expect(functionSizeViolations(files, LARGE_FUNCTIONS)).toEqual([]);
  });
});

describe('pure code', () => {
  it('reads no clock and no random source', () => {
    expect(purityViolations(files)).toEqual([]);
  });
});

describe('the edges of the process', () => {
  it('reads the environment in config.ts only', () => {
    expect(environmentViolations(files)).toEqual([]);
  });

  it('writes to the console in log.ts only', () => {
    expect(consoleViolations(files)).toEqual([]);
  });

  it('asks other servers through one client only, which knows where it may not go', () => {
    expect(outboundViolations(files)).toEqual([]);
  });

  it('never renders stored text as HTML', () => {
    expect(htmlViolations(files)).toEqual([]);
  });
});

describe('a transaction', () => {
  it('is opened in services/context.ts only', () => {
    expect(transactionViolations(files, TRANSACTION_OWNERS)).toEqual([]);
  });

  it('is opened with a grant', () => {
    expect(grantViolations(files)).toEqual([]);
  });

  it('reaches recordChange by a call', () => {
    expect(auditViolations(files)).toEqual([]);
  });
});

describe('each package', () => {
  it('exports only what its sources hold', () => {
    const paths = new Set(files.map(({ path }) => path));
    const missing = ['sdk', 'server'].flatMap((name) =>
      Object.values(readManifest(name).exports ?? {})
        .map(({ types }) => join(name, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')))
        .filter((path) => !paths.has(path)),
    );
    expect(missing).toEqual([]);
  });

  it('pins its dependencies exactly', () => {
    const loose = ['.', 'sdk', 'server', 'admin-ui'].flatMap((name) => {
      const { dependencies, devDependencies } = readManifest(name);
      return Object.entries({ ...dependencies, ...devDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([dependency]) => `${name}: ${dependency}`);
    });
    expect(loose).toEqual([]);
  });
});
