"""Manifest stores beside the file: as .c2pa, and as .auth of ours."""

import os
import shutil

import judge
import peer

MEDIA = ("plain.jpg", "rgb.png", "clip.mp4", "fragmented.mp4", "tone.wav", "card.avif")


def run(t, w):
    for media in MEDIA:
        theirs = w.path("sidecars", "theirs-" + media)
        peer.sign(w.media(media), theirs, w.them, sidecar=theirs + ".c2pa")
        judge.agree_both_ways(t, w, f"they sign {media} with a sidecar", theirs, store=theirs + ".c2pa")

        ours = w.path("sidecars", "ours-" + media)
        w.exhibit.sign(w.media(media), ours, w.us, "--source-type", "digitalCreation", "--sidecar")
        t.ok(peer.read(ours) == peer.read(w.media(media)), f"we sign {media} with a sidecar: the file is unchanged")
        judge.agree_both_ways(t, w, f"we sign {media} with a sidecar", ours, store=ours + ".c2pa")

    auth = w.path("sidecars", "auth.jpg")
    w.exhibit.sign(w.media("plain.jpg"), auth, w.us, "--source-type", "digitalCreation", "--auth")
    judge.agree(t, w, "we sign with --auth", auth, "Trusted", store=auth + ".auth")

    # The same store beside another picture.
    other = w.path("sidecars", "other.jpg")
    shutil.copy(w.media("gray.jpg"), other)
    shutil.copy(auth + ".auth", other + ".c2pa")
    judge.agree(t, w, "a sidecar beside another picture", other, "Invalid", store=other + ".c2pa")
    os.remove(other + ".c2pa")
