"""What the primitives of sealing reach on this machine, and what that lets sealing reach.

    figures_limits.py FOLDER [SECONDS]     FOLDER is what bench/run prepared: build/

The ceiling of sealing with leaves is cores x 1 / (1 / ChaCha20-Poly1305 + 1 / SHA-256 of two lanes): each byte
goes through both. GB/s is wall time: another job on the machine shows in it. GB/CPU-s leaves that out, and its
ceiling is one core's.
"""

import json
import os
import subprocess
import sys


def measured(folder, *args):
    """Figures of bench_limits by name."""
    program = os.path.join(folder, "build", "bench", "bench_limits")
    out = subprocess.run([program, *args], check=True, stdout=subprocess.PIPE).stdout
    return {f["name"]: f["value"] for f in map(json.loads, out.splitlines())}


def ceiling(figures, threads, suffix=""):
    """What sealing with two lanes could reach if it did nothing else."""
    return threads / (1 / figures["chacha20_poly1305" + suffix] + 1 / figures["sha256_two_lanes" + suffix])


def show(name, unit, ours, peer, peer_name, goal):
    line = {"name": name, "unit": unit, "ours": round(ours, 3), "peer": round(peer, 3), "peer_name": peer_name,
            "ratio": round(ours / peer, 3), "goal": goal}
    print(json.dumps(line), flush=True)


def main():
    figures = measured(os.path.abspath(sys.argv[1]), *sys.argv[2:])
    for suffix, unit in (("", "GB/s"), ("_cpu", "GB/CPU-s")):
        f = {name[:len(name) - len(suffix)]: v for name, v in figures.items() if name.endswith("_cpu") == bool(suffix)}
        show("chacha20_poly1305" + suffix, unit, f["chacha20_poly1305"], f["chacha20_poly1305_1MiB"], "OpenSSL, 1 MiB a message",
             0.9)
        show("sha256_two_lanes" + suffix, unit, f["sha256_two_lanes"], f["sha256_one_lane"], "OpenSSL, one lane", 1.5)
        for threads in (1, 2):
            # Processor time is of all threads together: its ceiling does not grow with them.
            cores = 1 if suffix else min(threads, os.cpu_count())
            limit = ceiling(f, cores)
            t = f"_{threads}_threads" if threads > 1 else "_1_thread"
            show("seal_two_lanes" + t + suffix, unit, f[f"seal_two_lanes_{threads}"], limit, "ceiling", 0.8)
            show("open_two_lanes" + t + suffix, unit, f[f"open_two_lanes_{threads}"], limit, "ceiling", 0.8)
            show("seal_leaf_gain" + t + suffix, unit, f[f"seal_two_lanes_{threads}"], f[f"seal_one_lane_{threads}"],
                 "one lane", 1.2)


if __name__ == "__main__":
    main()
