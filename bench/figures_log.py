"""The figures of the transparency log: entries and proofs a second of processor time, on one core, in memory.

    figures_log.py FOLDER [ENTRIES]     FOLDER is what bench/run prepared: build/

The peer is Go's sumdb/tlog, which checks every Go module; it keeps all nodes of the tree in memory, where ours has
tiles and bundles. What a commit to disk costs on top, the server's figures tell.
"""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 5  # the sides take turns; medians


def figures(*command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in map(str.split, out.splitlines())}


def median(rounds, name):
    return sorted(r[name] for r in rounds)[len(rounds) // 2]


def show(name, ours, peer, peer_name, goal):
    line = {"name": name, "unit": "1/CPU-s", "ours": round(ours), "peer": round(peer), "peer_name": peer_name,
            "ratio": round(ours / peer, 3), "goal": goal}
    print(json.dumps(line), flush=True)


def main():
    folder, entries = os.path.abspath(sys.argv[1]), (sys.argv[2:] or ["500000"])[0]
    subprocess.run([os.path.join(HERE, "..", "tests", "interop", "go", "build"), os.path.join(folder, "go")], check=True)
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(figures(os.path.join(folder, "build", "bench", "bench_log"), entries))
        peer.append(figures(os.path.join(folder, "go", "logpeer"), "bench", entries))
    show("log_append", median(ours, "append"), 5000, "limit", 1)
    show("log_append_one_by_one", median(ours, "append_1"), 5000, "limit", 1)
    show("log_append_to_go", median(ours, "append"), median(peer, "append"), "Go sumdb/tlog", 1)
    show("log_commit_signed", median(ours, "sign"), 500, "limit: one each 2 ms", 1)
    show("log_proof", median(ours, "prove"), 1000, "limit", 1)
    show("log_proof_of_last", median(ours, "prove_last"), median(peer, "prove"), "Go sumdb/tlog", 1)
    show("log_proof_check", median(ours, "check"), median(peer, "check"), "Go sumdb/tlog", 1)


if __name__ == "__main__":
    main()
