"""CMAF: an init segment and media segments under one Merkle tree. c2pa-python judges one segment at a time, we all."""

import glob
import os

import fragments
import judge
import peer


def tracks(w):
    """{track: (init, [segments])} as bytes, out of the generated stream."""
    def parts(pattern):
        return [peer.read(path) for path in sorted(glob.glob(os.path.join(w.media("cmaf"), pattern)))]

    return {track: (parts(f"init-{track}.mp4")[0], parts(f"seg-{track}-?.m4s")) for track in ("0", "1")}


def write(w, name, init, segments):
    """Paths of the parts, in order, in a folder of their own."""
    paths = [w.path("fragments", name, "init.mp4")]
    paths += [w.path("fragments", name, f"seg-{i:03}.m4s") for i in range(1, len(segments) + 1)]
    for path, data in zip(paths, [init, *segments]):
        with open(path, "wb") as f:
            f.write(data)
    return paths


def ours(w, paths, roots):
    return w.exhibit.verify(paths[0], roots, (), *(["--fragments", *paths[1:]] if paths[1:] else []))


def sound(t, w, name, paths):
    for segment in paths[1:]:
        theirs = peer.verify_fragment(paths[0], segment, w.roots)
        t.same(theirs.state, "Trusted", f"{name}: Trusted for c2pa-python, {os.path.basename(segment)}")
    mine = ours(w, paths, w.roots)
    t.ok((mine.state, mine.exit) == ("Trusted", 0), f"{name}: Trusted for us", f"{mine}, exit {mine.exit}")
    found = judge.differences(mine, peer.verify_fragment(paths[0], paths[-1], w.roots))
    t.ok(not found, f"{name}: the same status codes", found)
    mine = ours(w, paths, ())
    t.ok((mine.state, mine.exit) == ("Valid", 3), f"{name}: Valid for us without roots", f"{mine}, exit {mine.exit}")


def unsound(t, w, name, paths, exit_code):
    mine = ours(w, paths, w.roots)
    told = mine.failure & {"assertion.bmffHash.mismatch", "assertion.bmffHash.malformed"}
    t.ok(mine.state == "Invalid" and mine.exit == exit_code and told, name, f"{mine}, exit {mine.exit}")


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def damage(t, w, track, init, segments):
    swapped = [segments[0], segments[2], segments[1], *segments[3:]]
    doubled = [segments[0], segments[0], *segments[2:]]
    for name, parts, exit_code in (
            ("a bit of a segment", (init, [*segments[:2], flipped(segments[2], -40), *segments[3:]]), 1),
            ("a bit of the init segment", (flipped(init, -20), segments), 1),
            ("two segments exchanged", (init, swapped), 1),
            ("a segment twice", (init, doubled), 1),
            ("a segment missing", (init, segments[:2] + segments[3:]), 5),
            ("the last segment missing", (init, segments[:-1]), 5),
            ("an unsigned segment", (init, [*segments[:2], tracks(w)[track][1][2], *segments[3:]]), 1),
            ("no segment at all", (init, []), 5)):
        unsound(t, w, f"track {track}: {name}", write(w, f"damage-{track}-{name.replace(' ', '-')}", *parts), exit_code)


def we_sign(t, w, track, init, segments):
    """Our own signer; with more than 64 segments it puts proofs into them."""
    for name, parts in (("few", segments), ("many", (segments * 30)[:70])):
        paths = write(w, f"ours-{track}-{name}-in", init, parts)
        target = w.path("fragments", f"ours-{track}-{name}")
        w.exhibit.run("sign", *paths, "-o", target, "--key", w.us.key, "--cert", w.us.chain,
                      "--source-type", "digitalCreation", check=True)
        signed = [os.path.join(target, os.path.basename(path)) for path in paths]
        sound(t, w, f"track {track}, we sign {name}", signed)


def run(t, w):
    for track, (init, segments) in tracks(w).items():
        depth = len(fragments.tree([b""] * len(segments))) - 1
        for known in range(depth + 1):
            signed = fragments.sign_cmaf(init, segments, w.them, known)
            sound(t, w, f"track {track}, row {known} in the manifest", write(w, f"{track}-{known}", *signed))
        damage(t, w, track, *signed)
        we_sign(t, w, track, init, segments)
        one = fragments.sign_cmaf(init, segments[:1], w.them)
        sound(t, w, f"track {track}, one segment", write(w, f"{track}-one", *one))
