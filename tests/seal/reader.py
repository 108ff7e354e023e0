#!/usr/bin/env python3
"""A second reader of docs/seal-format.md, written from it alone: reader.py OBJECT [X.led] [IDENTITY]

Prints what the ledger proves; with an identity it opens the object onto stdout instead. Exit status: 0 whole, 1 altered,
5 open end. The certificate is taken as it is: trust is openssl verify's business.
"""
import base64
import hmac
import struct
import sys
from hashlib import sha256

import cbor2
from cryptography import x509
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TICK, SEALED, CLEAR, LEDGER = 203, 65552, 65536, b"exhibit ledger v1"
FIELDS = struct.Struct(">4sBBHQQQQQQQ32s32s")


def need(holds, why):
    if not holds:
        raise SystemExit(why)  # exit status 1


def raw64(text):
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def read_header(data):
    """-> stanzas as (arguments, body), what the MAC covers, the MAC, where the nonce begins."""
    end = data.index(b"\n--- ") + 4
    mac_end = data.index(b"\n", end)
    stanzas = [stanza.split("\n") for stanza in data[21:end - 4].decode("ascii").split("\n-> ")[1:]]
    stanzas = [(s[0].split(" "), raw64("".join(s[1:]))) for s in stanzas]
    return stanzas, data[:end], raw64(data[end + 1:mac_end].decode()), mac_end + 1


def holds(certificate, alg, protected, payload, signature, external):
    tbs = cbor2.dumps(["Signature1", protected, external, payload])
    r, s = (int.from_bytes(signature[i:i + 32], "big") for i in (0, 32))
    how = (signature, tbs) if alg == -8 else (encode_dss_signature(r, s), tbs, ec.ECDSA(hashes.SHA256()))
    try:
        return x509.load_der_x509_certificate(certificate).public_key().verify(*how) is None
    except InvalidSignature:
        return False


def read_signed(data, kind, external):
    """A signed map of ours -> the map, the signer's certificate, the algorithm."""
    tag = cbor2.loads(data)
    protected, unprotected, payload, signature = tag.value
    headers = cbor2.loads(protected)
    need(tag.tag == 18 and unprotected == {} and headers[3] == f"application/vnd.exhibit.{kind}+cbor", f"not a {kind}")
    certificate = headers[33][0] if isinstance(headers[33], list) else headers[33]
    need(holds(certificate, headers[1], protected, payload, signature, external), f"{kind}: bad signature")
    return cbor2.loads(payload), certificate, headers[1]


def name_in(certificate):
    names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return [u.split(":", 3)[3] for u in names.value.get_values_for_type(x509.UniformResourceIdentifier)
            if u.startswith(("urn:exhibit:camera:", "urn:exhibit:person:"))]


def digest_of(span, chunk):
    return sha256(b"".join(sha256(b"\0" + span[i:i + chunk]).digest() for i in range(0, len(span), chunk))).digest()


