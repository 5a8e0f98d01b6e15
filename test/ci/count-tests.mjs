/**
 * How many tests a report of vitest holds. A file whose hook or import failed counts as one failed
 * test when none of its tests did.
 */
export function countTests(readReport) {
  try {
    const report = JSON.parse(readReport());
    const brokenFiles = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles.length,
      skipped: report.numPendingTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
