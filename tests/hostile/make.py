#!/usr/bin/env python3
"""Files that are made to hurt whoever reads them.

    make.py SIGNED.jpg DIR     SIGNED.jpg is any signed JPEG; prints "NAME<TAB>allowed exit codes" a file

Each asks for more than it is worth: memory by lengths that are not there, stack by nesting, time by numbers of
small things or by pairs of them. A reader must say no, or answer, within bounds: tests/system/test_hostile.sh.
"""

import os
import struct
import subprocess
import sys
import zlib

TAIL = bytes.fromhex("00110010800000AA00389B71")
URN = "urn:c2pa:00000000-0000-4000-8000-%012d"


def box(kind, body):
    return struct.pack(">I", len(body) + 8) + kind + body


def superbox(four, label, *content):
    return box(b"jumb", box(b"jumd", four + TAIL + b"\x03" + label.encode() + b"\0") + b"".join(content))


def head(major, n):
    """A CBOR head in its shortest form."""
    for size, code, form in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if n < size:
            return bytes([major << 5 | (n if code is None else code)]) + (b"" if code is None else struct.pack(form, n))
    return bytes([major << 5 | 27]) + struct.pack(">Q", n)


def text(s):
    return head(3, len(s)) + s.encode()


def mapping(**items):
    return head(5, len(items)) + b"".join(text(k) + v for k, v in items.items())


def reference(url):
    return mapping(url=text(url), hash=head(2, 32) + bytes(32))


def claim_of(*assertions):
    return mapping(instanceID=text("x"), alg=text("sha256"), claim_generator_info=mapping(name=text("x")),
                   signature=text("self#jumbf=c2pa.signature"),
                   created_assertions=head(4, len(assertions)) + b"".join(assertions))


def manifest(label, claim, assertions=b"", signature=b"\xd2\x84\x40\xa0\xf6\x40"):
    return superbox(b"c2ma", label, superbox(b"c2as", "c2pa.assertions", assertions),
                    superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", claim)),
                    superbox(b"c2cs", "c2pa.signature", box(b"cbor", signature)))


def store(*manifests):
    return superbox(b"c2pa", "c2pa", *manifests)


def assertion(label, content):
    return superbox(b"cbor", label, box(b"cbor", content))


def nested_jumbf(depth):
    b = box(b"free", b"")
    for _ in range(depth):
        b = superbox(b"c2ma", "x", b)
    return store(b)


def bomb(size):
    """A compressed manifest of `size` zero bytes."""
    packed = subprocess.run(["brotli", "-c", "-q", "5", "-w", "24"], input=bytes(size), stdout=subprocess.PIPE,
                            check=True).stdout
    return superbox(b"c2cm", URN % 1, box(b"brob", packed))


def cose(chain):
    protected = head(5, 2) + b"\x01\x26" + b"\x18\x21" + head(4, len(chain)) + b"".join(
        head(2, len(c)) + c for c in chain)
    return b"\xd2\x84" + head(2, len(protected)) + protected + b"\xa0\xf6" + head(2, 64) + bytes(64)


def ring(n):
    """Manifests that are each other's parents, in a circle, each with several components besides."""
    made = []
    for i in range(n):
        refs, boxes = [], []
        for k in range(8):
            label = "c2pa.ingredient.v3" + (f"__{k}" if k else "")
            target = "self#jumbf=/c2pa/" + URN % ((i + 1 + k * 7) % n)
            boxes.append(assertion(label, mapping(relationship=text("parentOf" if k == 0 else "componentOf"),
                                                  activeManifest=reference(target), validationResults=mapping())))
            refs.append(reference("self#jumbf=c2pa.assertions/" + label))
        made.append(manifest(URN % i, claim_of(*refs), b"".join(boxes)))
    return store(*made)


