"""c2pa-ts, a third implementation in pure TypeScript, judges ours. It knows no trust, no RIFF, no MP4,
and no fill bytes in a JPEG."""

import json
import os
import subprocess


HERE = os.path.dirname(os.path.abspath(__file__))
MEDIA = ("plain.jpg", "exif.jpg", "xmp.jpg", "progressive.jpg", "restart.jpg", "app11.jpg", "trailing.jpg", "big.jpg",
         "rgb.png", "exif.png", "palette.png", "card.heic", "idat.heic", "card.heif", "card.avif")


def judge(w, paths):
    """{path: verdict} of c2pa-ts."""
    done = subprocess.run(["node", os.path.join(HERE, "c2pa_ts.mjs"), w.modules, *paths], capture_output=True,
                          text=True, check=True)
    return {v["file"]: v for v in map(json.loads, done.stdout.splitlines())}


def failures(verdict):
    return {c["code"] for c in verdict["codes"] if not c["success"]}


def run(t, w):
    sound, altered = {}, {}
    for media in MEDIA:
        path = w.path("ts", media)
        w.exhibit.sign(w.media(media), path, w.us)
        sound[path] = f"c2pa-ts accepts our {media}"
    for alg in ("es384", "ed25519", "ps256", "ps384", "ps512"):  # its ES512 refuses everybody's
        path = w.path("ts", alg + ".jpg")
        w.exhibit.sign(w.media("plain.jpg"), path, w.identities[alg])
        sound[path] = f"c2pa-ts accepts our {alg}"
    opened = w.path("ts", "opened.jpg")
    w.exhibit.sign(w.path("ts", "exif.jpg"), opened, w.us, "--trust", w.us.root)
    sound[opened] = "c2pa-ts accepts our parent ingredient"
    for media in ("plain.jpg", "rgb.png", "card.heic"):
        path = w.copy_with(w.path("ts", media), w.path("ts", "altered-" + media),
                           lambda d: d.__setitem__(-200, d[-200] ^ 1))
        altered[path] = f"c2pa-ts refuses our {media} with one bit changed"

    verdicts = judge(w, [*sound, *altered])
    for path, name in sound.items():
        t.ok(verdicts[path]["valid"], name, (failures(verdicts[path]), verdicts[path].get("error")))
    for path, name in altered.items():
        found = failures(verdicts[path])
        t.ok(not verdicts[path]["valid"] and {c for c in found if c.endswith("Hash.mismatch")}, name, found)
