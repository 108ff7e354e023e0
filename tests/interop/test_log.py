"""The transparency log: Go's sumdb/tlog and note packages, and transparency-dev's, beside ours.

Each side writes a log, and claims about it: proofs, notes, checkpoints, receipts, paths of tiles, as they are and
damaged. Each side reads both logs whole, and answers every claim of both; the answers must be the same.
"""

import os
import subprocess

# Entries of a log, and files of it that must not be changed. The second log has three levels.
LOGS = {
    1000: ("checkpoint", "vkey", "tile/0/000", "tile/0/003.p/232", "tile/1/000.p/3", "tile/entries/002"),
    66000: ("tile/0/256", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1", "tile/entries/257.p/208"),
}


def run(t, w):
    tools = {"ours": os.path.join(w.build, "tests", "interop", "log_tool"),
             "Go's": os.path.join(w.build, "interop-go", "logpeer")}
    for size, files in LOGS.items():
        for maker, program in tools.items():
            folder = w.path(f"log-{maker[:2]}-{size}", "")
            name = f"a log of {size} entries, {maker}"
            made = call(program, "make", folder, size)
            if t.ok(made.returncode == 0, f"{name}: is made", made.stderr):
                check(t, tools, folder, name, size, files)


def call(program, *args, **options):
    return subprocess.run([program, *map(str, args)], capture_output=True, text=True, check=False, **options)


def check(t, tools, folder, name, size, files):
    for reader, program in tools.items():
        done = call(program, "check", folder)
        t.same((done.returncode, done.stdout, done.stderr), (0, f"{size} entries\n", ""), f"{name}: {reader} reads it whole")
        for part in files:
            t.ok(damaged(program, folder, part), f"{name}: {reader} finds a bit changed in {part}")
    claims(t, tools, folder, name)


def damaged(program, folder, part):
    """Whether one changed bit in a file is found."""
    path = os.path.join(folder, part)
    with open(path, "rb") as f:
        good = f.read()
    bad = bytearray(good)
    bad[len(bad) // 2] ^= 1
    write(path, bad)
    done = call(program, "check", folder)
    write(path, good)
    return done.returncode == 1 and done.stderr


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


def claims(t, tools, folder, name):
    with open(os.path.join(folder, "claims"), encoding="ascii") as f:
        text = f.read()
    lines = text.splitlines()
    answers = {}
    for judge, program in tools.items():
        done = call(program, "judge", input=text)
        answers[judge] = done.stdout.split()
        t.same((done.returncode, len(answers[judge]), done.stderr), (0, len(lines), ""), f"{name}: {judge} answer for every claim")
    ours, theirs = answers.values()
    differ = [f"ours {a}, Go's {b}: {line[:200]}" for line, a, b in zip(lines, ours, theirs) if a != b]
    t.ok(not differ, f"{name}: the same answers to {len(lines)} claims", "\n".join(differ[:20]))
    want = {line.split()[0] for line in lines}
    t.ok(want >= {"inclusion", "consistency", "note", "checkpoint", "receipt"}, f"{name}: claims of every kind", want)
    for answer in ("yes", "no"):
        kinds = {line.split()[0] for line, a in zip(lines, ours) if a == answer}
        t.ok(kinds == want, f"{name}: claims of every kind are answered {answer}", kinds)
