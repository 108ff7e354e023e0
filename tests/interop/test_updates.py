"""Update manifests, both ways: what is added later without touching the picture."""

import c2pa

import judge
import peer
from test_bindings import BOX_HASH, many_assertions
from tsa import TimeStampAuthority

UPDATE = c2pa.C2paBuilderIntent.UPDATE
NO_ACTIONS = peer.definition(actions=())
STAMP_ALL = {"builder": {"thumbnail": {"enabled": False},
                         "auto_timestamp_assertion": {"enabled": True, "skip_existing": False, "fetch_scope": "all"}}}

# In RIFF the form's size field is hashed and changes as the store grows: c2pa-python's updates do not hold there.
MEDIA = ("exif.jpg", "rgb.png", "clip.mp4", "fragmented.mp4", "card.heic", "card.avif", "clip.mov", "tone.m4a")


def they_update(t, w):
    for media in MEDIA:
        first, second, third = (w.path("updates", f"theirs{n}-{media}") for n in (1, 2, 3))
        peer.sign(w.media(media), first, w.them)
        peer.sign(first, second, w.them, NO_ACTIONS, intent=UPDATE)
        judge.agree_both_ways(t, w, f"they update {media}", second)
        peer.sign(second, third, w.identities["es384"],
                  peer.definition(actions=[{"action": "c2pa.edited.metadata"}]), intent=UPDATE)
        judge.agree_both_ways(t, w, f"they update {media} twice", third)

    boxes, updated = w.path("updates", "boxes.jpg"), w.path("updates", "boxes-updated.jpg")
    peer.sign(w.media("plain.jpg"), boxes, w.them, **BOX_HASH)
    peer.sign(boxes, updated, w.them, NO_ACTIONS, intent=UPDATE)
    judge.agree_both_ways(t, w, "they update a box hash", updated)

    many, less = w.path("updates", "many.jpg"), w.path("updates", "less.jpg")
    peer.sign(w.media("exif.jpg"), many, w.them, many_assertions())
    uri = f"self#jumbf=/c2pa/{peer.verify(many).report['active_manifest']}/c2pa.assertions/c2pa.metadata"
    redacted = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    peer.sign(many, less, w.them, {**peer.definition(actions=[redacted]), "redactions": [uri]}, intent=UPDATE)
    judge.agree_both_ways(t, w, "they redact in an update", less)

    altered = w.copy_with(less, w.path("updates", "altered.jpg"), lambda d: d.__setitem__(-300, d[-300] ^ 1))
    judge.agree(t, w, "a picture altered below an update", altered, "Invalid")


def we_stamp_later(t, w, authority):
    """`exhibit stamp`: an offline camera's picture gets its time-stamp in an update manifest."""
    for media in MEDIA:
        first, second, third = (w.path("updates", f"ours{n}-{media}") for n in (1, 2, 3))
        w.exhibit.sign(w.media(media), first, w.us)
        w.exhibit.run("stamp", first, "-o", second, "--tsa", authority.url, "--key", w.us.key, "--cert", w.us.chain,
                      check=True)
        ours = judge.agree(t, w, f"we stamp {media} later", second, "Trusted")
        t.ok("timeStamp.trusted" in ours.success | all_codes(ours), f"we stamp {media} later: the stamp is trusted",
             ours.report)
        peer.sign(second, third, w.them, NO_ACTIONS, intent=UPDATE)
        judge.agree_both_ways(t, w, f"they update our stamped {media}", third)

        theirs, both = w.path("updates", "their-first-" + media), w.path("updates", "stamped-by-us-" + media)
        peer.sign(w.media(media), theirs, w.them)
        w.exhibit.run("stamp", theirs, "-o", both, "--tsa", authority.url, "--key", w.us.key, "--cert", w.us.chain,
                      "--trust", w.them.root, check=True)
        judge.agree_both_ways(t, w, f"we stamp their {media} later", both)


def they_stamp_later(t, w, authority):
    for media in ("exif.jpg", "rgb.png", "clip.mp4"):
        first, second = w.path("updates", "unstamped-" + media), w.path("updates", "stamped-" + media)
        w.exhibit.sign(w.media(media), first, w.us)
        peer.sign(first, second, w.them, NO_ACTIONS, intent=UPDATE, tsa_url=authority.url, **STAMP_ALL)
        judge.agree_both_ways(t, w, f"they stamp our {media} later", second)


def all_codes(verdict):
    """Every success code in our report, those of ingredients' deltas too."""
    results = verdict.report.get("validation_results") or {}
    found = set()
    for delta in results.get("ingredientDeltas") or []:
        found |= {e["code"] for e in delta["validationDeltas"].get("success") or []}
    return found


def run(t, w):
    they_update(t, w)
    with TimeStampAuthority(w.path("updates", "tsa"), w.tsa_authority.issue_tsa("tsa-updates")) as authority:
        we_stamp_later(t, w, authority)
        they_stamp_later(t, w, authority)
