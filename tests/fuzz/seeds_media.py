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


# ISO base media files


def full(kind, version, flags, *content):
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def table(kind, form, values, version=0, flags=0, extra=b""):
    """Version, flags, count, and offsets of one width."""
    return full(kind, version, flags, extra, struct.pack(">I", len(values)), *[struct.pack(form, v) for v in values])


UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
HDLR = full(b"hdlr", 0, 0, bytes(4), b"pict", bytes(13))


def c2pa_box(purpose, data):
    return box(b"uuid", UUID, bytes(4), purpose, b"\0", data)


MANIFEST = c2pa_box(b"manifest", bytes(8) + STORE)
RESERVE = c2pa_box(b"reserve", bytes(4096 - 36))
FTYP = box(b"ftyp", b"mp42", struct.pack(">I", 512), b"isommp42")
MDAT = box(b"mdat", b"a picture that moves")
FREE = box(b"free", bytes(12))


def moov(offset, wide=False, *more):
    chunks = table(b"co64", ">Q", [offset, offset + 4]) if wide else table(b"stco", ">I", [offset, offset + 4])
    stbl = box(b"stbl", full(b"stsd", 0, 0, bytes(4)), chunks, table(b"saio", ">I", [offset], flags=1, extra=bytes(8)))
    trak = box(b"trak", full(b"tkhd", 0, 0, bytes(80)), box(b"mdia", full(b"mdhd", 0, 0, bytes(20)), box(b"minf", stbl)))
    return box(b"moov", full(b"mvhd", 0, 0, bytes(96)), trak, *more)


def progressive(before=b"", after=b"", wide=False, mdat=MDAT, more=()):
    """The media behind moov: its offsets are those of the finished file."""
    head = len(FTYP + before + moov(0, wide, *more))
    return FTYP + before + moov(head + len(mdat) - 20, wide, *more) + mdat + after


def fragment(number, at, version=0):
    def moof(base):
        traf = box(b"traf", full(b"tfhd", 0, 1, struct.pack(">IQ", 1, base)), full(b"tfdt", 0, 0, bytes(4)),
                   full(b"trun", 0, 1, struct.pack(">Ii", 1, 8)), table(b"saio", ">I", [8]))
        return box(b"moof", full(b"mfhd", 0, 0, struct.pack(">I", number)), traf)
    return moof(at) + MDAT


def sidx(sizes, version=0):
    times = struct.pack(">QQ" if version else ">II", 0, 0)
    return full(b"sidx", version, 0, struct.pack(">II", 1, 1000), times, struct.pack(">HH", 0, len(sizes)),
                *[struct.pack(">III", n, 1000, 1 << 31) for n in sizes])


def fragmented(before=b"", version=0, uuid=b""):
    head = FTYP + before + box(b"moov", full(b"mvhd", 0, 0, bytes(96)), box(b"mvex", full(b"trex", 0, 0, bytes(20))))
    one = len(uuid) + len(fragment(1, 0))
    head += sidx([one, one], version)
    places = [len(head) + len(uuid), len(head) + one + len(uuid)]
    body = b"".join(uuid + fragment(i + 1, at) for i, at in enumerate(places))
    form = ">QQ" if version else ">II"
    tfra = full(b"tfra", version, 0, struct.pack(">III", 1, 0x3F, 2),
                *[struct.pack(form, i, at) + bytes(12) for i, at in enumerate(places)])
    return head + body + box(b"mfra", tfra, full(b"mfro", 0, 0, struct.pack(">I", 16 + 8 + len(tfra))))


def iloc(version, offset, base=0):
    item = struct.pack(">H" if version < 2 else ">I", 1) + (struct.pack(">H", 0) if version else b"") + bytes(2)
    item += struct.pack(">I", base) + struct.pack(">H", 2)
    index = struct.pack(">I", 0) if version else b""
    item += b"".join(index + struct.pack(">II", offset - base + 4 * i, 4) for i in range(2))
    count = struct.pack(">H" if version < 2 else ">I", 1)
    return full(b"iloc", version, 0, struct.pack(">H", 0x4444 if version else 0x4440), count, item)


