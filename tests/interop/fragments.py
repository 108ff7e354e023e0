"""Fragmented MP4 signed with Merkle maps, written from the specification alone: neither side's code is in it.

    init, segments = sign_cmaf(init, segments, identity, rows=0)

Bytes in, bytes out; ES256 only. Spec: C2PA, "BMFF-Based Hash"; "Embedding manifests into BMFF-based assets".
"""

import hashlib
import struct
import uuid

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificates

import peer

C2PA_UUID = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
JUMBF_TYPE = bytes.fromhex("00110010800000AA00389B71")  # behind the four characters that differ
EXCLUSIONS = [{"xpath": "/uuid", "data": [{"offset": 8, "value": C2PA_UUID}]}, {"xpath": "/ftyp"}, {"xpath": "/mfra"}]
UNIQUE_ID = LOCAL_ID = 1


def encode(value):
    return cbor2.dumps(value, canonical=True)


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def superbox(kind, label, *content):
    return box(b"jumb", box(b"jumd", kind + JUMBF_TYPE + b"\x03" + label.encode() + b"\0") + b"".join(content))


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


def cose_signature(claim, identity):
    key = serialization.load_pem_private_key(peer.read(identity.key), None)
    chain = [c.public_bytes(serialization.Encoding.DER) for c in load_pem_x509_certificates(peer.read(identity.chain))]
    protected = encode({1: -7, 33: chain})
    to_sign = encode(["Signature1", protected, b"", claim])
    r, s = utils.decode_dss_signature(key.sign(to_sign, ec.ECDSA(hashes.SHA256())))
    return b"\xd2" + encode([protected, {}, None, r.to_bytes(32, "big") + s.to_bytes(32, "big")])


def store(binding, identity):
    """A manifest store with actions and that hard binding."""
    label = f"urn:c2pa:{uuid.uuid4()}"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": peer.DIGITAL_CAPTURE}]}
    assertions = {"c2pa.actions.v2": actions, "c2pa.hash.bmff.v3": binding}
    boxes = {name: superbox(b"cbor", name, box(b"cbor", encode(value))) for name, value in assertions.items()}
    claim = encode({
        "instanceID": f"xmp:iid:{uuid.uuid4()}", "claim_generator_info": {"name": "interop"}, "alg": "sha256",
        "signature": f"self#jumbf=/c2pa/{label}/c2pa.signature",
        "created_assertions": [{"url": f"self#jumbf=c2pa.assertions/{name}", "hash": hashlib.sha256(b[8:]).digest()}
                               for name, b in boxes.items()],
    })
    return superbox(b"c2pa", "c2pa", superbox(
        b"c2ma", label,
        superbox(b"c2as", "c2pa.assertions", *boxes.values()),
        superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", claim)),
        superbox(b"c2cs", "c2pa.signature", box(b"cbor", cose_signature(claim, identity)))))


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
        return insert_before(init, b"moov", c2pa_box(b"manifest", bytes(8) + store(binding, identity)))

    return with_store(digest(with_store(bytes(32)))), with_boxes(rows)
