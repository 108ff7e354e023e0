"""Run all tests, or those named: all.py BUILD_DIR [NAME...]."""

import glob
import importlib
import os
import sys

import tap
import world


def main():
    build, *wanted = sys.argv[1:]
    here = os.path.dirname(os.path.abspath(__file__))
    names = wanted or sorted(os.path.basename(p)[5:-3] for p in glob.glob(os.path.join(here, "test_*.py")))
    t = tap.Tap()
    w = world.World(build)
    for name in names:
        try:
            importlib.import_module("test_" + name).run(t, w)
        except Exception:
            t.crashed(f"{name}: ran to its end")
    print(f"# interop: {t.passed} passed, {t.failed} failed")
    sys.exit(1 if t.failed or not t.passed else 0)


if __name__ == "__main__":
    main()
