#!/usr/bin/env python3
"""Write the hand-made seeds of corpus/binding: tests/fuzz/seeds_binding.py [FOLDER]

Assets of seeds_media.py with an assertion that matches them, by the hash of fuzz_binding.c.
"""

import os
import struct
import sys

from seeds_media import JPEG, PNG, RIFF, STORE, app11, chunk, riff

BOXES, SIDECAR, UPDATED, NO_ALG = 1, 2, 4, 8
ALGORITHMS = {"sha256": (1, 32), "sha384": (2, 48), "sha512": (3, 64)}


def digest(data, alg="sha256"):
    value, size = ALGORITHMS[alg]
    for byte in data:
        value = (value * 0x100000001B3 + byte + 1) % 2**64
    return (struct.pack("<Q", value) * 8)[:size]


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    return bytes([major << 5 | 24, n]) if n < 256 else bytes([major << 5 | 25]) + struct.pack(">H", n)


def cbor(value):
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def seed(flags, assertion, asset):
    data = cbor(assertion)
    return bytes([flags]) + struct.pack(">H", len(data)) + data + asset


def data_hash(asset, *exclusions, alg="sha256", flags=0, hashed=None):
    """exclusions are (start, length), in order; hashed: the asset as it was signed."""
    at, kept = 0, b""
    source = hashed or asset
    for start, length in exclusions:
        kept, at = kept + source[at:start], start + length
    kept += source[at:]
    assertion = {"exclusions": [{"start": s, "length": n} for s, n in exclusions], "alg": alg,
                 "hash": digest(kept, alg), "pad": b""}
    if not exclusions:
        del assertion["exclusions"]
    return seed(flags, assertion, asset)


def box_hash(asset, *groups, flags=BOXES):
    """groups are (names, start, end); names as text, separated by commas."""
    listed = [{"names": names.split(","), "hash": b"\0" if names == "C2PA" else digest(asset[start:end]), "pad": b""}
              for names, start, end in groups]
    return seed(flags, {"boxes": listed, "alg": "sha256"}, asset)


def where(asset, carrier):
    return asset.index(carrier), len(carrier)


JPEG_STORE = where(JPEG["store"], app11(STORE))
PNG_STORE = where(PNG["store"], chunk(b"caBX", STORE))
RIFF_STORE = where(RIFF["webp-store"], riff(b"C2PA", STORE))
SHORT = b"\xff\xd8" + app11(STORE) + b"\xff\xda\0\2ab\xff\xd0cd\xff\xd9"
END = len(SHORT)
SCAN = END - 12  # SOS, "ab", RST0, "cd", EOI

BINDING = {
    "data-jpeg": data_hash(JPEG["store"], JPEG_STORE),
    "data-png": data_hash(PNG["store"], PNG_STORE, alg="sha512"),
    "data-riff": data_hash(RIFF["webp-store"], RIFF_STORE, alg="sha384"),
    "data-more": data_hash(JPEG["store"], JPEG_STORE, (JPEG_STORE[0] + JPEG_STORE[1] + 4, 10)),
    "data-wide": data_hash(JPEG["store"], (0, JPEG_STORE[0] + JPEG_STORE[1])),
    "data-sidecar": data_hash(JPEG["plain"], flags=SIDECAR),
    "data-updated": data_hash(JPEG["parts"], (2, 62), flags=UPDATED,
                              hashed=JPEG["parts"].replace(app11(STORE, 200), bytes(62))),
    "boxes-jpeg": box_hash(SHORT, ("SOI", 0, 2), ("C2PA", 0, 0), ("SOS,RST0,EOI", SCAN, END)),
    "boxes-restart": box_hash(SHORT, ("SOI", 0, 2), ("C2PA", 0, 0), ("SOS", SCAN, END - 2), ("RST0", SCAN + 6, SCAN + 8),
                              ("EOI", END - 2, END)),
    "boxes-after": box_hash(SHORT + b"more", ("SOI", 0, 2), ("C2PA", 0, 0), ("SOS,RST0,EOI", SCAN, END),
                            ("c2pa.after", END, END + 4)),
    "boxes-png": box_hash(PNG["store"], ("PNGh,IHDR", 0, 33), ("C2PA", 0, 0),
                          ("IDAT,IEND", PNG_STORE[0] + PNG_STORE[1], len(PNG["store"]))),
    "boxes-riff": box_hash(RIFF["webp-store"], ("WEBP,VP8X", 0, 30), ("VP8 ,EXIF", 30, RIFF_STORE[0]), ("C2PA", 0, 0)),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    os.makedirs(os.path.join(folder, "binding"), exist_ok=True)
    for name, data in BINDING.items():
        with open(os.path.join(folder, "binding", name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
