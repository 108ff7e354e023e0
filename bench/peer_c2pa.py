#!/usr/bin/env python3
"""How fast c2pa-python (c2pa-rs) signs and verifies, in its own process: the peer of bench_c2pa.c.

    peer_c2pa.py MEDIA WORK [NAME...]     one JSON line a figure: {"name", "unit", "value"}

MEDIA  what `tests/media/make --bench` made: s.jpg m.jpg l.jpg v.mp4
WORK   receives, on the first run, what both sides use: key.pem, chain.pem (ES256, leaf and intermediate),
       anchors.pem (eight roots, the right one last), and signed-NAME, the files to verify
NAME   only these figures: sign_jpeg_s … verify_mp4

Lean settings, to be fair: only c2pa.created, no thumbnail, no look at the result after signing, nothing fetched.
Streams are in memory. The context with its parsed settings and the signer are made once, outside the clock;
values are medians of warm runs.
"""

import io
import json
import os
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "interop"))
import c2pa  # noqa: E402

import certs  # noqa: E402
import peer  # noqa: E402

ANCHORS = 8
WARM_UP, LEAST, MOST, SECONDS = 2, 5, 200, 2.0

FIGURES = {  # name: (medium, verify?)
    "sign_jpeg_s": ("s.jpg", False),
    "sign_jpeg_m": ("m.jpg", False),
    "sign_jpeg_l": ("l.jpg", False),
    "verify_jpeg_s": ("s.jpg", True),
    "verify_jpeg_m": ("m.jpg", True),
    "verify_jpeg_l": ("l.jpg", True),
    "sign_mp4": ("v.mp4", False),
    "verify_mp4": ("v.mp4", True),
}


def prepare(work):
    """Keys, chain and anchors in WORK, made once; returns the identity."""
    os.makedirs(work, exist_ok=True)
    chain, key, anchors = (os.path.join(work, n) for n in ("chain.pem", "key.pem", "anchors.pem"))
    if not os.path.exists(anchors):
        folder = os.path.join(work, "authorities")
        authorities = [certs.Authority(folder, f"bench-{i}") for i in range(ANCHORS)]
        identity = authorities[-1].issue("bench-leaf")
        os.replace(identity.chain, chain)
        os.replace(identity.key, key)
        with open(anchors, "wb") as f:
            f.write(b"".join(peer.read(a.root_path) for a in authorities))
    return certs.Identity("es256", chain, key, anchors)


def sign_once(context, signer, kind, source):
    out = io.BytesIO()
    with c2pa.Builder(peer.definition(), context=context) as builder:
        builder.sign(signer, kind, io.BytesIO(source), out)
    return out.getbuffer()


def verify_once(context, kind, signed):
    with c2pa.Reader(kind, io.BytesIO(signed), context=context) as reader:
        return reader.get_validation_state()


def median_ms(work):
    """Median of warm runs in milliseconds: at least LEAST of them, for about SECONDS."""
    times = []
    for _ in range(WARM_UP):
        work()
    end = time.monotonic() + SECONDS
    while len(times) < LEAST or (time.monotonic() < end and len(times) < MOST):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1e6


def signed_file(work, medium, media, context, signer):
    """The signed copy that both sides verify, made once."""
    path = os.path.join(work, "signed-" + medium)
    if not os.path.exists(path):
        with open(path + ".part", "wb") as f:
            f.write(sign_once(context, signer, peer.media_type(medium), peer.read(os.path.join(media, medium))))
        os.replace(path + ".part", path)
    return path


def main():
    if len(sys.argv) < 3 or set(sys.argv[3:]) - FIGURES.keys():
        sys.exit(__doc__)
    media, work, *wanted = sys.argv[1:]
    identity = prepare(work)
    context = peer.context([identity.root])
    signer = peer.signer(identity)

    for name in wanted or FIGURES:
        medium, verify = FIGURES[name]
        kind = peer.media_type(medium)
        if verify:
            signed = peer.read(signed_file(work, medium, media, context, signer))
            state = verify_once(context, kind, signed)
            if state != "Trusted":
                sys.exit(f"{name}: c2pa-python says {state} of its own file")
            value = median_ms(lambda: verify_once(context, kind, signed))
        else:
            source = peer.read(os.path.join(media, medium))
            value = median_ms(lambda: sign_once(context, signer, kind, source))
        print(json.dumps({"name": name, "unit": "ms", "value": round(value, 4)}), flush=True)


if __name__ == "__main__":
    main()
