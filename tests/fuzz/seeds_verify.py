#!/usr/bin/env python3
"""Write signed seeds that no tool at hand makes: tests/fuzz/seeds_verify.py [FOLDER]

Every digest is zero and every signature holds, as fuzz_crypto.h has it, so a manifest is just its text.
"""

import os
import struct
import sys

from seeds import box, superbox
from seeds_media import APP0, PICTURE, app11, segment

ZERO = bytes(32)
TOKEN = b"\x30\x00\x00\x40"  # its last byte decides what it is judged to be
LABEL = "urn:c2pa:%08d-0000-4000-8000-000000000000"


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


def head(major, n):
    for info, form, limit in ((24, "B", 1 << 8), (25, "H", 1 << 16), (26, "I", 1 << 32), (27, "Q", 1 << 64)):
        if n < 24:
            return bytes([major << 5 | n])
        if n < limit:
            return bytes([major << 5 | info]) + struct.pack(">" + form, n)


def enc(v):
    if v is None or isinstance(v, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[v]
    if isinstance(v, float):
        return b"\xfb" + struct.pack(">d", v)
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(enc, v))
    if isinstance(v, Tag):
        return head(6, v.number) + enc(v.value)
    return head(5, len(v)) + b"".join(k + x for k, x in sorted((enc(k), enc(x)) for k, x in v.items()))


def uri(label, manifest=None, **more):
    url = f"self#jumbf=/c2pa/{manifest}/c2pa.assertions/{label}" if manifest else f"self#jumbf=c2pa.assertions/{label}"
    return {"url": url, "hash": ZERO, **more}


