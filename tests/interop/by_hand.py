"""A signer written from the specification alone: neither side's code is in it, and it signs with any certificate.

    data = sign_jpeg(data, identity)

Bytes in, bytes out; ES256 only. Spec: C2PA, "Manifests", "Claims", "Digital Signatures", "Embedding manifests".
"""

import hashlib
import struct
import uuid

import cbor2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509 import load_pem_x509_certificates

import peer

JUMBF_TYPE = bytes.fromhex("00110010800000AA00389B71")  # behind the four characters that differ


def encode(value):
    return cbor2.dumps(value, canonical=True)


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


def superbox(kind, label, *content):
    return box(b"jumb", box(b"jumd", kind + JUMBF_TYPE + b"\x03" + label.encode() + b"\0") + b"".join(content))


def cose_signature(claim, identity):
    key = serialization.load_pem_private_key(peer.read(identity.key), None)
    chain = [c.public_bytes(serialization.Encoding.DER) for c in load_pem_x509_certificates(peer.read(identity.chain))]
    protected = encode({1: -7, 33: chain})
    to_sign = encode(["Signature1", protected, b"", claim])
    r, s = utils.decode_dss_signature(key.sign(to_sign, ec.ECDSA(hashes.SHA256())))
    return b"\xd2" + encode([protected, {}, None, r.to_bytes(32, "big") + s.to_bytes(32, "big")])


def store(binding_label, binding, identity):
    """A manifest store with actions and one hard binding."""
    label = f"urn:c2pa:{uuid.uuid4()}"
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": peer.DIGITAL_CAPTURE}]}
    assertions = {"c2pa.actions.v2": actions, binding_label: binding}
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


def sign_jpeg(data, identity):
    """A JPEG with its store in one APP11 segment behind SOI, under c2pa.hash.data."""
    def segment(length):
        binding = {"exclusions": [{"start": 2, "length": length}], "alg": "sha256", "name": "interop", "pad": b"",
                   "hash": hashlib.sha256(data).digest()}  # what lies outside the exclusion is the whole input
        body = b"JP" + struct.pack(">HI", 1, 1) + store("c2pa.hash.data", binding, identity)
        return struct.pack(">HH", 0xFFEB, 2 + len(body)) + body

    length = len(segment(4000))  # any number of that width in CBOR gives the same size
    return data[:2] + segment(length) + data[2:]
