#!/usr/bin/env python3
"""Write the hand-made seeds of recordings in EncroCrypt2: tests/fuzz/seeds_encrocrypt.py [FOLDER]"""

import os
import struct
import sys

MAGIC = b"__EncroCrypt2"


def packet(kind, data, length=None):
    return MAGIC + bytes([kind]) + struct.pack(">I", len(data) if length is None else length) + data


def video(minute, text):
    return packet(2, struct.pack(">I", minute) + bytes(range(16)) + text + b"t" * 16)


KEY = packet(1, b"\x84" + b"message" * 9)
FILES = {
    "two": KEY + video(29166666, b"frame") + video(29166667, b"f" * 200),
    "joined": (KEY + video(1, b"a")) * 2,
    "junk": b"junk" + KEY + b"__Encro" * 3 + video(1, b"a") + b"junk",
    "cut": KEY + video(1, b"frame" * 9)[:-20] + KEY + video(1, b"b"),
    "cut-in-header": KEY[:17] + video(1, b"b") + KEY[:13] + KEY[:14] + KEY,
    "straddled": KEY + video(1, b"abcdef")[:-5] + KEY,
    "long": packet(2, b"x" * 60, 0xFFFFFFFF) + packet(2, b"x" * 60, 10485797) + packet(2, b"x" * 60, 10485796) + KEY,
    "short": packet(2, b"") + packet(2, b"hi") + packet(1, b"") + packet(2, bytes(36)) + video(1, b"x"),
    "types": packet(0, b"zero") + packet(3, b"three") + packet(255, KEY),
    "magics": MAGIC * 5,
    "torn": KEY + MAGIC[:5],
}
CORPORA = {"encrocrypt": FILES}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for corpus, seeds in CORPORA.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
