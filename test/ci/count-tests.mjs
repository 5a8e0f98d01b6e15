/**
 * How many tests a report of vitest holds, and which failed. A file whose hook or import failed
 * counts as one failed test when none of its tests did.
 */
export function countTests(readReport) {
  try {
    const report = JSON.parse(readReport());
    const failures = report.testResults.flatMap(failuresOf);
    const { numPassedTests: passed, numPendingTests: skipped } = report;
    return { passed, failed: failures.length, skipped, failures };
  } catch (error) {
    return { passed: 0, failed: 1, skipped: 0, failures: [`no report of the tests: ${error}`] };
  }
}

function failuresOf({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((each) => each.status === 'failed');
  if (failed.length === 0) return status === 'failed' ? [`${name}\n${firstLines(message)}`] : [];
  return failed.map(({ fullName, failureMessages }) => {
    return `${name} > ${fullName}\n${firstLines(failureMessages.join('\n'))}`;
  });
}

function firstLines(text) {
  return text.split('\n').slice(0, 8).join('\n');
}
