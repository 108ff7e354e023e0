"""Every format, both ways: they sign and we judge, we sign and they judge."""

import os
import subprocess

import judge
import peer


def names(w):
    return sorted(n for n in os.listdir(w.media_folder) if os.path.isfile(w.media(n)))


def complaint(path):
    """What a decoder has against it; empty when it decodes."""
    if path.endswith((".heic", ".heif", ".avif")):
        command = ["heif-convert", path, path + ".decoded.png"]
    else:
        command = ["ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stderr or (f"exit {done.returncode}" if done.returncode else "")


def run(t, w):
    for name in names(w):
        theirs = w.path("formats", "theirs-" + name)
        peer.sign(w.media(name), theirs, w.them)
        judge.agree_both_ways(t, w, f"they sign {name}", theirs)

        ours = w.path("formats", "ours-" + name)
        w.exhibit.sign(w.media(name), ours, w.us)
        judge.agree_both_ways(t, w, f"we sign {name}", ours)
        t.same(complaint(ours), "", f"we sign {name}: it still decodes")