def image(version, brand=b"heic", before=b"", base=0):
    ftyp = box(b"ftyp", brand, bytes(4), b"mif1" + brand)
    meta = full(b"meta", 0, 0, HDLR, full(b"pitm", 0, 0, b"\0\1"), iloc(version, 1000, base))
    at = len(ftyp + before + meta) + 8
    return ftyp + before + full(b"meta", 0, 0, HDLR, full(b"pitm", 0, 0, b"\0\1"),
                                iloc(version, at, at - 10 if base else 0)) + MDAT


QT = box(b"ftyp", b"qt  ", bytes(4), b"qt  ") + box(b"wide") + MDAT
LARGE = struct.pack(">I4sQ", 1, b"mdat", 36) + b"a picture that moves"
ENDLESS = struct.pack(">I4s", 0, b"mdat") + b"a picture that moves"
MERKLE = c2pa_box(b"merkle", bytes.fromhex("a368756e697175654964016763c36f63616c496401686c6f636174696f6e00"))
UPDATE = c2pa_box(b"update", STORE)

BMFF = {
    "mp4": progressive(), "mp4-store": progressive(MANIFEST), "mp4-free": progressive(FREE, FREE, wide=True),
    "mp4-padded": progressive(c2pa_box(b"manifest", bytes(8) + STORE + bytes(20))),
    "mp4-large": progressive(MANIFEST, mdat=LARGE), "mp4-endless": progressive(mdat=ENDLESS),
    "mp4-update": progressive(c2pa_box(b"original", bytes(8) + STORE), UPDATE),
    "mp4-two": progressive(MANIFEST, MANIFEST), "mp4-reserve": progressive(RESERVE),
    "mp4-append": progressive(RESERVE, MANIFEST), "mp4-append-update": progressive(RESERVE, c2pa_box(b"original", bytes(8) + STORE) + UPDATE),
    "mp4-unknown": progressive(c2pa_box(b"other", b"x") + MANIFEST), "mp4-foreign": progressive(box(b"uuid", bytes(16), b"x")),
    "mp4-wide": FTYP + moov(0xFFFFFF00) + moov(0xFFFFEE00) + ENDLESS,
    "mp4-cmov": progressive(more=[box(b"cmov", bytes(8))]),
    "mov": QT + moov(len(QT) - 20, False, box(b"meta", HDLR, iloc(0, len(QT) - 20)), box(b"udta", bytes(4))),
    "fragmented": fragmented(), "fragmented-store": fragmented(MANIFEST, 1), "fragmented-merkle": fragmented(MANIFEST, 0, MERKLE),
    "segment": box(b"styp", b"msdh", bytes(4), b"msdh") + sidx([len(MERKLE + fragment(1, 0))]) + MERKLE + fragment(1, 0),
    "heic": image(0), "heic-store": image(0, b"heic", MANIFEST), "heic-1": image(1, b"heix"), "avif-2": image(2, b"avif"),
    "heic-base": image(1, b"heic", MANIFEST, 1),
    "cr3": box(b"ftyp", b"crx ", bytes(4), b"crx ") + moov(0) + MDAT,
}


# EXIF


def tiff(order, *ifds):
    """The first IFD, then EXIF, then GPS: tag, type, count, bytes of the value."""
    mark = order == ">" and b"MM" or b"II"
    out = mark + struct.pack(order + "HI", 42, 8)
    pointers = [0x8769, 0x8825]
    sizes = [2 + 12 * (len(ifd) + (len(ifds) - 1 if i == 0 else 0)) + 4 + sum(len(v) + len(v) % 2 for *_, v in ifd if len(v) > 4)
             for i, ifd in enumerate(ifds)]
    starts = [8 + sum(sizes[:i]) for i in range(len(ifds))]
    for i, ifd in enumerate(ifds):
        entries = list(ifd)
        if i == 0:
            entries += [(pointers[k], 4, 1, struct.pack(order + "I", starts[k + 1])) for k in range(len(ifds) - 1)]
        later, body, at = b"", struct.pack(order + "H", len(entries)), starts[i] + 2 + 12 * len(entries) + 4
        for tag, kind, count, value in entries:
            body += struct.pack(order + "HHI", tag, kind, count)
            body += value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", at + len(later))
            if len(value) > 4:
                later += value + bytes(len(value) % 2)
        out += body + bytes(4) + later
    return out


