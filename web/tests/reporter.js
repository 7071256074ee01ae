/** Ends a run with a line in the words of `cargo test`, which `cargo xtask test` adds up. */
export default class {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, ignored: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        count[state === 'passed' || state === 'failed' ? state : 'ignored'] += 1;
      }
      // A file that cannot even be loaded has no tests and one failure.
      if (tests === 0 && !module.ok()) count.failed += 1;
    }
    const { passed, failed, ignored } = count;
    console.log(
      `test result: ${failed === 0 ? 'ok' : 'FAILED'}. ${passed} passed; ${failed} failed; ${ignored} ignored`,
    );
  }
}
