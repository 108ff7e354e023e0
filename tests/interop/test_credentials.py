"""Certificates that must be refused or doubted. Neither side would sign with most of them, so by_hand.py does."""

import datetime

import by_hand
import judge
import peer
from certs import C2PA_SIGNING, DAY, CLAIM_SIGNING_USAGES, Authority
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
ANY_USAGE = ObjectIdentifier("2.5.29.37.0")
# c2pa-rs takes its list of usages only from its settings.
USAGES = {"trust": {"trust_config": f"{C2PA_SIGNING.dotted_string}\n{DOCUMENT_SIGNING.dotted_string}\n"
                                    f"{ExtendedKeyUsageOID.EMAIL_PROTECTION.dotted_string}\n"}}


def signed(w, name, identity):
    path = w.path("credentials", name.replace(" ", "-") + ".jpg")
    with open(path, "wb") as f:
        f.write(by_hand.sign_jpeg(peer.read(w.media("plain.jpg")), identity))
    return path


def accepted(t, w, ca):
    for name, usages in (("claim signing and e-mail", CLAIM_SIGNING_USAGES),
                         ("claim signing alone", (C2PA_SIGNING,)),
                         ("e-mail alone", (ExtendedKeyUsageOID.EMAIL_PROTECTION,)),
                         ("document signing", (DOCUMENT_SIGNING,))):
        path = signed(w, name, ca.issue("leaf-" + name.replace(" ", "-"), usages=usages))
        judge.agree(t, w, f"a certificate for {name}", path, "Trusted", **USAGES)
        judge.agree(t, w, f"a certificate for {name}, no roots", path, "Valid", roots=[], tsa_roots=[], **USAGES)


def refused(t, w, ca):
    """Both say signingCredential.invalid, whatever else they add."""
    for name, usages in (("servers", (ExtendedKeyUsageOID.SERVER_AUTH,)), ("nothing", ()), ("anything", (ANY_USAGE,))):
        path = signed(w, "for " + name, ca.issue("leaf-for-" + name, usages=usages))
        theirs, ours = peer.verify(path, w.roots, **USAGES), w.exhibit.verify(path, w.roots)
        for who, verdict in (("c2pa-python", theirs), ("us", ours)):
            t.ok(verdict.state == "Invalid" and "signingCredential.invalid" in verdict.failure,
                 f"a certificate for {name}: refused by {who}", verdict)
        t.same(ours.exit, 1, f"a certificate for {name}: wrong use is exit 1")

    # c2pa-rs lets a time-stamp authority sign claims, against the certificate profile.
    path = signed(w, "for stamps", w.tsa_authority.issue_tsa("leaf-for-stamps"))
    ours = w.exhibit.verify(path, w.roots + w.tsa_roots)
    t.ok(ours.exit == 1 and "signingCredential.invalid" in ours.failure,
         "a certificate for stamps: refused by us", ours)


def out_of_time(t, w, ca):
    """c2pa-rs has a code of its own for that; the specification's is claimSignature.outsideValidity."""
    now = datetime.datetime.now(datetime.timezone.utc)
    for name, start in (("expired", now - 60 * DAY), ("not yet valid", now + 30 * DAY)):
        path = signed(w, name, ca.issue("leaf-" + name.replace(" ", "-"), life=30 * DAY, start=start))
        theirs, ours = peer.verify(path, w.roots), w.exhibit.verify(path, w.roots)
        t.ok(theirs.state == "Invalid" and "signingCredential.expired" in theirs.failure,
             f"a certificate that is {name}: Invalid for c2pa-python", theirs)
        t.ok((ours.state, ours.exit) == ("Invalid", 5) and ours.failure == {"claimSignature.outsideValidity"},
             f"a certificate that is {name}: not to be judged for us", f"{ours}, exit {ours.exit}")
        within = (start + 10 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
        ours = w.exhibit.verify(path, w.roots, (), "--at", within)
        t.same((ours.state, ours.exit), ("Trusted", 0), f"a certificate that is {name}: Trusted for us within its time")


def strangers(t, w):
    stranger = Authority(w.path("certs"), "ca-stranger").issue("stranger")
    for media in ("plain.jpg", "rgb.png", "lossy.webp", "clip.mp4"):
        path = w.path("credentials", "stranger-" + media)
        peer.sign(w.media(media), path, stranger)
        judge.agree(t, w, f"a stranger's {media}", path, "Valid")
        judge.agree(t, w, f"a stranger's {media}, with the right root", path, "Trusted", roots=[stranger.root])


def run(t, w):
    ca = w.authorities["es256"]
    accepted(t, w, ca)
    refused(t, w, ca)
    out_of_time(t, w, ca)
    strangers(t, w)
