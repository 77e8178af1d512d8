// Reads what the test runners report. Whatever did not run counts as failed: a skipped test, a suite
// without tests, a runner that fell over.

/** @returns {{passed: number, failed: number, problems: string[]}} */
function judge({ exitCode, passed, failed, skipped, broken }) {
  const problems = [...broken];
  let total = failed + broken.length;
  if (skipped > 0) {
    problems.push(`${skipped} skipped: each counts as failed.`);
    total += skipped;
  }
  if (passed + total === 0) {
    problems.push("no test ran.");
    total += 1;
  }
  if (exitCode !== 0 && total === 0) {
    problems.push(`the runner ended with ${exitCode} although every test passed.`);
    total += 1;
  }
  return { passed, failed: total, problems };
}

const noReport = (exitCode) => ({
  passed: 0,
  failed: 1,
  problems: [`the runner ended with ${exitCode} and left no report.`],
});

export function readVitest(exitCode, report) {
  if (report === null) return noReport(exitCode);
  // A file that fails as it loads, or in a hook, has no failed test of its own.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return judge({
    exitCode,
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
    broken: broken.map((file) => `${file.name} failed outside its tests.`),
  });
}

export function readPlaywright(exitCode, report) {
  if (report === null) return noReport(exitCode);
  const { expected, unexpected, flaky, skipped } = report.stats;
  return judge({
    exitCode,
    passed: expected,
    failed: unexpected + flaky,
    skipped,
    broken: report.errors.map((error) => error.message ?? "the run failed outside its tests."),
  });
}
