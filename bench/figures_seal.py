"""The figures of sealing: beside age 1.3 on one thread, Debian's age and gpg; limits of memory and seeking.

    figures_seal.py FOLDER [PART...]     FOLDER is what bench/run prepared: build/ go/
                                         parts: speed memory seek; all unless named

One file of 1 GiB in a tmpfs is read and what comes out is thrown away: who writes a new file in a tmpfs measures
how pages are allocated. Works of both sides take turns, so that all see the same machine. age works on one
thread, and signs nothing.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from figures_limits import ceiling, measured

ROUNDS = 5
GIB = 1 << 30
MIB = 1 << 20


def show(name, unit, ours, peer, peer_name, goal, better="smaller"):
    ratio = peer / ours if better == "smaller" else ours / peer
    print(json.dumps({"name": name, "unit": unit, "ours": round(ours, 4), "peer": round(peer, 4), "peer_name": peer_name,
                      "ratio": round(ratio, 3), "goal": goal}), flush=True)


def ours(program, *args):
    """What bench_seal measured: wall and processor time of the work alone."""
    out = subprocess.run([program, *args], check=True, stdout=subprocess.PIPE).stdout
    return [json.loads(line) for line in out.splitlines()]


def theirs(*command):
    """A whole process, which takes a few milliseconds to start."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [{"wall": wall, "cpu": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime}]


def turns(works):
    """Medians of wall and processor time of each work, round after round."""
    taken = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            taken[name] += work()
    return {name: {key: statistics.median(t[key] for t in times) for key in ("wall", "cpu")} for name, times in taken.items()}


