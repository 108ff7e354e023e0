"""All seven signature algorithms, both ways, in JPEG and MP4."""

import certs
import judge
import peer


def run(t, w):
    people = dict(w.identities)
    people["es256 under RSA"] = w.authorities["ps256"].issue("p256-under-rsa", "es256")
    pss = certs.Authority(w.path("certs"), "ca-pss", "ps384", pss=True)
    people["ps384, RSASSA-PSS certificates"] = pss.issue("leaf-pss")
    roots = w.roots + [pss.root_path]

    for alg, identity in people.items():
        for media in ("plain.jpg", "clip.mp4"):
            theirs = w.path("algorithms", f"theirs-{alg}-{media}")
            peer.sign(w.media(media), theirs, identity)
            judge.agree(t, w, f"they sign {media} with {alg}", theirs, "Trusted", roots)

            ours = w.path("algorithms", f"ours-{alg}-{media}")
            w.exhibit.sign(w.media(media), ours, identity)
            judge.agree(t, w, f"we sign {media} with {alg}", ours, "Trusted", roots)

    theirs = w.path("algorithms", "theirs-with-our-certificate.jpg")
    peer.sign(w.media("plain.jpg"), theirs, w.us)
    judge.agree_both_ways(t, w, "they sign with a certificate of our authority", theirs)
