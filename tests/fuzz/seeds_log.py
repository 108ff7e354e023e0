#!/usr/bin/env python3
"""Write the hand-made seeds of the log's fuzz targets: tests/fuzz/seeds_log.py [FOLDER]

Digests are zeros there (fuzz_crypto.h): roots and ids of keys are zero, and every proof of the right length holds.
"""

import base64
import os
import struct
import sys

ZERO = base64.b64encode(bytes(32)).decode()
SIGNATURE = base64.b64encode(bytes(68)).decode()
FORGED = base64.b64encode(bytes(67) + b"\3").decode()
LONG = base64.b64encode(bytes(5000)).decode()
EXTRA = base64.b64encode(bytes(range(48))).decode()


def checkpoint(size, extensions="", signature=SIGNATURE):
    return f"a.example/log\n{size}\n{ZERO}\n{extensions}\n— a.example/log {signature}\n"


def proof(size, index, hashes, extra=None):
    return ("c2sp.org/tlog-proof@v1\n" + (f"extra {extra}\n" if extra else "") + f"index {index}\n"
            + (ZERO + "\n") * hashes + "\n" + checkpoint(size))


NOTE = {
    "checkpoint": checkpoint(9), "forged": checkpoint(9, signature=FORGED), "empty-log": checkpoint(0),
    "largest": checkpoint(2**63 - 1), "extensions": checkpoint(7, "one\ntwo\n"),
    "witnessed": checkpoint(7) + f"— w.example/w1 {LONG}\n— ключ AAAAAAA=\n",
    "text": f"a\n\n\nb — c\n\n— a.example/log {SIGNATURE}\n", "bare": checkpoint(5).split("\n\n")[0] + "\n",
    "key": "a.example/log+00000000+" + base64.b64encode(b"\1" + bytes(32)).decode(),
    "key-ecdsa": "a.example/log+00000000+" + base64.b64encode(b"\2" + bytes(32)).decode(),
}

RECEIPT = {
    "one": proof(1, 0, 0), "nine": proof(9, 5, 4), "last": proof(9, 8, 1), "extra": proof(9, 5, 4, EXTRA),
    "largest": proof(2**63 - 1, 2**63 - 2, 62), "long": proof(2**63 - 1, 0, 64), "wrong": proof(9, 5, 3),
}


def tile(path, size=0, data=b""):
    return path.encode() + b"\n" + struct.pack(">Q", size) + data


TILE = {
    "path": b"tile/0/x001/x234/067.p/112", "entries": b"tile/entries/000", "partial": b"tile/entries/x001/000.p/9",
    "top": b"tile/7/000.p/127", "last": b"tile/0/x036/x028/x797/x018/x963/966",
    # 4 kB of zeros are 128 hashes, and entries of no bytes
    "small": tile("tile/0/000.p/9", 9, bytes(4096)), "one": tile("tile/0/000.p/1", 1, bytes(32)),
    "two-levels": tile("tile/1/000.p/2", 600, bytes(8192)), "three-levels": tile("tile/2/000.p/1", 70000, bytes(8192)),
    "full": tile("tile/0/000", 256, bytes(8192)), "largest": tile("", 2**63 - 1, bytes(8192)),
    "empty": tile("", 0, b""), "bundle": tile("", 3, b"\0\3one\0\0\0\5three" + bytes(90)),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for corpus, seeds in {"note": NOTE, "receipt": RECEIPT, "tile": TILE}.items():
        os.makedirs(os.path.join(folder, corpus), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, corpus, name), "wb") as f:
                f.write(data.encode() if isinstance(data, str) else data)


if __name__ == "__main__":
    main()