class Bench:
    def __init__(self, folder, scratch):
        self.folder, self.scratch = folder, scratch
        self.program = os.path.join(folder, "build", "bench", "bench_seal")
        self.exhibit = os.path.join(folder, "build", "src", "cli", "exhibit")
        self.age = os.path.join(folder, "go", "bin", "age")
        self.plain = self.path("plain")
        subprocess.run([self.exhibit, "ca", "init", self.path("ca")], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([self.exhibit, "ca", "issue", self.path("ca"), "--key", self.path("key.pem"), "--cert",
                        self.path("chain.pem"), "--camera", "cam-1"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([os.path.join(folder, "go", "bin", "age-keygen"), "-o", self.path("id.age")], check=True,
                       stderr=subprocess.DEVNULL)
        self.recipient = subprocess.run([os.path.join(folder, "go", "bin", "age-keygen"), "-y", self.path("id.age")],
                                        check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        with open(self.plain, "wb") as f:
            for _ in range(GIB // MIB):
                f.write(os.urandom(MIB))

    def path(self, name):
        return os.path.join(self.scratch, name)

    def seal(self, kind, threads, out="/dev/null"):
        return lambda: ours(self.program, kind, self.scratch, self.plain, out, str(threads))

    def open(self, sealed, threads):
        return lambda: ours(self.program, "open", self.scratch, self.path(sealed), str(threads))

    def age_seal(self, age):
        return lambda: theirs(age, "-r", self.recipient, self.plain)

    def age_open(self, age, sealed):
        return lambda: theirs(age, "-d", "-i", self.path("id.age"), self.path(sealed))


def gpg_seal(b):
    home = b.path("gpg")
    os.mkdir(home, 0o700)
    gpg = ["gpg", "--homedir", home, "--batch", "--quiet", "--trust-model", "always"]
    subprocess.run([*gpg, "--passphrase", "", "--quick-gen-key", "bench", "future-default"], check=True,
                   stderr=subprocess.DEVNULL)
    return lambda: theirs(*gpg, "-r", "bench", "--compress-algo", "none", "-o", "-", "--encrypt", b.plain)


def speed(b):
    seal = turns({
        "age": b.age_seal(b.age), "signed 1": b.seal("seal-signed", 1), "signed 2": b.seal("seal-signed", 2),
        "plain 1": b.seal("seal", 1), "debian": b.age_seal("age"), "gpg": gpg_seal(b),
    })
    show("seal_ledger_1_thread", "s", seal["signed 1"]["wall"], seal["age"]["wall"], "age 1.3, which signs nothing", 0.72)
    show("seal_ledger_2_threads", "s", seal["signed 2"]["wall"], seal["age"]["wall"], "age 1.3, wall time", 1.4)
    show("seal_ledger_cpu", "CPU s", seal["signed 2"]["cpu"], seal["age"]["cpu"], "age 1.3, which has no leaves", 0.72)
    show("seal_1_thread", "s", seal["plain 1"]["wall"], seal["age"]["wall"], "age 1.3", 1.25)
    show("seal_1_thread_debian", "s", seal["plain 1"]["wall"], seal["debian"]["wall"], "Debian's age", 1.25)
    show("seal_ledger_gpg", "s", seal["signed 1"]["wall"], seal["gpg"]["wall"], "gpg, AES-256, no compression", 1.25)
    b.seal("seal", 1, b.path("sealed"))()
    b.seal("seal-signed", 1, b.path("signed"))()
    opened = turns({
        "age": b.age_open(b.age, "sealed"), "plain": b.open("sealed", 1), "signed": b.open("signed", 1),
        "signed 2": b.open("signed", 2), "debian": b.age_open("age", "sealed"),
    })
    show("open_1_thread", "s", opened["plain"]["wall"], opened["age"]["wall"], "age 1.3", 1.7)
    show("open_ledger_1_thread", "s", opened["signed"]["wall"], opened["age"]["wall"], "age 1.3, which checks no ledger", 1.0)
    show("open_ledger_2_threads", "s", opened["signed 2"]["wall"], opened["age"]["wall"], "age 1.3, wall time", 1.0)
    show("open_1_thread_debian", "s", opened["plain"]["wall"], opened["debian"]["wall"], "Debian's age", 1.7)
    limits = measured(b.folder)
    for threads in (1, 2):
        cores = min(threads, os.cpu_count())
        show(f"seal_of_ceiling_{threads}", "GB/s", GIB / 1e9 / seal[f"signed {threads}"]["wall"], ceiling(limits, cores),
             "cores x 1/(1/ChaCha + 1/SHA-256 of two lanes)", 0.8, "greater")


def peak(command):
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                          check=True)
    return int(done.stderr.split()[-1]) * 1024


def memory(b):
    """Above a process that does nothing."""
    base = statistics.median(peak([b.exhibit, "--version"]) for _ in range(5))
    small = b.path("small")
    with open(small, "wb") as f:
        f.write(b"x")
    for name, threads in (("small", 1), ("plain", 1), ("plain", 2), ("plain", 4)):
        sealed = b.path("memory.age")
        used = peak([b.program, "seal-signed", b.scratch, b.path(name), sealed, str(threads)]) - base
        show(f"seal_memory_{name}_{threads}", "MiB", used / MIB, 8, "limit", 1)
        used = peak([b.program, "open", b.scratch, sealed, str(threads)]) - base
        show(f"open_memory_{name}_{threads}", "MiB", used / MIB, 8, "limit", 1)
        os.unlink(sealed)


def seek(b):
    times = ours(b.program, "seek", b.scratch, "10")
    show("seek_10_GB", "ms", statistics.median(t["wall"] for t in times) * 1e3, 5, "limit", 1)
    print(json.dumps({"name": "seek_10_GB_read", "unit": "B", "ours": times[0]["read"], "peer": times[0]["size"],
                      "peer_name": "the whole file", "ratio": times[0]["size"] / times[0]["read"], "goal": 1}), flush=True)


def main():
    folder, wanted = os.path.abspath(sys.argv[1]), sys.argv[2:]
    parts = {"speed": speed, "memory": memory, "seek": seek}
    unknown = [name for name in wanted if name not in parts]
    if unknown:
        sys.exit(f"figures_seal.py: no part {unknown[0]}; there are {' '.join(parts)}")
    room = "/dev/shm" if shutil.disk_usage("/dev/shm").free > 5 * GIB else None
    with tempfile.TemporaryDirectory(dir=room) as scratch:
        bench = Bench(folder, scratch)
        for name, measure in parts.items():
            if not wanted or name in wanted:
                measure(bench)


if __name__ == "__main__":
    main()
