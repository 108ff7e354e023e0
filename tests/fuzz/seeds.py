#!/usr/bin/env python3
"""Write the hand-made seeds of the fuzz corpora: tests/fuzz/seeds.py [FOLDER]

Small inputs with every feature of a format once. What fuzzing finds is added to the same folders.
"""

import os
import struct
import sys

CBOR = {
    "int": "1b7fffffffffffffff", "long-int": "1b0000000000000001", "negative": "3bffffffffffffffff",
    "bignum": "c249010000000000000000", "half": "f97bff", "single": "fa47c35000", "double": "fb3ff199999999999a",
    "simple": "83f0f8fff7", "date": "c074323032362d31312d32315430393a30303a30305a",
    "bytes": "5818" + "00" * 24, "pieces": "5f42010243030405ff", "text-pieces": "7f657374726561646d696e67ff",
    "array": "8301820203820405", "open-array": "9f018202039f0405ffff", "map": "a26161016162820203",
    "open-map": "bf61610161629f0203ffff", "unsorted": "a403000200010020f6", "map-key": "a2a1010200a1010300",
    "long-key": "a278016101616200", "nested": "a100" * 20 + "80", "wide": "b81a" + "".join(f"{i:02x}f6" for i in range(24)) + "1818f61819f6",
    # the shapes of C2PA
    "hashed-uri": "a26375726c7827" + b"self#jumbf=c2pa.assertions/c2pa.actions".hex() + "64686173684800112233445566" "77",
    "data-hash": "a56370616443000000" "6468617368" "42abcd" "63616c67" "66736861323536" "646e616d65" "61" "78"
                 "6a6578636c7573696f6e73" "81a265737461727414666c656e677468190da9",
    "cose": "d28443a10126a2637061644400000000677369675473743281a16376616c4130f65840" + "11" * 64,
}

JSON = {
    "object": '{"@context":{"exif":"http://ns.adobe.com/exif/1.0/"},"exif:GPSLatitude":"39,21.102N","n":[1,-2.5e+10,0]}',
    "escapes": '["\\"\\\\\\/\\b\\f\\n\\r\\t","\\u0000\\u00e9\\u20AC","\\uD83D\\uDCF7","é€📷\x7f"]',
    "numbers": "[0,-0,1,-9223372036854775808,9223372036854775807,18446744073709551615,0.5,1e5,1E-5,-1.25e+300]",
    "words": " [ true , false , null , { } , [ ] , \"\" ] ",
    "twice": '{"a":1,"a":2,"":{"":[]}}',
    "deep": "[" * 31 + "{}" + "]" * 31,
    "scalar": "-12.5", "string": '"text"',
}


def box(kind, *content, long=False):
    body = b"".join(content)
    if long:
        return struct.pack(">I4sQ", 1, kind, len(body) + 16) + body
    return struct.pack(">I4s", len(body) + 8, kind) + body


def uuid(kind):
    return kind + bytes.fromhex("00110010800000AA00389B71")


def superbox(kind, label, *content, salt=b"", long=False):
    desc = uuid(kind) + (b"\x13" if salt else b"\x03") + label + b"\0" + (box(b"c2sh", salt) if salt else b"")
    return box(b"jumb", box(b"jumd", desc), *content, long=long)


def store():
    actions = superbox(b"cbor", b"c2pa.actions.v2", box(b"cbor", bytes.fromhex("a167616374696f6e7380")), salt=b"s" * 16)
    metadata = superbox(b"json", b"c2pa.metadata", box(b"json", b'{"@context":{}}'), box(b"free", bytes(5)), salt=b"t" * 32)
    thumbnail = box(b"jumb", box(b"jumd", bytes.fromhex("40CB0C32BB8A489DA70B2AD6F47F4369"), b"\x03c2pa.thumbnail.claim\0"),
                    box(b"bfdb", b"\0image/jpeg\0"), box(b"bidb", b"\xff\xd8\xff\xd9"))
    return superbox(b"c2pa", b"c2pa", superbox(
        b"c2ma", b"urn:c2pa:00000000-0000-4000-8000-000000000000",
        superbox(b"c2as", b"c2pa.assertions", actions, metadata, thumbnail),
        superbox(b"c2cl", b"c2pa.claim.v2", box(b"cbor", b"\xa0")),
        superbox(b"c2cs", b"c2pa.signature", box(b"cbor", b"\xd2\x84\x40\xa0\xf6\x40"))))


def nested(depth):
    return superbox(b"c2pa", b"x", *([nested(depth - 1)] if depth > 1 else []))


JUMBF = {
    "store": store(), "padded": store() + bytes(7), "to-end": b"\0\0\0\0" + store()[4:], "nested": nested(16),
    "long": superbox(b"c2pa", b"c2pa", box(b"cbor", b"\xa0", long=True), long=True),
    "all-fields": box(b"jumb", box(b"jumd", uuid(b"c2pa"), b"\x1fa\0", b"\0\0\0\1", bytes(32), box(b"c2sh", b"u" * 16))),
    "private": box(b"jumb", box(b"jumd", uuid(b"c2pa"), b"\x13a\0", box(b"priv", b"!"), box(b"c2sh", b"u" * 32))),
    "unknown": box(b"jumb", box(b"jumd", b"?" * 16, b"\0"), box(b"\1\2\3\4", b""), box(b"jumb", box(b"jumd", b"!" * 16, b"\0"))),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    corpora = {
        "cbor": {name: bytes.fromhex(text) for name, text in CBOR.items()},
        "json": {name: text.encode() for name, text in JSON.items()},
        "jumbf": JUMBF,
    }
    for corpus, seeds in corpora.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
