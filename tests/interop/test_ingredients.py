"""Ingredients: one, several, chains of them, the same one by two ways; redaction; damaged ones."""

import judge
import peer


def opened(*actions):
    """A manifest whose parent is the ingredient labelled "parent"."""
    parent = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
    return peer.definition(actions=[parent, *actions])


def composed(*labels):
    placed = [{"action": "c2pa.placed", "parameters": {"ingredientIds": [label]}} for label in labels]
    return peer.definition(actions=[peer.CREATED, *placed])


def parent(path):
    return (path, {"relationship": "parentOf", "label": "parent", "instance_id": "parent"})


def component(path, label):
    return (path, {"relationship": "componentOf", "label": label, "instance_id": label})


class Maker:
    """Signs with c2pa-python below one folder."""

    def __init__(self, w):
        self.w = w

    def __call__(self, name, media, identity=None, manifest=None, ingredients=(), **sections):
        path = self.w.path("ingredients", name)
        peer.sign(self.w.media(media), path, identity or self.w.them, manifest, ingredients, **sections)
        return path


def redacted(w, source, label):
    """A manifest that opens source and redacts one of its assertions."""
    manifest = peer.verify(source, w.roots).report["active_manifest"]
    uri = f"self#jumbf=/c2pa/{manifest}/c2pa.assertions/{label}"
    action = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    return {**opened(action), "redactions": [uri]}


def they_sign(t, w, make):
    both = judge.agree_both_ways
    first = make("first.jpg", "exif.jpg")
    second = make("second.jpg", "exif.jpg", manifest=opened(), ingredients=[parent(first)])
    both(t, w, "one parent", second)

    chain = second
    for depth, alg in enumerate(("ed25519", "ps256", "es384", "es256", "es256", "es256"), 3):
        chain = make(f"depth{depth}.jpg", "exif.jpg", w.identities[alg], opened(), [parent(chain)])
        both(t, w, f"a chain of {depth} manifests", chain)

    left = make("left.jpg", "plain.jpg", manifest=opened(), ingredients=[parent(first)])
    right = make("right.jpg", "progressive.jpg", manifest=opened(), ingredients=[parent(first)])
    diamond = make("diamond.jpg", "gray.jpg", None, composed("l", "r"), [component(left, "l"), component(right, "r")])
    both(t, w, "two components with one parent", diamond)
    again = make("again.jpg", "gray.jpg", None, composed("d", "l"), [component(diamond, "d"), component(left, "l")])
    both(t, w, "a diamond inside another", again)
    twice = make("twice.jpg", "gray.jpg", None, composed("a", "b"), [component(first, "a"), component(first, "b")])
    both(t, w, "the same component twice", twice)

    clip, tone = make("clip.mp4", "clip.mp4"), make("tone.wav", "tone.wav")
    several = make("several.mp4", "clip.mp4", None, composed("a", "b", "c"),
                   [component(first, "a"), component(clip, "b"), component(tone, "c")])
    both(t, w, "components of other formats", several)

    plain = make("of-plain.jpg", "plain.jpg", None, opened(), [parent(w.media("plain.jpg"))])
    both(t, w, "a parent without credential", plain)

    altered = w.copy_with(first, w.path("ingredients", "altered.jpg"), lambda d: d.__setitem__(-500, d[-500] ^ 1))
    of_altered = make("of-altered.jpg", "exif.jpg", None, opened(), [parent(altered)])
    both(t, w, "a parent that was altered before", of_altered)

    stranger = make("stranger.jpg", "exif.jpg", w.tsa_authority.issue("stranger"))
    of_stranger = make("of-stranger.jpg", "exif.jpg", None, opened(), [parent(stranger)])
    both(t, w, "a parent of another authority", of_stranger)


def they_redact(t, w, make):
    from test_bindings import many_assertions
    many = make("many.jpg", "exif.jpg", None, many_assertions())
    for label in ("c2pa.metadata", "org.example.one__1", "org.example.json", "stds.schema-org.CreativeWork"):
        path = make(f"without-{label}.jpg", "exif.jpg", None, redacted(w, many, label), [parent(many)])
        judge.agree_both_ways(t, w, f"{label} redacted", path)
        after = make(f"after-{label}.jpg", "exif.jpg", None, opened(), [parent(path)])
        judge.agree_both_ways(t, w, f"{label} redacted, then edited", after)


def damage_deep_inside(t, w, make):
    """A bit flipped in an ingredient's manifest, after it was taken in."""
    first = make("deep-first.jpg", "plain.jpg", w.identities["ed25519"])
    second = make("deep-second.jpg", "plain.jpg", manifest=opened(), ingredients=[parent(first)])
    at = peer.read(second).index(b"digitalCapture")
    path = w.copy_with(second, w.path("ingredients", "deep.jpg"), lambda d: d.__setitem__(at, d[at] ^ 1))
    judge.agree(t, w, "an ingredient's assertion altered afterwards", path, "Invalid")


def we_sign(t, w, make):
    """`exhibit sign` of what carries a credential takes that in as its parent."""
    for media in ("exif.jpg", "rgb.png", "lossy.webp", "clip.mp4", "fragmented.mp4", "card.heic", "tone.wav"):
        theirs = make("parent-" + media, media)
        ours = w.path("ingredients", "ours-" + media)
        w.exhibit.sign(theirs, ours, w.us, "--trust", w.them.root)
        judge.agree_both_ways(t, w, f"we sign their {media}", ours)
        again = w.path("ingredients", "ours-again-" + media)
        w.exhibit.sign(ours, again, w.us, "--trust", w.us.root, "--trust", w.them.root)
        judge.agree_both_ways(t, w, f"we sign our {media} again", again)
        back = w.path("ingredients", "theirs-again-" + media)
        peer.sign(again, back, w.them, opened(), [parent(again)], roots=w.roots)
        judge.agree_both_ways(t, w, f"they sign ours of {media}", back)

    plain = w.path("ingredients", "ours-opened.jpg")
    w.exhibit.sign(w.media("plain.jpg"), plain, w.us, "--title", "opened")
    judge.agree_both_ways(t, w, "we open a file without credential", plain)

    deep = plain
    for depth in range(2, 9):
        previous, deep = deep, w.path("ingredients", f"ours-depth{depth}.jpg")
        w.exhibit.sign(previous, deep, w.us, "--trust", w.us.root)
    judge.agree_both_ways(t, w, "we sign eight times", deep)

    signed = make("damaged.jpg", "plain.jpg")
    altered = w.copy_with(signed, w.path("ingredients", "ours-altered-parent.jpg"),
                          lambda d: d.__setitem__(-300, d[-300] ^ 1))
    ours = w.path("ingredients", "ours-of-altered.jpg")
    w.exhibit.sign(altered, ours, w.us, "--trust", w.them.root)
    judge.agree_both_ways(t, w, "we sign a parent that was altered before", ours)


def run(t, w):
    make = Maker(w)
    they_sign(t, w, make)
    they_redact(t, w, make)
    damage_deep_inside(t, w, make)
    we_sign(t, w, make)
