#!/usr/bin/env python3
"""Write the hand-made seeds of films that grow: tests/fuzz/seeds_cut.py [FOLDER]"""

import os
import struct
import sys


def box(kind, data=b"", long=False):
    n = len(data)
    return (struct.pack(">I4sQ", 1, kind, n + 16) if long else struct.pack(">I4s", n + 8, kind)) + data


def packet(pid, starts=True):
    return b"G" + struct.pack(">H", pid | (0x4000 if starts else 0)) + bytes([0x10]) + bytes([pid & 0xFF]) * 184


def element(kind, data=b"", unknown=False):
    if unknown:
        return kind + b"\x01" + b"\xff" * 7 + data
    size = bytes([0x80 | len(data)]) if len(data) < 127 else struct.pack(">I", 0x10000000 | len(data))
    return kind + size + data


EBML, SEGMENT, INFO, CLUSTER = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x15\x49\xa9\x66", b"\x1f\x43\xb6\x75"
HEAD = element(EBML, b"\x42\x82\x88matroska") + element(SEGMENT, unknown=True) + element(INFO, bytes(30))
BLOCK = element(b"\xa3", b"\x81\0\0\x80" + bytes(20))
START = box(b"ftyp", b"iso5\0\0\2\0iso5") + box(b"moov", box(b"mvhd", bytes(20)) + box(b"mvex", box(b"trex", bytes(24))))
FRAGMENT = box(b"moof", box(b"mfhd", bytes(8))) + box(b"mdat", bytes(60))

SEEDS = {
    "mp4": START + FRAGMENT + FRAGMENT + box(b"mfra", bytes(16)),
    "mp4-cmaf": START + (box(b"styp", b"msdh\0\0\0\0") + box(b"sidx", bytes(24)) + FRAGMENT) * 2,
    "mp4-long": START + box(b"moof", bytes(8)) + box(b"mdat", bytes(40), True) + FRAGMENT,
    "mp4-endless": START + box(b"moof", bytes(8)) + struct.pack(">I4s", 0, b"mdat") + bytes(50),
    "mp4-torn": START + FRAGMENT + struct.pack(">I4s", 3, b"free") + FRAGMENT,
    "mp4-progressive": box(b"ftyp", b"isom\0\0\2\0") + box(b"mdat", bytes(90)) + box(b"moov", box(b"mvhd", bytes(20))),
    "ts": packet(0) + packet(0x100) + packet(0x101, False) + packet(0) + packet(0x100),
    "ts-lost": packet(0) + packet(0x100) + packet(0x100) + b"GGG?" * 9 + packet(0) + packet(0x100) * 4 + packet(0),
    "mkv": HEAD + element(CLUSTER, BLOCK * 3) + element(CLUSTER, BLOCK * 9),
    "mkv-live": HEAD + element(CLUSTER, BLOCK * 3, True) + element(CLUSTER, BLOCK * 2, True),
    "mkv-torn": HEAD + element(CLUSTER, BLOCK) + element(b"\x16\x54\xae\x6b", BLOCK, True) + b"\0\0",
    "mkv-known": element(EBML, bytes(9)) + element(SEGMENT, element(CLUSTER, BLOCK)),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    os.makedirs(os.path.join(folder, "cut"), exist_ok=True)
    for name, data in SEEDS.items():
        with open(os.path.join(folder, "cut", name), "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
