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


def ts(count, pid=0x100, control=1):
    return b"G" + struct.pack(">HBBB", pid, control << 4 | count % 16, 1, 0x80 if control == 3 else 0) + bytes([pid & 0xFF]) * 182


def box(kind, n, long=False):
    return (struct.pack(">I4sQ", 1, kind, n + 16) if long else struct.pack(">I4s", n + 8, kind)) + bytes(n)


LIST = b"#EXTM3U\n#EXTINF:5.0,\npipe:10.ts\n"
END = LIST + b"#EXT-X-ENDLIST\r\n"
FILMS = {
    "hls": ts(0) + ts(1) + ts(0, 0x11) + LIST + ts(2) + ts(0, 0x1FFF) + ts(9, 0x100, 2) + END,
    "jump": ts(0) + ts(1) + ts(7, 0x100, 3) + ts(8) + ts(12),
    "headless": b"tail" + b"".join(ts(i) for i in range(12)) + LIST,
    "torn": b"".join(ts(i) for i in range(5))[:-90] + b"".join(ts(i) for i in range(5, 12)),
    "list": LIST + ts(0) + LIST[:-5] + ts(1),
    "mp4": box(b"ftyp", 8) + box(b"moov", 30) + box(b"mdat", 9, True) + box(b"free", 0) + bytes(9),
    "endless": box(b"styp", 4) + bytes(4) + b"mdat" + bytes(40),
}
CORPORA = {"encrocrypt": FILES, "film": FILMS}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for corpus, seeds in CORPORA.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
