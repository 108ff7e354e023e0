"""What our profile adds: captures, thumbnails, components, redaction, other hashes, the append-only form, the store
taken out and put back. c2pa-python has to accept all of it."""

import json

import judge
import peer

CREATED = ("--source-type", "digitalCreation")
PHOTOS = ("exif.jpg", "rgb.png", "lossy.webp")
CLIPS = ("clip.mp4", "faststart.mp4", "large-size.mp4", "fragmented.mp4", "clip.mov", "tone.m4a")


def sign(w, name, media, identity, *options):
    path = w.path("profile", name)
    w.exhibit.sign(media, path, identity, *options)
    return path


def captures(t, w):
    """A camera's photo says digitalCapture and org.exhibit.capture."""
    camera = w.own_identity("--camera", "dome-1", name="camera")
    for media in (*PHOTOS, "card.heic", "clip.mp4"):
        path = sign(w, "captured-" + media, w.media(media), camera, "--captured", "--frames", "1041-1041",
                    "--position", "52.5163,13.3777,8")
        judge.agree_both_ways(t, w, f"a captured {media}", path)
        manifest = peer.verify(path, w.roots).report
        labels = {a["label"]: a["data"] for a in manifest["manifests"][manifest["active_manifest"]]["assertions"]}
        capture = labels.get("org.exhibit.capture", {})
        t.same((capture.get("camera_id"), capture.get("start_frame")), ("dome-1", 1041),
               f"a captured {media}: c2pa-python reads the capture")
        t.same(labels["c2pa.actions.v2"]["actions"][0]["digitalSourceType"].rsplit("/", 1)[1], "digitalCapture",
               f"a captured {media}: c2pa-python reads its source")

    first = w.path("profile", "captured-exif.jpg")
    second = sign(w, "second.jpg", w.media("exif.jpg"), camera, "--captured", "--frames", "1042", "--previous", first)
    judge.agree_both_ways(t, w, "a second capture that names the first", second)


def options(t, w):
    for media in PHOTOS:
        path = sign(w, "thumbnail-" + media, w.media(media), w.us, *CREATED, "--thumbnail", "--title", "Test card")
        judge.agree_both_ways(t, w, f"{media} with a thumbnail", path)
    for media in ("plain.jpg", "rgb.png", "lossy.webp", "clip.mp4", "fragmented.mp4"):
        for alg in ("sha384", "sha512"):
            path = sign(w, f"{alg}-{media}", w.media(media), w.us, *CREATED, "--hash", alg)
            judge.agree_both_ways(t, w, f"{media} with {alg}", path)
    for media in CLIPS:
        path = sign(w, "append-" + media, w.media(media), w.us, *CREATED, "--append")
        judge.agree_both_ways(t, w, f"{media} with its store at the end", path)


def components(t, w):
    """Several ingredients, signed by others, by us, and not at all."""
    theirs, ours = w.path("profile", "theirs.jpg"), w.path("profile", "ours.png")
    peer.sign(w.media("exif.jpg"), theirs, w.identities["ps256"])
    w.exhibit.sign(w.media("rgb.png"), ours, w.us)
    composite = sign(w, "composite.jpg", w.media("gray.jpg"), w.us, "--source-type", "composite", "--trust",
                     w.us.root, "--trust", w.identities["ps256"].root, "--ingredient", theirs, ours,
                     w.media("clip.mp4"))
    judge.agree_both_ways(t, w, "three components", composite)

    # What came in with a component is there once, though it comes in twice.
    nested = sign(w, "nested.mp4", w.media("clip.mp4"), w.us, "--source-type", "composite", "--trust", w.us.root,
                  "--trust", w.identities["ps256"].root, "--ingredient", composite, theirs)
    judge.agree_both_ways(t, w, "a component and a component of it", nested)
    t.same(len(peer.verify(nested).report["manifests"]), 4, "a component and a component of it: each manifest once")


def redaction(t, w):
    camera = w.own_identity("--camera", "dome-2", name="camera2")
    for media in ("exif.jpg", "rgb.png", "clip.mp4"):
        captured = sign(w, "private-" + media, w.media(media), camera, "--captured", "--frames", "7")
        manifest = peer.verify(captured).report["active_manifest"]
        uri = f"self#jumbf=/c2pa/{manifest}/c2pa.assertions/org.exhibit.capture"
        less = sign(w, "less-" + media, captured, w.us, "--update", "--redact", uri, "--reason", "c2pa.PII.present",
                    "--trust", w.us.root)
        judge.agree_both_ways(t, w, f"the capture of {media} redacted", less)
        t.ok("dome-2" not in json.dumps(assertions(less, manifest)), f"the capture of {media} redacted: it is gone",
             assertions(less, manifest))


def assertions(path, manifest):
    return peer.verify(path).report["manifests"][manifest]["assertions"]


def strip_and_attach(t, w):
    """A store taken out and put back makes the same file."""
    for media in ("exif.jpg", "rgb.png", "lossy.webp", "tone.wav", "clip.mp4", "fragmented.mp4", "card.heic"):
        for who, signer in (("their", lambda m, p: peer.sign(m, p, w.them)),
                            ("our", lambda m, p: w.exhibit.sign(m, p, w.us))):
            signed = w.path("profile", f"{who}-whole-{media}")
            bare, back = w.path("profile", f"{who}-bare-{media}"), w.path("profile", f"{who}-back-{media}")
            signer(w.media(media), signed)
            w.exhibit.run("strip", signed, "-o", bare, "--store", bare + ".store", check=True)
            t.ok(peer.verify(bare).state == "", f"{who} {media} stripped: c2pa-python finds nothing")
            w.exhibit.run("attach", bare, "--store", bare + ".store", "-o", back, check=True)
            judge.agree_both_ways(t, w, f"{who} {media} stripped and attached", back)


def run(t, w):
    captures(t, w)
    options(t, w)
    components(t, w)
    redaction(t, w)
    strip_and_attach(t, w)