def check(open_entry, ticks, body):
    """-> the open entry's map, the certificate, number of entries, closed?"""
    entry, certificate, alg = read_signed(open_entry, "open", LEDGER)
    need(entry[1] == 1 and entry[3] in name_in(certificate), "another version, or the certificate of somebody else")
    frame = b"\xd2\x84\x43\xa1\x01" + (b"\x26" if alg == -7 else b"\x27") + b"\xa0\x58\x80"
    prev, end, seq, closed = sha256(open_entry).digest(), 0, 0, False
    whole = ticks[:ticks.rfind(frame + b"EXT1") + TICK] if frame + b"EXT1" in ticks else b""  # a torn tail is left out
    for at in range(0, len(whole) // TICK * TICK, TICK):
        tick, payload = ticks[at:at + TICK], ticks[at + 9:at + 137]
        need(tick[:9] == frame and tick[137:139] == b"\x58\x40" and payload[:4] == b"EXT1", f"damaged ledger at {seq}")
        need(holds(certificate, alg, frame[3:6], payload, tick[139:], LEDGER), f"bad signature at {seq}")
        _, kind, _, _, number, _, _, first, last, _, _, digest, before = FIELDS.unpack(payload)
        need(number == seq and before == prev and first == end <= last and not closed, f"chain break at {seq}")
        need(last <= len(body), f"body shorter than ledger: {seq} records present")
        want = digest_of(body[first:last], CLEAR if entry[11] & 4 else SEALED) if last > first else bytes(32)
        need(digest == want or kind == 4, f"body altered in record {seq}")  # a beacon's is of a checkpoint
        prev, end, seq, closed = sha256(tick).digest(), last, seq + 1, kind == 2
    need(not closed or (end, seq * TICK) == (len(body), len(ticks)), "bytes after the close")
    return entry, certificate, seq, closed


def derive(key, salt, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def unwrap(stanzas, identity):
    """The file key, by the secret of an identity file: bech32, five bits a character, a checksum of six."""
    text = identity[identity.index("AGE-SECRET-KEY-1") + 16:].split()[0][:-6]
    bits = "".join(format("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L".index(c), "05b") for c in text)
    secret = x25519.X25519PrivateKey.from_private_bytes(int(bits[:256], 2).to_bytes(32, "big"))
    public = secret.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    for args, body in stanzas:
        if args[0] == "X25519":
            share = raw64(args[1])
            shared = secret.exchange(x25519.X25519PublicKey.from_public_bytes(share))
            try:
                wrap = ChaCha20Poly1305(derive(shared, share + public, b"age-encryption.org/v1/X25519"))
                return wrap.decrypt(bytes(12), body, None)
            except InvalidTag:
                pass
    raise SystemExit("sealed for somebody else")


def run(data, led, identity):
    """-> exit status, the verdict, what the body is in clear (None: nobody can tell without an identity)."""
    sealed = data.startswith(b"age-encryption.org/v1\n")
    if sealed:
        stanzas, covered, mac, at = read_header(data)
        ours = {args[0]: body for args, body in stanzas if args[1:] == ["1"]}
        open_entry, nonce, body = ours["exhibit.org/open"], data[at:at + 16], data[at + 16:]
        need(led[:len(open_entry)] in (b"", open_entry), "another open entry")
        need(led or "exhibit.org/final" in ours, "ledger removed")
        ticks = led[len(open_entry):] or ours.get("exhibit.org/final", b"")
    else:
        size = len(cbor2.dumps(cbor2.loads(led)))  # deterministic: written again it has the same size
        open_entry, ticks, body = led[:size], led[size:], data
    entry, certificate, entries, closed = check(open_entry, ticks, body)
    need(not sealed or entry[12] == nonce, "another body")
    verdict = 0 if closed else 5, f"{'closed' if closed else 'open end'}, {entries} entries by {entry[3]}"
    if not sealed or not identity:
        return *verdict, None if sealed else body
    key, info = unwrap(stanzas, identity), b"exhibit/v1/commit\0" + sha256(certificate).digest()
    need(hmac.digest(derive(key, b"", b"header"), covered, "sha256") == mac, "header altered")
    need(derive(key, nonce, info) == entry[13], "signed by somebody who did not seal it")
    cipher = ChaCha20Poly1305(derive(key, nonce, b"payload"))
    starts = range(0, len(body) - (0 if closed else len(body) % SEALED), SEALED)
    return *verdict, b"".join(cipher.decrypt(n.to_bytes(11, "big") + bytes([closed and at + SEALED >= len(body)]),
                                             body[at:at + SEALED], None) for n, at in enumerate(starts))


if __name__ == "__main__":
    files = [open(path, "rb").read() for path in sys.argv[1:]]
    me = next((f.decode() for f in files[1:] if b"AGE-SECRET-KEY-1" in f), None)
    status, said, opened = run(files[0], next((f for f in files[1:] if f[:1] == b"\xd2"), b""), me)
    sys.stdout.buffer.write(opened if me and opened else said.encode() + b"\n")
    sys.exit(status)
