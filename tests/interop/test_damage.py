"""One bit, one byte, one part changed: nobody may call it sound, nor merely untrusted."""

import peer

# Where in a signed file, by the text to look for and a distance from it. The picture itself counts from the end.
JPEG_PARTS = {
    "the JFIF header": (b"JFIF", 9),
    "a quantisation table": (b"\xff\xdb", 6),
    "the entropy-coded data": (None, -300),
    "the last byte": (None, -1),
    "an action": (b"c2pa.created", 3),
    "the hash": (b"\x64hash", 20),
    "the claim": (b"claim_generator_info", 30),
    "a certificate's names": (b"\x55\x04\x03", 7),
    "the signature": (b"\xf6\x58\x40", 20),
}
MP4_PARTS = {"the media data": (b"mdat", 100), "the movie header": (b"mvhd", 20),
             "the signature": (b"\xf6\x58\x40", 20)}
PNG_PARTS = {"the header": (b"IHDR", 7), "the image data": (b"IDAT", 40), "an action": (b"c2pa.created", 3)}
RIFF_PARTS = {"the image data": (b"VP8 ", 60), "an action": (b"c2pa.created", 3)}


def place(data, part):
    text, distance = part
    return data.index(text) + distance if text else len(data) + distance


def flips(t, w, signer, path, parts):
    data = peer.read(path)
    for what, part in parts.items():
        at = place(data, part)
        damaged = w.copy_with(path, w.path("damage", "flip." + path.rsplit(".", 1)[1]),
                              lambda d, at=at: d.__setitem__(at, d[at] ^ 1))
        judge_damage(t, w, f"a bit of {what} in {signer}", damaged)


def judge_damage(t, w, name, path):
    theirs = peer.verify(path, w.roots + w.tsa_roots)
    ours = w.exhibit.verify(path, w.roots, w.tsa_roots)
    t.ok(theirs.state in ("Invalid", ""), f"{name}: c2pa-python refuses it", theirs)
    t.ok(ours.state in ("Invalid", "") and ours.exit in (1, 10), f"{name}: we refuse it", f"{ours}, exit {ours.exit}")
    if theirs.state == "Invalid" and ours.state == "Invalid":
        t.ok(ours.failure & theirs.failure, f"{name}: for the same reason",
             f"ours {sorted(ours.failure)}\ntheirs {sorted(theirs.failure)}")


def others(t, w, signer, path):
    """Damage that is more than a bit."""
    name = "damage/more." + path.rsplit(".", 1)[1]
    longer = w.copy_with(path, w.path(name), lambda d: d.extend(b"x"))
    judge_damage(t, w, f"a byte more behind {signer}", longer)
    shorter = w.copy_with(path, w.path(name), lambda d: d.__delitem__(slice(-1, None)))
    judge_damage(t, w, f"a byte less in {signer}", shorter)
    half = w.copy_with(path, w.path(name), lambda d: d.__delitem__(slice(len(d) // 2, None)))
    judge_damage(t, w, f"half of {signer}", half)


def splice(t, w):
    """The store of one picture in another one."""
    first, second = w.path("damage", "first.jpg"), w.path("damage", "second.jpg")
    w.exhibit.sign(w.media("plain.jpg"), first, w.us)
    w.exhibit.sign(w.media("progressive.jpg"), second, w.us)
    stores = [segment(peer.read(p)) for p in (first, second)]
    spliced = w.path("damage", "spliced.jpg")
    with open(spliced, "wb") as f:
        f.write(peer.read(first).replace(stores[0], stores[1]))
    judge_damage(t, w, "the store of another picture", spliced)


def segment(jpeg):
    """The APP11 segment of a store that fits into one."""
    at = jpeg.index(b"\xff\xeb")
    return jpeg[at:at + 2 + int.from_bytes(jpeg[at + 2:at + 4], "big")]


def run(t, w):
    for media, parts in (("plain.jpg", JPEG_PARTS), ("rgb.png", PNG_PARTS), ("lossy.webp", RIFF_PARTS),
                         ("clip.mp4", MP4_PARTS), ("fragmented.mp4", MP4_PARTS)):
        theirs, ours = w.path("damage", "theirs-" + media), w.path("damage", "ours-" + media)
        peer.sign(w.media(media), theirs, w.them)
        w.exhibit.sign(w.media(media), ours, w.us)
        for signer, path in ((f"their {media}", theirs), (f"our {media}", ours)):
            flips(t, w, signer, path, parts)
            others(t, w, signer, path)
    splice(t, w)
