#!/usr/bin/env python3
"""Write the hand-made seeds of corpus/open_entry, ledger and statement: tests/fuzz/seeds_ledger.py [FOLDER]

For the cryptography of fuzz_crypto.c: every digest is zeros, and a signature holds unless its last byte is 3.
"""

import base64
import os
import struct
import sys

from seeds_binding import head

NOW = 1800000000
LEAF = b"\x30\x00\xff"
SOUND, FORGED = bytes(64), bytes(63) + b"\x03"
PLAIN, SEALED = 5, 1
CHUNK = 65552


def number(n):
    if n < 65536:
        return head(0, n)
    return b"\x1a" + struct.pack(">I", n) if n < 2**32 else b"\x1b" + struct.pack(">Q", n)


def cbor(value):
    """Deterministic, of what our maps hold; keys are given in order."""
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return bytes([0x20 | (-1 - value)]) if value < 0 else number(value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value)) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(cbor, value))
    return head(5, len(value)) + b"".join(cbor(k) + cbor(v) for k, v in value.items())


def sign1(kind, payload, signature=SOUND, alg=-7, chain=LEAF):
    protected = {1: alg, 3: f"application/vnd.exhibit.{kind}+cbor", 33: chain}
    return b"\xd2" + cbor([cbor(protected), {}, cbor(payload), signature])


def open_map(policy=PLAIN, **more):
    fields = {1: 1, 2: bytes(16), 3: "camera-1", 4: 7, 5: None, 6: None, 7: "video/mp4", 8: (NOW - 1000) * 10**6, 9: 0,
              11: policy}
    if policy == SEALED:
        fields |= {12: bytes(16), 13: bytes(32)}
    fields |= {int(key[1:]): value for key, value in more.items()}
    return {key: fields[key] for key in sorted(fields)}


def tick(seq, first, end, kind=1, flags=0, signature=SOUND, alg=0x26, at=0, prev=bytes(32)):
    t0 = (NOW - 1000 + 2 * seq + at) * 10**6
    payload = b"EXT1" + struct.pack(">BBHQqqQQQQ", kind, flags, 5, seq, t0, t0 + 2 * 10**6, first, end, first,
                                    (seq + 1) * 2 * 10**6) + bytes(32) + prev
    return bytes([0xD2, 0x84, 0x43, 0xA1, 0x01, alg, 0xA0, 0x58, 0x80]) + payload + b"\x58\x40" + signature


def stanza(kind, body):
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    if not lines or len(lines[-1]) == 64:
        lines.append("")
    return f"-> {kind}\n" + "\n".join(lines) + "\n"


def header(*stanzas):
    mac = base64.b64encode(bytes(32)).decode().rstrip("=")
    return ("age-encryption.org/v1\n" + "".join(stanzas) + f"--- {mac}\n").encode() + bytes(16)


def seed(flags, thing, ledger=b""):
    return bytes([flags]) + struct.pack(">H", len(thing)) + thing + ledger


OPEN = sign1("open", open_map())
BODY = bytes(range(60))
TICKS = [tick(i, 10 * i, 10 * i + 10) for i in range(5)] + [tick(5, 50, 60, kind=2)]
SEALED_OPEN = sign1("open", open_map(SEALED, _5=7))

LEDGER = {
    "plain": seed(1, BODY, OPEN + b"".join(TICKS)),
    "open-end": seed(1, BODY, OPEN + b"".join(TICKS[:4])),
    "torn": seed(1, BODY, OPEN + b"".join(TICKS)[:-100]),
    "dropped": seed(3, BODY, OPEN + b"".join(TICKS[:2] + TICKS[3:])),
    "swapped": seed(5, BODY, OPEN + b"".join([*TICKS[:2], TICKS[3], TICKS[2], *TICKS[4:]])),
    "again": seed(1, BODY, OPEN + b"".join(TICKS[:3] + TICKS[2:])),
    "forged": seed(1, BODY, OPEN + b"".join(TICKS[:2]) + tick(2, 20, 30, signature=FORGED) + b"".join(TICKS[3:])),
    "damaged": seed(1, BODY, OPEN + TICKS[0] + b"junk" + b"".join(TICKS[1:])),
    "foreign": seed(1, BODY, OPEN + b"".join(TICKS[:2]) + tick(2, 20, 30, prev=b"\1" * 32) + b"".join(TICKS[3:])),
    "gaps": seed(1, BODY[:20], OPEN + TICKS[0] + tick(1, 10, 10, kind=3, flags=0x20) + tick(2, 10, 10, kind=4)
                 + tick(3, 10, 20, at=3600) + tick(4, 20, 20, kind=2, flags=8)),
    "clock": seed(1, BODY[:20], OPEN + TICKS[0] + tick(1, 10, 20, at=-3600)),
    "ed25519": seed(1, BODY[:10], sign1("open", open_map(), alg=-8) + tick(0, 0, 10, kind=2, alg=0x27)),
    "no-certificate": seed(1, BODY, sign1("open", open_map(), chain=b"\1") + TICKS[0]),
    "photo": seed(0, header(stanza("X25519 AAAA", bytes(32)), stanza("exhibit.org/open 1", SEALED_OPEN),
                            stanza("exhibit.org/final 1", tick(0, 0, 40, kind=2))) + bytes(40)),
    "sealed": seed(1, header(stanza("exhibit.org/open 1", SEALED_OPEN)) + bytes(40), SEALED_OPEN + tick(0, 0, 40, kind=2)),
    "stripped": seed(0, header(stanza("exhibit.org/open 1", SEALED_OPEN)) + bytes(40)),
    "no-ledger": seed(0, header(stanza("X25519 AAAA", bytes(32))) + bytes(40)),
    "another": seed(1, header(stanza("exhibit.org/open 1", SEALED_OPEN)) + bytes(40), OPEN + b"".join(TICKS)),
    "other-nonce": seed(1, header(stanza("exhibit.org/open 1", sign1("open", open_map(SEALED, _12=b"\1" * 16)))), OPEN),
}
OPEN_ENTRY = {
    "plain": OPEN,
    "sealed": SEALED_OPEN,
    "all": sign1("open", open_map(SEALED, _5=9, _6=b"\1" * 32, _9=3, _10=b"\2" * 32, _15=b"\3" * 32, _16=b"\4" * 32)),
    "person": sign1("open", {k: v for k, v in open_map().items() if k not in (4, 5, 6)}),
    "chain": sign1("open", open_map(), chain=[LEAF, LEAF + b"\2"]),
    "ed25519": sign1("open", open_map(), alg=-8),
    "followed": OPEN + TICKS[0],
    "version": sign1("open", open_map(_1=2)),
}
RECIPIENT = "age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq"
STATEMENT = {
    "sound": sign1("recipient", {1: "alice", 2: RECIPIENT, 3: NOW - 100, 4: NOW + 100}),
    "expired": sign1("recipient", {1: "alice", 2: RECIPIENT, 3: NOW - 100, 4: NOW}),
    "forged": sign1("recipient", {1: "alice", 2: RECIPIENT, 3: NOW - 100, 4: NOW + 100}, signature=FORGED),
    "chain": sign1("recipient", {1: "a", 2: "age1", 3: 0, 4: 2**32}, chain=[LEAF, LEAF]),
}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    for target, seeds in {"ledger": LEDGER, "open_entry": OPEN_ENTRY, "statement": STATEMENT}.items():
        os.makedirs(os.path.join(folder, target), exist_ok=True)
        for name, data in seeds.items():
            with open(os.path.join(folder, target, name), "wb") as f:
                f.write(data)


if __name__ == "__main__":
    main()
