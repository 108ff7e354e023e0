"""Time-stamps at signing: our requests, the tokens we embed, and what everybody makes of them."""

import hashlib
import subprocess

import rfc3161_client
from cryptography import x509

import certs
import judge
import peer
from store import Manifest
from tsa import TimeStampAuthority

CREATED = ("--source-type", "digitalCreation")


def openssl(*args):
    return subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, errors="replace", check=False)


def check_request(t, w, request, imprint, name):
    """openssl reads our TimeStampReq: the right imprint, a nonce, and the certificate asked for."""
    path = w.path("stamps", "request.tsq")
    with open(path, "wb") as f:
        f.write(request)
    done = openssl("ts", "-query", "-in", path, "-text")
    t.ok(done.returncode == 0, f"{name}: openssl reads the request", done.stderr)
    fields = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    t.same(fields.get("Hash Algorithm"), "sha256", f"{name}: imprint by SHA-256")
    t.same(fields.get("Certificate required"), "yes", f"{name}: the certificate is asked for")
    t.ok(fields.get("Nonce", "unspecified") != "unspecified", f"{name}: there is a nonce", done.stdout)
    t.ok(imprint in request, f"{name}: the imprint is the countersignature structure's digest")
    return int(fields["Nonce"], 16) if fields.get("Nonce", "").startswith("0x") else None


def check_token(t, w, manifest, response, nonce, root, name):
    """The token in the file is the authority's answer, and two other implementations accept it."""
    token, stamped = manifest.token(), manifest.stamped_bytes()
    t.ok(token is not None and token in response, f"{name}: the embedded token is the answer's")
    paths = {n: w.path("stamps", n) for n in ("token.der", "stamped.bin")}
    for path, data in zip(paths.values(), (token, stamped)):
        with open(path, "wb") as f:
            f.write(data)
    done = openssl("ts", "-verify", "-token_in", "-in", paths["token.der"], "-data", paths["stamped.bin"],
                   "-CAfile", root)
    t.ok(done.returncode == 0, f"{name}: openssl ts accepts the token", done.stderr)

    builder = rfc3161_client.VerifierBuilder().add_root_certificate(
        x509.load_pem_x509_certificate(peer.read(root)))
    if nonce is not None:
        builder = builder.nonce(nonce)
    try:
        decoded = rfc3161_client.decode_timestamp_response(response)
        holds, why = builder.build().verify_message(decoded, stamped), ""
    except (ValueError, rfc3161_client.VerificationError) as e:
        holds, why = False, e
    t.ok(holds, f"{name}: rfc3161-client accepts the answer to our request", why)


def store_of(w, name, identity, tsa_url):
    """The store that our program makes of a picture, bare: signed with a sidecar."""
    target = w.path("stamps", f"bare-{name}.jpg")
    w.exhibit.sign(w.media("plain.jpg"), target, identity, *CREATED, "--sidecar", "--tsa", tsa_url)
    return peer.read(target + ".c2pa")


def we_stamp(t, w, authority, root, who):
    for alg, identity in {"our es256": w.us, **w.identities}.items():
        name = f"we sign with {alg}, stamped by {who}"
        authority.exchanges.clear()
        manifest = Manifest(store_of(w, f"{who}-{alg}", identity, authority.url))
        (request, response), = authority.exchanges
        imprint = hashlib.sha256(manifest.stamped_bytes()).digest()
        nonce = check_request(t, w, request, imprint, name)
        check_token(t, w, manifest, response, nonce, root, name)

    for media in ("exif.jpg", "rgb.png", "lossy.webp", "clip.mp4", "fragmented.mp4", "card.heic", "tone.wav"):
        path = w.path("stamps", f"{who}-{media}")
        w.exhibit.sign(w.media(media), path, w.us, *CREATED, "--tsa", authority.url)
        name = f"we sign {media}, stamped by {who}"
        ours = judge.agree(t, w, name, path, "Trusted", tsa_roots=[root])
        t.ok({"timeStamp.validated", "timeStamp.trusted"} <= ours.success, f"{name}: the stamp is trusted", ours.report)
        judge.agree(t, w, name + ", no roots", path, "Valid", roots=[], tsa_roots=[])


def they_stamp(t, w, authority):
    for alg, identity in w.identities.items():
        for media in ("plain.jpg", "clip.mp4"):
            path = w.path("stamps", f"theirs-{alg}-{media}")
            peer.sign(w.media(media), path, identity, tsa_url=authority.url)
            name = f"they sign {media} with {alg}, stamped"
            ours = judge.agree(t, w, name, path, "Trusted")
            t.ok("timeStamp.trusted" in ours.success, f"{name}: the stamp is trusted", ours.report)
            judge.agree(t, w, name + ", no roots", path, "Valid", roots=[], tsa_roots=[])


def a_stamp_outlives_the_certificate(t, w, authority):
    """Judged long after the certificate's end: sound with a stamp, not to be judged without."""
    brief = w.authorities["es256"].issue("brief", life=2 * certs.DAY)
    later = "2031-01-01T00:00:00Z"
    for stamped in (True, False):
        path = w.path("stamps", f"brief-{stamped}.jpg")
        w.exhibit.sign(w.media("plain.jpg"), path, brief, *CREATED, *(("--tsa", authority.url) if stamped else ()))
        ours = w.exhibit.verify(path, w.roots, w.tsa_roots, "--at", later)
        name = f"an expired certificate {'with' if stamped else 'without'} a stamp"
        if stamped:
            t.same((ours.state, ours.exit), ("Trusted", 0), name)
        else:
            t.same((ours.state, ours.exit), ("Invalid", 5), name)


def a_broken_authority(t, w, authority):
    """No stamp now is a warning, and the file is signed all the same."""
    authority.broken = True
    path = w.path("stamps", "unstamped.jpg")
    done = w.exhibit.sign(w.media("plain.jpg"), path, w.us, *CREATED, "--tsa", authority.url)
    authority.broken = False
    t.ok("time-stamp" in done.stderr, "a broken authority: we are warned", done.stderr)
    judge.agree_both_ways(t, w, "a broken authority", path)


def run(t, w):
    third = w.tsa_authority.issue_tsa("tsa-third", by_root=True)
    with TimeStampAuthority(w.path("stamps", "third"), third) as authority:
        we_stamp(t, w, authority, w.tsa_authority.root_path, "another authority")
        they_stamp(t, w, authority)
        a_stamp_outlives_the_certificate(t, w, authority)
        a_broken_authority(t, w, authority)
    own = w.own_identity("--tsa", name="own-tsa")
    with TimeStampAuthority(w.path("stamps", "own"), own) as authority:
        we_stamp(t, w, authority, own.root, "a certificate of ours")
