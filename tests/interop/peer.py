"""c2pa-python (c2pa-rs) as the other party: sign with it, and ask what it thinks of a file.

    verdict = peer.verify(path, roots=[root])     # verdict.state, verdict.failure, ...
    peer.sign(source, target, identity, actions=[CREATED])

Settings travel in a Context: the Reader of 0.38 ignores the old global ones. Nothing is fetched from a network.
"""

import io
import json
import os

import c2pa

from verdict import Verdict, codes

MEDIA_TYPES = {
    ".jpg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".heic": "image/heic", ".heif": "image/heif",
    ".avif": "image/avif", ".mp4": "video/mp4", ".mov": "video/quicktime", ".m4a": "audio/mp4", ".wav": "audio/wav",
    ".avi": "video/avi", ".c2pa": "application/c2pa", ".auth": "application/c2pa",
}

DIGITAL_CAPTURE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
CREATED = {"action": "c2pa.created", "digitalSourceType": DIGITAL_CAPTURE}


def media_type(path):
    return MEDIA_TYPES[os.path.splitext(path)[1].lower()]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def read_text(path):
    return read(path).decode("ascii")


def settings(roots=(), **sections):
    """Settings with those trust anchors (paths of PEM files); sections are merged in, one level deep."""
    base = {
        "version": 1,
        "verify": {"verify_trust": True, "verify_after_sign": False, "remote_manifest_fetch": False,
                   "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": False}, "created_assertion_labels": ["c2pa.actions"]},
        "trust": {},
    }
    if roots:
        base["trust"] = {"trust_anchors": "".join(read_text(r) for r in roots)}
    for section, values in sections.items():
        base[section] = {**base.get(section, {}), **values}
    return base


def context(roots=(), **sections):
    return c2pa.Context(c2pa.Settings.from_dict(settings(roots, **sections)))


def verdict_of(reader):
    report = json.loads(reader.json())
    results = report.get("validation_results", {})
    active = results.get("activeManifest", {})
    deltas = set()
    for delta in results.get("ingredientDeltas", []):
        deltas |= codes(delta["validationDeltas"].get("failure"))
    return Verdict(report.get("validation_state", ""), codes(active.get("success")),
                   codes(active.get("informational")), codes(active.get("failure")), deltas, report)


def verify_stream(kind, stream, roots=(), store=None, fragment=None, **sections):
    """Judge a stream; store is a detached manifest store, fragment a CMAF segment that belongs to it."""
    try:
        ctx = context(roots, **sections)
        reader = c2pa.Reader(kind, stream, store, context=ctx) if store else c2pa.Reader(kind, stream, context=ctx)
        with reader:
            if fragment is not None:
                stream.seek(0)
                reader.with_fragment(kind, stream, fragment)
            return verdict_of(reader)
    except c2pa.C2paError as e:
        return Verdict("", error=str(e))


def verify(path, roots=(), store=None, **sections):
    with open(path, "rb") as stream:
        return verify_stream(media_type(path), stream, roots, store, **sections)


def verify_fragment(init, segment, roots=()):
    with open(init, "rb") as stream, open(segment, "rb") as fragment:
        return verify_stream("video/mp4", stream, roots, fragment=fragment)


def signer(identity, tsa_url=None):
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(identity.alg.encode(), read(identity.chain),
                                                     read(identity.key), tsa_url))


def definition(actions=(CREATED,), **extra):
    made = {"claim_generator_info": [{"name": "interop", "version": "1"}], "assertions": []}
    if actions:
        made["assertions"].append({"label": "c2pa.actions.v2", "data": {"actions": list(actions)}, "created": True})
    made["assertions"] += extra.pop("assertions", [])
    return {**made, **extra}


def sign(source, target, identity, manifest=None, ingredients=(), intent=None, tsa_url=None, sidecar=None,
         roots=(), **sections):
    """Sign source into target; ingredients are (path, {"relationship": ...}); returns the store's bytes.

    With sidecar (a path) the store goes there and the target stays a plain copy.
    """
    with c2pa.Builder(manifest or definition(), context=context(roots, **sections)) as builder:
        if intent is not None:
            builder.set_intent(intent)
        if sidecar:
            builder.set_no_embed()
        for path, about in ingredients:
            with open(path, "rb") as stream:
                builder.add_ingredient({"title": os.path.basename(path), **about}, media_type(path), stream)
        out = io.BytesIO()
        with open(source, "rb") as stream:
            store = builder.sign(signer(identity, tsa_url), media_type(source), stream, out)
    with open(target, "wb") as f:
        f.write(out.getvalue())
    if sidecar:
        with open(sidecar, "wb") as f:
            f.write(store)
    return store
