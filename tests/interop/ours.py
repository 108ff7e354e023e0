"""Our own program, called as a person calls it."""

import json
import os
import subprocess

from verdict import Verdict, codes


STATES = {state: state for state in ("Invalid", "Valid", "Trusted")}  # "None": there is no credential to judge


class Exhibit:
    def __init__(self, program):
        self.program = program

    def run(self, *args, check=False):
        done = subprocess.run([self.program, *map(str, args)], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, errors="replace", check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"exhibit {' '.join(map(str, args))}: exit {done.returncode}\n{done.stderr}")
        return done

    def sign(self, source, target, identity, *options):
        """Sign source into target; fails loudly. Without other options: created, digitalCreation."""
        options = options or ("--source-type", "digitalCreation")
        return self.run("sign", source, "-o", target, "--key", identity.key, "--cert", identity.chain, *options,
                        check=True)

    def verify(self, path, roots=(), tsa_roots=(), *options):
        args = ["verify", "--json", path, *options]
        for root in roots:
            args += ["--trust", root]
        for root in tsa_roots:
            args += ["--tsa-trust", root]
        done = self.run(*args)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            return Verdict("", error=done.stderr.strip(), exit=done.returncode)
        return verdict_of(report, done)


def verdict_of(report, done):
    results = report.get("validation_results") or {}
    deltas = set()
    for delta in report.get("ingredient_deltas") or []:
        deltas |= codes(delta["validation_results"].get("failure"))
    return Verdict(STATES.get(report.get("validation_state"), ""), codes(results.get("success")),
                   codes(results.get("informational")), codes(results.get("failure")), deltas, report,
                   done.stderr.strip() or report.get("error") or report.get("headline") or "", done.returncode)


def program_in(build):
    """The binary, wherever meson put it."""
    for path in ("src/cli/exhibit", "exhibit"):
        if os.access(os.path.join(build, path), os.X_OK) and os.path.isfile(os.path.join(build, path)):
            return os.path.join(build, path)
    raise FileNotFoundError(f"no exhibit program in {build}")
