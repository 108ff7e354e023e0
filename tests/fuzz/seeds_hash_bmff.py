#!/usr/bin/env python3
"""Write the hand-made seeds of fuzz_hash_bmff: tests/fuzz/seeds_hash_bmff.py [FOLDER]

Each kind of binding once, with the digests of the target's own hash, so that it matches; and once with
digests of zeros for the hash under which everything matches.
"""

import os
import struct
import sys

UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
SHA256 = 1  # value of the enum: the hash begins with it


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    if n < 256:
        return bytes([major << 5 | 24, n])
    return bytes([major << 5 | 25]) + struct.pack(">H", n)


def cbor(v):
    if isinstance(v, bool):
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v)) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor, v))
    items = sorted((cbor(k), cbor(x)) for k, x in v.items())
    return head(5, len(items)) + b"".join(k + x for k, x in items)


class Hash:
    """The target's polynomial, or zeros."""

    def __init__(self, zeros):
        self.zeros = zeros

    def __call__(self, *parts):
        value = SHA256
        for byte in b"".join(parts):
            value = (value * 0x100000001B3 + byte + 1) % 2**64
        return bytes(32) if self.zeros else struct.pack("<Q", value) * 4


def box(kind, *content):
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


def c2pa(purpose, *content):
    return box(b"uuid", UUID, bytes(4), purpose, b"\0", *content)


def store():
    jumd = box(b"jumd", b"c2pa", bytes.fromhex("00110010800000AA00389B71"), b"\x03c2pa\0")
    return box(b"jumb", jumd)


def roots(file):
    at = 0
    while at < len(file):
        n = struct.unpack(">I", file[at:at + 4])[0]
        yield at, file[at + 4:at + 8], file[at:at + n]
        at += n


def parts(file, begin=0, end=None, heads=False):
    """What is hashed: offset and box of each root box; of mdat only its first 16 bytes, if heads."""
    out = []
    for at, kind, data in roots(file):
        ours = kind == b"uuid" and data[8:24] == UUID
        if at < begin or (end is not None and at >= end) or kind in (b"ftyp", b"mfra") or ours:
            continue
        out += [struct.pack(">Q", at), data[:16] if heads and kind == b"mdat" else data]
    return out


MANDATORY = [{"xpath": "/uuid", "data": [{"offset": 8, "value": UUID}]}, {"xpath": "/ftyp"}, {"xpath": "/mfra"}]
HEADS = {"xpath": "/mdat", "subset": [{"offset": 16, "length": 0}]}
FTYP = box(b"ftyp", b"isom\0\0\0\0isom")
MANIFEST = c2pa(b"manifest", bytes(8), store())


def rows(h, leaves):
    out = [leaves]
    while len(out[-1]) > 1:
        below = out[-1]
        out.append([h(*below[i:i + 2]) if i + 1 < len(below) else below[i] for i in range(0, len(below), 2)])
    return out


def proof(tree, leaf, level):
    return [tree[i][leaf >> i ^ 1] for i in range(level) if leaf >> i ^ 1 < len(tree[i])]


def place(tree, leaf, level, local=0):
    m = {"uniqueId": 1, "localId": local, "location": leaf}
    hashes = proof(tree, leaf, level)
    if hashes:
        m["hashes"] = hashes
    return c2pa(b"merkle", cbor(m), bytes(4))


def seed(flags, assertion, file, segments=()):
    a = cbor(assertion)
    sizes = b"".join(struct.pack(">H", len(s)) for s in segments)
    return struct.pack(">BHB", flags, len(a), len(segments)) + sizes + a + b"".join(segments) + file


