"""Revocation: OCSP answers asked for online, stapled beside the signature, or recorded in a later manifest."""

import judge
import peer
from ocsp import Responder
from test_ingredients import opened, parent
from tsa import TimeStampAuthority

CREATED = ("--source-type", "digitalCreation")
ASK = {"verify": {"verify_trust": True, "ocsp_fetch": True, "remote_manifest_fetch": False}}
RECORD = {"builder": {"thumbnail": {"enabled": False}, "certificate_status_fetch": "all",
                      "certificate_status_should_override": False}}
NOT_REVOKED, REVOKED = "signingCredential.ocsp.notRevoked", "signingCredential.ocsp.revoked"


def wanted(status):
    """State, our exit code, and the status code that tells."""
    return ("Trusted", 0, NOT_REVOKED) if status == "good" else ("Invalid", 6, REVOKED)


def both_say(t, w, name, path, status, options=(), **sections):
    state, exit_code, code = wanted(status)
    theirs = peer.verify(path, w.roots + w.tsa_roots, **sections)
    ours = w.exhibit.verify(path, w.roots, w.tsa_roots, *options)
    t.ok(theirs.state == state and code in theirs.success | theirs.failure, f"{name}: c2pa-python says {code}", theirs)
    t.ok(ours.state == state and ours.exit == exit_code and code in ours.success | ours.failure,
         f"{name}: we say {code}", f"{ours}, exit {ours.exit}\n{ours.report}")
    found = judge.differences(ours, theirs)
    t.ok(not found, f"{name}: the same status codes", found)


def online(t, w, responder, people):
    """Nobody is asked unless we are told to; then both of us ask, and hear the same."""
    for status, person in people.items():
        for who, signer in (("they", peer.sign), ("we", w.exhibit.sign)):
            path = w.path("revocation", f"online-{who}-{status}.jpg")
            signer(w.media("plain.jpg"), path, person)
            responder.questions = 0
            w.exhibit.verify(path, w.roots)
            t.same(responder.questions, 0, f"{who} sign, {status}: we ask nobody by ourselves")
            both_say(t, w, f"{who} sign, {status}, asked online", path, status, ("--online", "--allow-private"), **ASK)
            responder.questions = 0
            w.exhibit.verify(path, w.roots, (), "--online")
            t.same(responder.questions, 0, f"{who} sign, {status}: we ask no private address by ourselves")


def stapled(t, w, responder, authority, people):
    for status, person in people.items():
        answer = w.path("revocation", f"answer-{status}.der")
        with open(answer, "wb") as f:
            f.write(responder.response(person))
        for media in ("plain.jpg", "clip.mp4"):
            path = w.path("revocation", f"stapled-{status}-{media}")
            w.exhibit.sign(w.media(media), path, person, *CREATED, "--tsa", authority.url, "--ocsp", answer)
            both_say(t, w, f"we staple \"{status}\" to {media}", path, status)


def record(w, who, status, person, responder, authority):
    """A stamped picture, then a manifest with c2pa.certificate-status that knows of its signer."""
    first, child = (w.path("revocation", f"{n}-{who}-{status}.jpg") for n in ("first", "child"))
    if who == "they":
        peer.sign(w.media("plain.jpg"), first, person, tsa_url=authority.url)
        peer.sign(w.media("gray.jpg"), child, w.them, opened(), [parent(first)], roots=w.roots + w.tsa_roots, **RECORD)
        return child
    answer = w.path("revocation", f"record-{status}.der")
    with open(answer, "wb") as f:
        f.write(responder.response(person))
    w.exhibit.sign(w.media("plain.jpg"), first, person, *CREATED, "--tsa", authority.url)
    w.exhibit.run("stamp", first, "-o", child, "--tsa", authority.url, "--key", w.us.key, "--cert", w.us.chain,
                  "--status", answer, check=True)
    return child


def recorded(t, w, responder, authority, people):
    for who in ("they", "we"):
        for status, person in people.items():
            path = record(w, who, status, person, responder, authority)
            name = f"{who} record \"{status}\" of a parent"
            t.ok(b"c2pa.certificate-status" in peer.read(path), f"{name}: it is in the file")
            if status == "good":
                judge.agree(t, w, name, path, "Trusted")
                continue
            # c2pa-rs writes the failure down under an URL that names nothing, and later believes that it was known.
            ours = w.exhibit.verify(path, w.roots, w.tsa_roots)
            t.ok(ours.state == "Invalid" and REVOKED in ours.deltas, f"{name}: we say so", f"{ours}, exit {ours.exit}")


def run(t, w):
    authority = w.authorities["es256"]
    with Responder(w.path("revocation", "ocsp"), authority) as responder, \
            TimeStampAuthority(w.path("revocation", "tsa"), w.tsa_authority.issue_tsa("tsa-revocation")) as tsa:
        people = {s: authority.issue("ocsp-" + s, ocsp_url=responder.url) for s in ("good", "revoked")}
        for status, person in people.items():
            responder.set(person, status)
        online(t, w, responder, people)
        stapled(t, w, responder, tsa, people)
        recorded(t, w, responder, tsa, people)
