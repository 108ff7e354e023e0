"""The figures of C2PA: speed in one process, memory, size and start of the program, bytes added, growth.

    figures_c2pa.py FOLDER [PART...]     FOLDER is what bench/run prepared: build/ media/ venv/
                                         parts: speed memory capture program growth; all unless named
"""

import json
import os
import resource
import statistics
import struct
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
MIB = 1 << 20

# name: how many times faster than c2pa-rs
GOALS = {
    "sign_jpeg_s": 3, "sign_jpeg_m": 2, "sign_jpeg_l": 8,
    "verify_jpeg_s": 5, "verify_jpeg_m": 2, "verify_jpeg_l": 4,
    "sign_mp4": 3, "verify_mp4": 1.6,
}


def show(name, unit, ours, peer, peer_name, goal, ratio=None):
    """Smaller is better, unless a ratio is given."""
    line = {"name": name, "unit": unit, "ours": round(ours, 4), "peer": round(peer, 4), "peer_name": peer_name,
            "ratio": round(peer / ours if ratio is None else ratio, 3), "goal": goal}
    print(json.dumps(line), flush=True)


def lines(*command):
    """Run a measuring program; its figures by name."""
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return {f["name"]: f["value"] for f in map(json.loads, out.splitlines())}


def in_process(folder, media, work):
    """The clocks of both sides run one after the other for each figure, so that both see the same machine."""
    ours = os.path.join(folder, "build", "bench", "bench_c2pa")
    python = os.path.join(folder, "venv", "bin", "python")
    for name, goal in GOALS.items():
        peer = lines(python, os.path.join(HERE, "peer_c2pa.py"), media, work, name)
        mine = lines(ours, media, work, name)
        show(name, "ms", mine[name], peer[name], "c2pa-rs", goal)
        if name in ("sign_mp4", "verify_mp4"):
            floor = lines(ours, media, work, "sha256_mp4")["sha256_mp4"]
            show(name + "_of_sha256", "ms", mine[name], floor, "one SHA-256 pass", 0.8)
        elif name == "verify_jpeg_m":  # one hash over the file: nobody is faster than that
            floor = lines(ours, media, work, "sha256_jpeg_m")["sha256_jpeg_m"]
            show(name + "_of_sha256", "ms", mine[name], floor, "one SHA-256 pass", 0.9)
        if name in ("sign_jpeg_s", "sign_mp4"):
            show(name + "_bytes_added", "B", mine[name + "_bytes"], 2600, "limit", 1)