def whole(h, flags):
    moov = box(b"moov", box(b"trak", box(b"tkhd", bytes(8))))
    file = FTYP + MANIFEST + moov + box(b"free") + box(b"mdat", b"media") + box(b"mfra", b"")
    yield "whole", seed(flags, {"exclusions": MANDATORY, "alg": "sha256", "hash": h(*parts(file))}, file)
    more = [
        {"xpath": "/moov[1]/trak/tkhd", "version": 0, "flags": bytes(3), "exact": False, "subset": [{"offset": 12, "length": 2}]},
        {"xpath": "/free", "length": 8},
    ]
    yield "more", seed(flags, {"exclusions": MANDATORY + more, "hash": bytes(32)}, file)
    yield "version2", seed(flags | 2, {"exclusions": MANDATORY, "alg": "sha256", "hash": h(*parts(file))}, file)


def blocks(h, flags):
    payload = bytes(range(60))
    for name, level, sizes in (("fixed", 0, 10), ("fixed-row", 1, 10), ("listed", 2, [20, 1, 39]), ("one", 0, None)):
        cut = [10] * 6 if sizes == 10 else sizes or [60]
        at, leaves = 0, []
        for n in cut:
            leaves.append(h(payload[at:at + n]))
            at += n
        tree = rows(h, leaves)
        level = min(level, len(tree) - 1)
        file = FTYP + MANIFEST + box(b"moov") + box(b"mdat", bytes(8), payload)
        if name != "listed":
            file += b"".join(place(tree, i, level) for i in range(len(leaves)))
        m = {"uniqueId": 1, "localId": 0, "count": len(leaves), "hashes": tree[level]}
        if sizes:
            m["fixedBlockSize" if sizes == 10 else "variableBlockSizes"] = sizes
        hashed = h(*parts(file, heads=True))
        yield "blocks-" + name, seed(flags, {"exclusions": MANDATORY + [HEADS], "alg": "sha256", "hash": hashed, "merkle": [m]}, file)


def fragment(i):
    return box(b"moof", box(b"mfhd", bytes([0] * 7 + [i]))) + box(b"mdat", bytes([i] * 9))


def flat(h, flags):
    for name, n, level in (("flat", 3, 0), ("flat-row", 3, 1)):
        tree = rows(h, [bytes(32)] * n)
        for _ in range(2):  # the proofs need the leaves, and these need the sizes of the proofs
            file, moofs = FTYP + MANIFEST + box(b"moov"), []
            for i in range(n):
                file += place(tree, i, level, 1)
                moofs.append(len(file))
                file += fragment(i)
            file += box(b"mfra")
            ends = moofs[1:] + [len(file)]
            tree = rows(h, [h(*parts(file, b, e)) for b, e in zip(moofs, ends)])
        m = {"uniqueId": 1, "localId": 1, "count": n, "hashes": tree[level], "initHash": h(*parts(file, 0, moofs[0]))}
        yield name, seed(flags, {"exclusions": MANDATORY, "alg": "sha256", "merkle": [m]}, file)


def segments(h, flags):
    for name, n, level in (("segments", 2, 0), ("segments-row", 3, 1)):
        init = FTYP + MANIFEST + box(b"moov", box(b"mvhd"))
        tree = rows(h, [bytes(32)] * n)
        for _ in range(2):
            files = [box(b"styp", b"msdh") + place(tree, i, level, 1) + fragment(i) for i in range(n)]
            tree = rows(h, [h(*parts(f)) for f in files])
        m = {"uniqueId": 1, "localId": 1, "count": n, "hashes": tree[level], "initHash": h(*parts(init))}
        assertion = {"exclusions": MANDATORY, "alg": "sha256", "merkle": [m]}
        yield name, seed(flags, assertion, init, files)
        yield name + "-missing", seed(flags, assertion, init, files[:1])


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "corpus", "hash_bmff")
    os.makedirs(folder, exist_ok=True)
    for flags, suffix in ((0, ""), (1, "-zeros")):
        h = Hash(flags == 1)
        for make in (whole, blocks, flat, segments):
            for name, data in make(h, flags):
                with open(os.path.join(folder, name + suffix), "wb") as f:
                    f.write(data)


main()
