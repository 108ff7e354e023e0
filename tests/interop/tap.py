"""Test lines: `ok - name`, `not ok - name`, with a reason below a failure."""

import traceback


class Tap:
    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, holds, name, why=""):
        """One check. why is shown when it fails."""
        if holds:
            self.passed += 1
        else:
            self.failed += 1
        print(f"{'ok' if holds else 'not ok'} - {name}", flush=True)
        if not holds and why:
            print("\n".join("#   " + line for line in str(why).splitlines()), flush=True)
        return bool(holds)

    def same(self, got, want, name):
        return self.ok(got == want, name, f"got  {got}\nwant {want}")

    def crashed(self, name):
        self.ok(False, name, traceback.format_exc())
