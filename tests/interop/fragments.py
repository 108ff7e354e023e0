"""CMAF segments signed with a Merkle map, by hand like by_hand.py, since c2pa-python cannot sign segments.

    init, segments = sign_cmaf(init, segments, identity)

Bytes in, bytes out. Spec: C2PA, "BMFF-Based Hash"; "Embedding manifests into BMFF-based assets".
"""

import hashlib
import struct

from by_hand import box, encode, store

C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
EXCLUSIONS = [{"xpath": "/uuid", "data": [{"offset": 8, "value": C2PA_UUID}]}, {"xpath": "/ftyp"}, {"xpath": "/mfra"}]
UNIQUE_ID = LOCAL_ID = 1


def c2pa_box(purpose, data):
    return box(b"uuid", C2PA_UUID + bytes(4) + purpose + b"\0" + data)


def root_boxes(data):
    """(type, start, end) of each root box; sizes fit into 32 bits here."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, at, at + size
        at += size


def digest(data):
    """Hash of a file: each root box that is not excluded, behind its offset."""
    h = hashlib.sha256()
    for kind, start, end in root_boxes(data):
        if kind in (b"ftyp", b"mfra") or data[start + 8:start + 24] == C2PA_UUID and kind == b"uuid":
            continue
        h.update(struct.pack(">Q", start))
        h.update(data[start:end])
    return h.digest()


def insert_before(data, kind, new):
    at = next(start for k, start, _ in root_boxes(data) if k == kind)
    return data[:at] + new + data[at:]


def tree(leaves):
    """Rows from the leaves to the root; an odd last node moves up unchanged."""
    rows = [leaves]
    while len(rows[-1]) > 1:
        row = rows[-1]
        up = [hashlib.sha256(a + b).digest() for a, b in zip(row[::2], row[1::2])]
        rows.append(up + row[len(up) * 2:])
    return rows


def proof(rows, location, known):
    """Siblings from a leaf up to row `known`, without those that are missing."""
    siblings = []
    for row in rows[:known]:
        if location ^ 1 < len(row):
            siblings.append(row[location ^ 1])
        location //= 2
    return siblings


def merkle_box(location, siblings):
    """Every box of a tree has the size of one with all siblings, so that sizes are known before hashes."""
    about = {"uniqueId": UNIQUE_ID, "localId": LOCAL_ID, "location": location}
    return c2pa_box(b"merkle", encode({**about, "hashes": siblings} if siblings else about))


def sign_cmaf(init, segments, identity, known=None):
    """An init segment and its media segments; the manifest holds row `known` of the tree, the root by default."""
    depth = len(tree([bytes(32)] * len(segments))) - 1
    known = depth if known is None else known

    def with_boxes(rows):
        return [insert_before(s, b"moof", merkle_box(i, proof(rows, i, known))) for i, s in enumerate(segments)]

    sized = with_boxes(tree([bytes(32)] * len(segments)))  # offsets count: sizes first, then hashes
    rows = tree([digest(s) for s in sized])

    def with_store(init_hash):
        binding = {"exclusions": EXCLUSIONS, "alg": "sha256", "name": "interop", "merkle": [
            {"uniqueId": UNIQUE_ID, "localId": LOCAL_ID, "count": len(segments), "alg": "sha256",
             "initHash": init_hash, "hashes": rows[known]}]}
        made = store("c2pa.hash.bmff.v3", binding, identity)
        return insert_before(init, b"moov", c2pa_box(b"manifest", bytes(8) + made))

    return with_store(digest(with_store(bytes(32)))), with_boxes(rows)
