#!/usr/bin/env python3
"""Write the hand-made seeds of the containers' fuzz corpora: tests/fuzz/seeds_media.py [FOLDER]

Files of a few hundred bytes that have every structure the readers look at, and no picture.
"""

import os
import struct
import sys
import zlib

from seeds import box, store

STORE = store()


# JPEG


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def app11(data, room=65517, instance=0x0211):
    """A box in JPEG XT marker segments: the first holds its start, the others repeat its head."""
    out, head, packet = b"", data[:8], 1
    while data:
        part, data = data[:room], data[room:]
        out += segment(0xEB, b"JP" + struct.pack(">HI", instance, packet) + (head if packet > 1 else b"") + part)
        packet += 1
    return out


APP0 = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
EXIF = segment(0xE1, b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
TABLES = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0") + segment(0xC4, bytes(17))
SCAN = segment(0xDA, b"\1\1\0\0?\0") + b"\x12\xff\0\x34\xff\xd0\x56\xff\xd1\x78"
EOI = b"\xff\xd9"
PICTURE = TABLES + SCAN + EOI
OTHER = app11(box(b"jumb", box(b"jumd", b"????????????????\3other\0"), box(b"bidb", b"x" * 30)), instance=0x0212)

JPEG = {
    "plain": b"\xff\xd8" + APP0 + PICTURE,
    "exif": b"\xff\xd8" + APP0 + EXIF + segment(0xFE, b"comment") + PICTURE,
    "store": b"\xff\xd8" + APP0 + app11(STORE) + EXIF + PICTURE,
    "parts": b"\xff\xd8" + app11(STORE, 200) + PICTURE,
    "two": b"\xff\xd8" + APP0 + app11(STORE, 300) + EXIF + app11(STORE, 300, 0x0213) + PICTURE,
    "others": b"\xff\xd8" + OTHER + segment(0xEB, b"HDR") + app11(STORE) + OTHER + PICTURE,
    "fill": b"\xff\xd8\xff\xff" + APP0 + b"\xff\xff\xff" + app11(STORE) + b"\xff" + PICTURE,
    "after": b"\xff\xd8" + APP0 + PICTURE + b"\xff\xd8" + APP0 + PICTURE + b"trailer",
    "scans": b"\xff\xd8" + TABLES + SCAN + segment(0xC4, bytes(17)) + SCAN + EOI,
    "no-end": b"\xff\xd8" + APP0 + TABLES + SCAN,
}


# PNG


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


HEAD = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXELS = chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")

PNG = {
    "plain": HEAD + PIXELS,
    "text": HEAD + chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0") + chunk(b"tEXt", b"Title\0x") + PIXELS,
    "store": HEAD + chunk(b"caBX", STORE) + PIXELS,
    "late": HEAD + chunk(b"tEXt", b"a\0b") + chunk(b"caBX", STORE) + PIXELS + b"trailer",
    "two": HEAD + chunk(b"caBX", STORE) + chunk(b"gAMA", b"\0\0\1\0") + chunk(b"caBX", STORE) + PIXELS,
}


# RIFF


def riff(kind, data, pad=True):
    return kind + struct.pack("<I", len(data)) + data + (b"\0" if pad and len(data) % 2 else b"")


def form(kind, *chunks):
    return riff(b"RIFF", kind + b"".join(chunks))


WEBP = [riff(b"VP8X", bytes(10)), riff(b"VP8 ", b"\x10\2\0\x9d\1*\1\0\1\0\0"), riff(b"EXIF", b"MM\0*\0\0\0\x08\0")]
WAVE = [riff(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)), riff(b"data", b"sound")]
C2PA = riff(b"C2PA", STORE)


def avi(*more):
    """OpenDML: an index of indexes in the header points to an index of chunks in each form."""

    def indx(base):
        return riff(b"indx", struct.pack("<HBBI4sIII", 4, 0, 0, 2, b"00dc", 0, 0, 0) +
                    b"".join(struct.pack("<QII", at, 32 + 8, 1) for at in base))

    def ix(base):
        return riff(b"ix00", struct.pack("<HBBI4sQI", 2, 0, 1, 1, b"00dc", base, 0) + struct.pack("<II", 8, 4))

    def first(a, b):
        strl = riff(b"LIST", b"strl" + riff(b"strh", bytes(56)) + indx([a, b]))
        hdrl = riff(b"LIST", b"hdrl" + riff(b"avih", bytes(56)) + strl)
        movi = riff(b"LIST", b"movi" + riff(b"00dc", b"data") + ix(12 + len(hdrl)))
        return form(b"AVI ", hdrl, movi, riff(b"idx1", bytes(16)), *more), 12 + len(hdrl) + 12 + 12

    head, ix_at = first(0, 0)
    second = form(b"AVIX", riff(b"LIST", b"movi" + riff(b"00dc", b"more") + ix(len(head) + 12)))
    return first(ix_at, len(head) + 12 + 12 + 12)[0] + second


RIFF = {
    "webp": form(b"WEBP", *WEBP), "wave": form(b"WAVE", *WAVE), "avi": avi(),
    "webp-store": form(b"WEBP", *WEBP, C2PA), "wave-store": form(b"WAVE", *WAVE, C2PA),
    "avi-store": avi(C2PA), "first": form(b"WAVE", WAVE[0], C2PA, WAVE[1]),
    "two": form(b"WEBP", C2PA, *WEBP, C2PA), "odd": form(b"WAVE", WAVE[0], riff(b"data", b"sound", pad=False)),
    "odd-store": form(b"WAVE", *WAVE, riff(b"C2PA", STORE + b"\0")), "after": form(b"WEBP", *WEBP) + b"trailer",
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for corpus, seeds in {"jpeg": JPEG, "png": PNG, "riff": RIFF}.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