def ascii_(tag, text):
    return tag, 2, len(text) + 1, text.encode() + b"\0"


def exif(order):
    def ratio(tag, *values):
        return tag, 5, len(values) // 2, struct.pack(order + f"{len(values)}I", *values)

    def short(tag, value):
        return tag, 3, 1, struct.pack(order + "H", value)

    first = [ascii_(0x10F, "Maker"), ascii_(0x110, "Model 1"), short(0x112, 6), ratio(0x11A, 72, 1), short(0x128, 2),
             ascii_(0x131, "soft"), ascii_(0x132, "2026:11:21 09:00:00")]
    camera = [ratio(0x829A, 1, 125), ratio(0x829D, 28, 10), short(0x8822, 2), short(0x8827, 200), (0x9000, 7, 4, b"0232"),
              ascii_(0x9003, "2026:11:21 09:00:00"), ascii_(0x9011, "+01:00"), ascii_(0x9291, "25"), short(0x9209, 0x19),
              (0x927C, 7, 8, b"maker ok"), ratio(0x920A, 35, 1), short(0xA002, 320), ascii_(0xA434, "Lens 35mm"),
              ratio(0xA432, 24, 1, 70, 1, 28, 10, 4, 1)]
    gps = [(0, 1, 4, b"\2\3\0\0"), ascii_(1, "N"), ratio(2, 52, 1, 30, 1, 5868, 100), ascii_(3, "E"), ratio(4, 13, 1, 22, 1, 3972, 100),
           (5, 1, 1, b"\0"), ratio(6, 34, 1), ratio(7, 8, 1, 0, 1, 0, 1), ascii_(0x1D, "2026:11:21"), (0x1B, 7, 11, b"ASCII\0\0\0GPS")]
    return tiff(order, first, camera, gps)


EXIF_SEEDS = {"big": exif(">"), "little": exif("<"), "empty": tiff(">", []), "prefixed": b"Exif\0\0" + exif("<")}

# XMP

XMP = {
    "attribute": b'<rdf:Description dcterms:provenance="https://a.example/1.c2pa?x=1&amp;y=2" xmpMM:InstanceID="xmp:iid:1"/>',
    "element": b"<dcterms:provenance> http://a.example/x</dcterms:provenance>",
    "none": b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><dcterms:provenance rdf:resource='self#jumbf=/c2pa/x'/></x:xmpmeta>",
}


# Streams in segments


def stream(count, version=0):
    head = FTYP + box(b"moov", full(b"mvhd", 0, 0, bytes(96)), box(b"trak", full(b"tkhd", 0, 0, struct.pack(">III", 0, 0, 1) + bytes(68))), box(b"mvex", full(b"trex", 0, 0, struct.pack(">I", 1) + bytes(16))))
    parts = [head] + [box(b"styp", b"msdh", bytes(4), b"msdh") + (sidx([len(fragment(i, 0))], version) if i % 2 else b"") + fragment(i, 0)
                      for i in range(count)]
    return b"".join(struct.pack(">H", len(part)) + part for part in parts)


STREAMS = {"one": stream(1), "three": stream(3, 1), "many": stream(70)}

CORPORA = {"jpeg": JPEG, "png": PNG, "riff": RIFF, "bmff": BMFF, "exif": EXIF_SEEDS, "xmp": XMP,
           "fragments": STREAMS}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for corpus, seeds in CORPORA.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