def peak(command):
    """Peak resident memory of one run, in bytes; measured by time(1), since a child of ours begins as large as we are."""
    done = subprocess.run(["/usr/bin/time", "-f", "%M", *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode not in (0, 3):
        sys.exit(f"figures_c2pa.py: {' '.join(command)}: {done.stderr}")
    return int(done.stderr.split()[-1]) * 1024


def memory(exhibit, media, work, scratch):
    base = statistics.median(peak([exhibit, "--version"]) for _ in range(5))
    for name in ("s.jpg", "l.jpg", "v.mp4", "huge.mp4"):
        source, out = os.path.join(media, name), os.path.join(scratch, name)
        sign = [exhibit, "sign", source, "-o", out, "--key", os.path.join(work, "key.pem"),
                "--cert", os.path.join(work, "chain.pem"), "--source-type", "digitalCreation", "--no-metadata"]
        show(f"sign_memory_{name}", "MiB", (peak(sign) - base) / MIB, 8, "limit", 1)
        verify = [exhibit, "verify", out, "--trust", os.path.join(work, "anchors.pem")]
        show(f"verify_memory_{name}", "MiB", (peak(verify) - base) / MIB, 8, "limit", 1)
        os.unlink(out)


def capture_bytes(exhibit, media, scratch):
    """Bytes that the whole capture profile adds, with a camera's certificate of our own authority."""
    ca, key, cert = (os.path.join(scratch, n) for n in ("ca", "camera.key", "camera.pem"))
    subprocess.run([exhibit, "ca", "init", ca], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([exhibit, "ca", "issue", ca, "--key", key, "--cert", cert, "--camera", "cam-0001"], check=True,
                   stdout=subprocess.DEVNULL)
    for name in ("s.jpg", "v.mp4"):
        source, out = os.path.join(media, name), os.path.join(scratch, name)
        subprocess.run([exhibit, "sign", source, "-o", out, "--key", key, "--cert", cert, "--captured",
                        "--frames", "1041-1041", "--position", "52.5200,13.4050,12"], check=True,
                       stdout=subprocess.DEVNULL)
        show(f"capture_bytes_added_{name}", "B", os.path.getsize(out) - os.path.getsize(source), 3800, "limit", 1)
        os.unlink(out)


def wall_ms(command, runs=41):
    """Median time of one whole process."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)


def cpu_ms(command, runs):
    """Median processor time of one whole process: the disk's share, which is not ours, is left out."""
    taken = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
    return statistics.median(taken)


def program(folder, exhibit, work, scratch):
    library = os.path.realpath(os.path.join(folder, "build", "src", "libexhibit.so"))
    stripped = os.path.join(scratch, "lib.so")
    subprocess.run(["strip", "-o", stripped, library], check=True)
    show("library_size", "B", os.path.getsize(stripped), MIB, "limit", 1)
    verify = [exhibit, "verify", os.path.join(work, "signed-s.jpg"), "--trust", os.path.join(work, "anchors.pem")]
    ours, peer = wall_ms(verify), wall_ms(["openssl", "version"])
    show("verify_process", "ms", ours, 1.5 * peer + 3, "limit: 1.5 x openssl version + 3 ms", 1)


def make_wav(path, size):
    """A WAV file of `size` bytes of samples: the plainest file of any size."""
    with open(path, "wb") as f:
        f.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16)
                + b"data" + struct.pack("<I", size))
        piece = os.urandom(1000 * 1000)
        for _ in range(size // len(piece)):
            f.write(piece)


def growth(folder, exhibit, media, work, scratch):
    """Ten times the input may take ten times the time: the ratio is the cost of one unit, before over after."""
    ours = os.path.join(folder, "build", "bench", "bench_c2pa")
    cost = lines(ours, media, work, "ingredients")
    small, ten, hundred = (cost[f"verify_ingredients_{n}"] for n in (1, 10, 100))
    show("ingredients_1_to_10", "ms", ten, 10 * small, "10 x one ingredient", 1)
    show("ingredients_10_to_100", "ms", hundred, 10 * ten, "10 x ten ingredients", 0.9)
    sound, times = os.path.join(scratch, "sound.wav"), []
    for size in (1, 100, 1000):
        make_wav(sound, size * 1000 * 1000)
        times.append(cpu_ms([exhibit, "sign", sound, "-o", sound + ".signed", "--force", "--key",
                             os.path.join(work, "key.pem"), "--cert", os.path.join(work, "chain.pem"),
                             "--source-type", "digitalCreation", "--no-metadata"], 5))
    show("size_1_to_100_MB", "CPU ms", times[1], 100 * times[0], "100 x 1 MB", 1)
    show("size_100_to_1000_MB", "CPU ms", times[2], 10 * times[1], "10 x 100 MB", 0.8)


def main():
    folder = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    media, work = os.path.join(folder, "media"), os.path.join(folder, "work")
    exhibit = os.path.join(folder, "build", "src", "cli", "exhibit")
    parts = {
        "speed": lambda s: in_process(folder, media, work),
        "memory": lambda s: memory(exhibit, media, work, s),
        "capture": lambda s: capture_bytes(exhibit, media, s),
        "program": lambda s: program(folder, exhibit, work, s),
        "growth": lambda s: growth(folder, exhibit, media, work, s),
    }
    unknown = [name for name in wanted if name not in parts]
    if unknown:
        sys.exit(f"figures_c2pa.py: no part {unknown[0]}; there are {' '.join(parts)}")
    for name, measure in parts.items():
        if not wanted or name in wanted:
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                measure(scratch)


if __name__ == "__main__":
    main()
