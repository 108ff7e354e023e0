#!/usr/bin/env python3
"""Write the seeds that come out of signed files: tests/fuzz/seeds_signed.py BUILD [FOLDER]

Claims and signatures are cut out of tests/vectors; for what judges whole files, the digests in them are
made zero (zero_digests.c says why).
"""

import os
import struct
import subprocess
import sys

from seeds import box, superbox

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "..", "vectors", "c2pa-rs")
# Small ones, that differ.
WHOLE = ["es256.jpg", "claim-v1.jpg", "sha512.jpg", "metadata.jpg", "parent.jpg", "redacted.jpg", "stamped.jpg", "stamped-v1.jpg",
         "box-hash.jpg", "ps256.webp", "es384.avif", "es256.m4a", "merkle.m4a", "merkle-proofs.m4a", "fragmented.mp4", "update.m4a",
         "update.jpg", "sidecar.jpg.c2pa", "stamped-later.jpg"]
PARTS = ["es256.jpg", "claim-v1.jpg", "sha512.jpg", "ed25519.png", "ps256.webp", "es384.avif", "stamped.jpg", "redacted.jpg", "update.png"]


def boxes(data, at, end):
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        if size < 8 or at + size > end:
            return
        yield kind, at + 8, at + size
        at += size


def walk(data, at, end):
    """Every superbox below, as type and its content boxes."""
    inner = list(boxes(data, at, end))
    if not inner or inner[0][0] != b"jumd":
        return
    yield data[inner[0][1]:inner[0][1] + 4], [(kind, data[a:b]) for kind, a, b in inner[1:]]
    for kind, a, b in inner[1:]:
        if kind == b"jumb":
            yield from walk(data, a, b)


def compressed(store):
    """The last manifest of a store as a compressed one, whose Brotli is the bytes themselves (fuzz_crypto.h)."""
    *others, (_, a, b) = boxes(store, 8, len(store))
    inner = store[a - 8:b]
    label = inner[inner.index(b"jumd") + 21:].split(b"\0")[0]
    return superbox(b"c2pa", b"c2pa", *[store[x - 8:y] for _, x, y in others[1:]],
                    superbox(b"c2cm", label, box(b"brob", inner)))


def certificates(cose):
    """The byte strings of a signature that hold DER, leaf first; of a time-stamp, none."""
    at = 0
    while (at := cose.find(b"\x59", at)) >= 0:
        size = struct.unpack(">H", cose[at + 1:at + 3])[0]
        if cose[at + 3:at + 5] == b"\x30\x82" and struct.unpack(">H", cose[at + 5:at + 7])[0] + 4 == size:
            yield cose[at + 3:at + 3 + size]
            at += size
            if cose[at + 3:at + 4] != b"\x59":  # no more in this array
                return
        at += 1


def main():
    build = sys.argv[1]
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, "corpus")
    zero = os.path.join(build, "tests/fuzz/zero_digests")
    for corpus in ("cert", "claim", "cose", "fragments", "verify"):
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
    for name in PARTS:
        with open(os.path.join(VECTORS, name), "rb") as f:
            data = f.read()
        start = data.find(b"jumb\0\0\0\x1ejumdc2pa") - 4
        size = struct.unpack(">I", data[start:start + 4])[0]
        for kind, content in walk(data, start + 8, start + size):
            corpus = {b"c2cl": "claim", b"c2cs": "cose"}.get(kind)
            if corpus and content[0][0] == b"cbor" and len(content[0][1]) < 13000:
                with open(os.path.join(folder, corpus, name), "wb") as f:
                    f.write(content[0][1])
            if corpus == "cose":
                with open(os.path.join(folder, "cert", name), "wb") as f:
                    f.write(b"".join(certificates(content[0][1])))
    for name in WHOLE:
        subprocess.run([zero, os.path.join(folder, "verify", name), os.path.join(VECTORS, name)], check=True)
    with open(os.path.join(folder, "verify", "sidecar.jpg.c2pa"), "rb") as f:
        packed = compressed(f.read())
    with open(os.path.join(folder, "verify", "compressed.c2pa"), "wb") as f:
        f.write(packed)
    stream = [os.path.join(VECTORS, "cmaf", name) for name in ("init.mp4", *(f"seg-{i}.m4s" for i in range(1, 6)))]
    subprocess.run([zero, os.path.join(folder, "fragments", "cmaf"), *stream], check=True)


if __name__ == "__main__":
    main()