def stores():
    """(name, store, allowed exit codes)"""
    many = b"".join(assertion(f"org.example__{i}", b"\xa0") for i in range(2000))
    refs = [reference(f"self#jumbf=c2pa.assertions/org.example__{i}") for i in range(2000)]
    keys = 300000
    yield "nested-jumbf", nested_jumbf(20000), (10,)
    yield "empty-boxes", store(superbox(b"c2ma", URN % 1, box(b"free", b"") * 2000000)), (10,)
    yield "length-beyond", store(manifest(URN % 1, b"\xa0"))[:-40] + b"\xff" * 40, (10,)
    yield "length-8-GiB", struct.pack(">I", 1) + b"jumb" + struct.pack(">Q", 8 << 30) + bytes(64), (10,)
    yield "cbor-nested", store(manifest(URN % 1, b"\x81" * 1000000 + b"\x80")), (1,)
    yield "cbor-tags", store(manifest(URN % 1, b"\xc1" * 1000000 + b"\x80")), (1,)
    yield "cbor-length", store(manifest(URN % 1, b"\x9b" + b"\xff" * 8)), (1,)
    yield "cbor-indefinite", store(manifest(URN % 1, b"\x9f" * 20 + b"\x00" * 1000000)), (1,)
    yield "cbor-unsorted-keys", store(manifest(URN % 1, head(5, keys) + b"".join(
        head(0, keys - i) + b"\x00" for i in range(keys)))), (1,)
    yield "cbor-equal-keys", store(manifest(URN % 1, head(5, keys) + b"\x00\x00" * keys)), (1,)
    yield "pairs", store(*(manifest(URN % i, claim_of(*refs), many) for i in range(10))), (1,)
    yield "same-reference", store(manifest(URN % 1, claim_of(*([refs[0]] * 4000)), assertion(
        "org.example__0", head(2, 4 << 20) + bytes(4 << 20)))), (1,)
    yield "manifests", store(*(manifest(URN % i, claim_of(refs[0])) for i in range(5000))), (10,)
    yield "ring", ring(500), (1,)
    yield "brotli-bomb", store(bomb(1 << 30)), (1,)
    yield "brotli-bombs", store(*([bomb(15 << 20)] * 100)), (1, 10)
    yield "certificates", store(manifest(URN % 1, claim_of(refs[0]), b"", cose([bytes(100)] * 10000))), (1,)
    yield "certificate-large", store(manifest(URN % 1, claim_of(refs[0]), b"", cose(
        [b"\x30\x83\x0f\xff\xff" + bytes(900000)]))), (1,)


def jpeg(signed, middle):
    return signed[:2] + middle + signed[2:]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def media(signed):
    """(name, file, allowed exit codes)"""
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    ftyp = box(b"ftyp", b"isom" + bytes(4))
    yield "segments.jpg", jpeg(signed, b"\xff\xeb\x00\x04ab" * 500000), (0, 3, 10)
    yield "fill.jpg", jpeg(signed, b"\xff" * 8000000), (0, 3, 10)
    yield "no-end.jpg", signed[:2] + b"\xff\xe1\xff\xff" + bytes(100), (10,)
    yield "chunks.png", png + chunk(b"tEXt", b"") * 1000000 + chunk(b"IEND", b""), (4, 10)
    yield "length.png", png + struct.pack(">I", 0xffffffff) + b"caBX" + bytes(50), (10,)
    yield "chunks.wav", b"RIFF" + struct.pack("<I", 4 + 8 * 1000000) + b"WAVE" + b"abcd\0\0\0\0" * 1000000, (4, 10)
    yield "length.webp", b"RIFF" + struct.pack("<I", 0xfffffff0) + b"WEBP" + b"VP8 " + b"\xff" * 40, (10,)
    yield "boxes.mp4", ftyp + box(b"free", b"") * 1000000, (4, 10)
    yield "size-zero.mp4", ftyp + b"\0\0\0\0mdat" + bytes(1000), (4,)
    yield "size-64.mp4", ftyp + b"\0\0\0\x01mdat" + b"\xff" * 8 + bytes(100), (10,)
    uuid = bytes.fromhex("D8FEC3D61B0E483C92975828877EC481")
    yield "uuid.mp4", ftyp + box(b"uuid", uuid + bytes(4) + b"manifest" + b"x" * 100), (4, 10)
    yield "two-stores.mp4", ftyp + box(b"uuid", uuid + bytes(4) + b"manifest\0" + bytes(8) + store()) * 2, (4, 10)
    nested = b""
    for _ in range(20000):
        nested = box(b"moov", nested)
    yield "nested.mp4", ftyp + nested, (4, 10)


def main():
    with open(sys.argv[1], "rb") as f:
        signed = f.read()
    folder = sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    for name, data, codes in stores():
        with open(os.path.join(folder, name + ".c2pa"), "wb") as f:
            f.write(data)
        print(f"{name}.c2pa\t{' '.join(map(str, codes))}")
    for name, data, codes in media(signed):
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
        print(f"{name}\t{' '.join(map(str, codes))}")


if __name__ == "__main__":
    main()
