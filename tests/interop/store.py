"""A minimal look into a manifest store, independent of ours: JUMBF boxes and the COSE structure."""

import struct

import cbor2


def boxes(data):
    """(type, content) of each box."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        yield kind, data[at + 8:at + size]
        at += size


def label_of(superbox):
    """Label of a superbox's content: its first box is jumd, with the label behind type and toggles."""
    kind, description = next(boxes(superbox))
    assert kind == b"jumd"
    return description[17:].split(b"\0")[0].decode()


def children(superbox):
    return [(label_of(content), content) for kind, content in boxes(superbox) if kind == b"jumb"]


def content_of(superbox, kind):
    return next(content for k, content in boxes(superbox) if k == kind)


class Manifest:
    """The active manifest of a store: its claim as signed, its COSE parts and its assertions' superboxes."""

    def __init__(self, store):
        kind, content = next(boxes(store))
        assert kind == b"jumb" and label_of(content) == "c2pa"
        self.label, active = children(content)[-1]
        parts = dict(children(active))
        self.assertions = dict(children(parts["c2pa.assertions"]))
        claim = parts.get("c2pa.claim.v2") or parts["c2pa.claim"]
        self.claim = content_of(claim, b"cbor")
        self.cose = content_of(parts["c2pa.signature"], b"cbor")
        self.protected, self.unprotected, payload, self.signature = cbor2.loads(self.cose).value
        assert payload is None

    def stamped_bytes(self):
        """What a sigTst2 token attests: C2PA, "Time-stamps", by the COSE countersignature structure."""
        return cbor2.dumps(["CounterSignature", self.protected, b"", cbor2.dumps(self.signature)])

    def token(self):
        """The one time-stamp token, DER, or None."""
        header = self.unprotected.get("sigTst2")
        if header is None:
            return None
        assert len(header["tstTokens"]) == 1
        return header["tstTokens"][0]["val"]