def actions(*items):
    return "c2pa.actions.v2", {"actions": list(items) or [
        {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]}


def manifest(number, *assertions, update=False, leaf=b"\x30\x00\xff", unprotected=None, protected=None, claim=None, gathered=(), more=()):
    """assertions: label and content; a dict is CBOR, text is JSON, bytes are a picture."""
    boxes = []
    for label, content in assertions:
        if isinstance(content, dict):
            boxes.append(superbox(b"cbor", label.encode(), box(b"cbor", enc(content))))
        elif isinstance(content, str):
            boxes.append(superbox(b"json", label.encode(), box(b"json", content.encode())))
        else:
            desc = bytes.fromhex("40CB0C32BB8A489DA70B2AD6F47F4369") + b"\x03" + label.encode() + b"\0"
            boxes.append(box(b"jumb", box(b"jumd", desc), box(b"bfdb", b"\0image/jpeg\0"), box(b"bidb", content)))
    fields = {
        "instanceID": f"xmp:iid:{number}", "claim_generator_info": {"name": "seeds", "version": "1"}, "alg": "sha256",
        "signature": "self#jumbf=c2pa.signature", "created_assertions": [uri(label) for label, _ in assertions if label not in gathered],
        **({"gathered_assertions": [uri(label) for label in gathered]} if gathered else {}), **(claim or {})}
    fields = {k: v for k, v in fields.items() if v is not None}
    cose = Tag(18, [enc({1: -7, 33: leaf, **(protected or {})}), unprotected or {}, None, bytes(63) + b"\x40"])
    return superbox(b"c2um" if update else b"c2ma", (LABEL % number).encode(), superbox(b"c2as", b"c2pa.assertions", *boxes), *more,
                    superbox(b"c2cl", b"c2pa.claim.v2", box(b"cbor", enc(fields))),
                    superbox(b"c2cs", b"c2pa.signature", box(b"cbor", enc(cose))))


def data_hash(length, **more):
    return "c2pa.hash.data", {"exclusions": [{"start": 20, "length": length}], "alg": "sha256", "hash": ZERO, "pad": b"", **more}


def jpeg(make, exif=b""):
    """make(length) gives the manifests; the length of the segments is what it was told."""
    length = 1000
    for _ in range(4):
        store = superbox(b"c2pa", b"c2pa", *make(length))
        carried = app11(store)
        if len(carried) == length:
            break
        length = len(carried)
    return b"\xff\xd8" + APP0 + carried + exif + PICTURE


def simple(*assertions, **options):
    return jpeg(lambda n: [manifest(1, actions(), data_hash(n), *assertions, **options)])


def ingredient(number, relationship="parentOf", **more):
    return {"relationship": relationship, "activeManifest": {"url": f"self#jumbf=/c2pa/{LABEL % number}", "hash": ZERO},
            "claimSignature": {"url": f"self#jumbf=/c2pa/{LABEL % number}/c2pa.signature", "hash": ZERO},
            "validationResults": {"activeManifest": {"success": [{"code": "claimSignature.validated", "url": "self#jumbf=c2pa.signature"}],
                                                     "informational": [], "failure": []}}, **more}


def opened(**more):
    return actions({"action": "c2pa.opened", "parameters": {"ingredients": [uri("c2pa.ingredient.v3")]}, **more})


def parent(claim=None, action=None, second=None, of_first=(), **options):
    """A manifest, which lists assertions that are gone, and another one over it."""
    listed = {"created_assertions": [uri(label) for label in ("c2pa.actions.v2", "c2pa.hash.data", *of_first)]}
    return jpeg(lambda n: [manifest(1, actions(), data_hash(n), claim=listed, **options),
                           manifest(2, action or opened(), ("c2pa.ingredient.v3", ingredient(1)), data_hash(n), *(second or []), claim=claim)])


def updated(*assertions, **options):
    return jpeg(lambda n: [manifest(1, actions(), data_hash(n)), manifest(2, opened(), ("c2pa.ingredient.v3", ingredient(1)), *assertions,
                                                                          update=True, **options)])


def boxes(*names, **more):
    return "c2pa.hash.boxes", {"alg": "sha256", "boxes": [{"names": [n], "hash": b"\0" if n == "C2PA" else ZERO, "pad": b"", **more}
                                                          for n in names]}


JPEG_NAMES = ["SOI", "APP0", "C2PA", "DQT", "SOF0", "DHT", "SOS", "RST0", "RST1", "EOI"]
STAMP = {"sigTst2": {"tstTokens": [{"val": TOKEN}]}}
CAPTURE = {
    "camera_id": "camera-1", "start_frame": 1, "end_frame": 9, "captured_at": Tag(0, "2026-11-21T09:00:00Z"),
    "local_time": "2026-11-21T10:00:00+01:00", "clock": {"source": "ntp", "offset_ms": -3, "uncertainty_ms": 10},
    "position": {"lat": 52.5, "lon": 13.4, "alt": 34.0, "accuracy_m": 5.0, "source": "gnss"}, "prev": ZERO}
METADATA = '{"@context":{"exif":"http://ns.adobe.com/exif/1.0/"},"exif:GPSLatitude":"52,30.0N"}'


def circle(n):
    """Two manifests that are each other's parent."""
    return [manifest(i, opened(), ("c2pa.ingredient.v3", ingredient(3 - i)), data_hash(n)) for i in (1, 2)]


def diamond(n):
    first = manifest(1, actions(), data_hash(n))
    sides = [manifest(i, opened(), ("c2pa.ingredient.v3", ingredient(1)), data_hash(n)) for i in (2, 3)]
    both = actions({"action": "c2pa.created", "digitalSourceType": "composite"},
                   *[{"action": "c2pa.placed", "parameters": {"ingredients": [uri(f"c2pa.ingredient.v3{s}")]}} for s in ("", "__1")])
    return [first, *sides, manifest(4, both, ("c2pa.ingredient.v3", ingredient(2, "componentOf")),
                                    ("c2pa.ingredient.v3__1", ingredient(3, "componentOf")), data_hash(n))]


def multi(n):
    first = {"location": {"byteOffset": 0, "length": 20 + n + len(PICTURE)}, "hashAssertion": uri("c2pa.hash.data.part")}
    rest = {"location": {"byteOffset": 20 + n + len(PICTURE), "length": 30}, "hashAssertion": uri("c2pa.hash.data.part__1")}
    return [manifest(1, actions(), data_hash(n, hash=b"\1" * 32),
                     ("c2pa.hash.multi-asset", {"parts": [first, {**rest, "optional": True}]}),
                     ("c2pa.hash.data.part", data_hash(n)[1]), ("c2pa.hash.data.part__1", {"alg": "sha256", "hash": ZERO, "pad": b""}))]


REDACTED = f"self#jumbf=/c2pa/{LABEL % 1}/c2pa.assertions/c2pa.metadata"

VERIFY = {
    "plain": simple(), "stamped": simple(unprotected=STAMP), "iat": simple(protected={"iat": Tag(1, 1800000000)}),
    "padded": simple(unprotected={"pad": bytes(50), "pad2": bytes(3), **STAMP}),
    "capture": simple(("org.exhibit.capture", CAPTURE), ("c2pa.metadata", METADATA), ("c2pa.thumbnail.claim", b"\xff\xd8\xff\xd9")),
    "capture-gathered": simple(("org.exhibit.capture", {**CAPTURE, "position": {"reason": "no receiver"}}), gathered=("org.exhibit.capture",)),
    "other-camera": simple(("org.exhibit.capture", {**CAPTURE, "camera_id": "camera-2"})),
    "disallowed": simple(("c2pa.metadata", '{"@context":{"x":"http://x/"},"x:secret":1}')),
    "soft": simple(("c2pa.soft-binding", {"alg": "x", "blocks": [{"scope": {}, "value": b"v"}]}),
                   ("c2pa.cloud-data", {"label": "c2pa.metadata", "size": 1, "location": {"url": "https://a.example", "hash": ZERO, "alg": "sha256"}})),
    "no-alg": simple(claim={"alg": None}), "sha384": simple(claim={"alg": "sha384"}), "md5": simple(claim={"alg": "md5"}),
    "two-bindings": jpeg(lambda n: [manifest(1, actions(), data_hash(n), boxes(*JPEG_NAMES))]),
    "no-binding": jpeg(lambda n: [manifest(1, actions())]),
    "boxes": jpeg(lambda n: [manifest(1, actions(), boxes(*JPEG_NAMES))]),
    "boxes-excluded": jpeg(lambda n: [manifest(1, actions(), boxes(*JPEG_NAMES, excluded=True))]),
    "boxes-short": jpeg(lambda n: [manifest(1, actions(), boxes(*JPEG_NAMES[:-2]))]),
    "boxes-other": jpeg(lambda n: [manifest(1, actions(), boxes(*JPEG_NAMES[:3], "APP7", *JPEG_NAMES[3:]))]),
    "collection": jpeg(lambda n: [manifest(1, actions(), ("c2pa.hash.collection.data", {"alg": "sha256", "uris": []}))]),
    "multi-asset": jpeg(multi) + bytes(30), "multi-asset-cut": jpeg(multi), "circle": jpeg(circle), "diamond": jpeg(diamond),
    "parent": parent(), "parent-stranger": parent(leaf=b"\x30\x00\x04"),
    "missing-parent": jpeg(lambda n: [manifest(2, opened(), ("c2pa.ingredient.v3", ingredient(1)), data_hash(n))]),
    "redacted": parent(of_first=("c2pa.metadata",), claim={"redacted_assertions": [REDACTED]}, second=[
        ("c2pa.actions.v2__1", {"actions": [{"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": REDACTED}}]})]),
    "stamped-later": updated(("c2pa.time-stamp", {LABEL % 1: TOKEN})),
    "status": updated(("c2pa.time-stamp", {LABEL % 1: TOKEN}), ("c2pa.certificate-status", {"ocspVals": [b"\x30\x03", b"\x30\x04"]})),
    "update-bound": updated(data_hash(1)),
    "undeclared": simple(claim={"created_assertions": [uri("c2pa.actions.v2"), uri("c2pa.hash.data"), uri("c2pa.absent")]}, more=()),
    "databoxes": simple(more=[superbox(b"c2db", b"c2pa.databoxes", superbox(b"cbor", b"c2pa.data", box(b"cbor", enc({"data": b"x"})))),
                              superbox(b"c2vc", b"c2pa.credentials", superbox(b"json", b"vc", box(b"json", b"{}")))]),
    "remote": b"\xff\xd8" + APP0 + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x dcterms:provenance=\"https://a.example/c\"/>") + PICTURE,
}
for code in range(1, 8):  # fuzz_crypto.c: what may be wrong with a certificate
    VERIFY[f"leaf-{code}"] = simple(leaf=b"\x30\x00" + bytes([code]))
for code in range(6):  # and with an OCSP response; stamped, because else it does not count
    VERIFY[f"ocsp-{code}"] = simple(unprotected={**STAMP, "rVals": {"ocspVals": [b"\x30" + bytes([code + 6 * 9])]}})
for code in (1, 2, 3, 4, 5, 6):
    VERIFY[f"stamp-{code}"] = simple(unprotected={"sigTst2": {"tstTokens": [{"val": b"\x30" + bytes([code])}]}})


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    os.makedirs(os.path.join(folder, "verify"), exist_ok=True)
    for name, data in VERIFY.items():
        with open(os.path.join(folder, "verify", name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
