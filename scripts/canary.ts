/**
 * Proves that no test runner can be green by accident: with HEADWATER_CANARY=1 the canary of every
 * suite must fail, as exactly one failed test that `npm test` would count; without it, it must pass.
 */
import { CANARIES, runSuite, SUITES } from './test-suites.js';

let passed = 0;
let failed = 0;
for (const name of SUITES) {
  for (const isArmed of [true, false]) {
    const result = await runSuite({
      name,
      only: CANARIES[name],
      env: isArmed ? { HEADWATER_CANARY: '1' } : {},
      isEchoed: false,
    });
    const expected = isArmed ? { passed: 0, failed: 1 } : { passed: 1, failed: 0 };
    const isRight =
      result.passed === expected.passed &&
      result.failed === expected.failed &&
      result.complaints.length === 0;
    if (isRight) passed += 1;
    else failed += 1;
    process.stdout.write(
      `${isRight ? 'ok  ' : 'FAIL'} ${name} canary ${isArmed ? 'armed' : 'at rest'}: ` +
        `${[`${result.passed} passed, ${result.failed} failed`, ...result.complaints].join('; ')}\n`,
    );
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
