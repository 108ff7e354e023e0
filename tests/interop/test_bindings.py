"""Forms of manifest that we read but do not write: other hashes, box hashes, Merkle maps, compression, 1.x claims."""

import judge
import peer

BOX_HASH = {"builder": {"prefer_box_hash": True, "thumbnail": {"enabled": False},
                        "created_assertion_labels": ["c2pa.actions"]}}
COMPRESSED = {"core": {"prefer_compress_manifests": True}}
CLAIM_V1 = {"claim_version": 1, "claim_generator_info": [{"name": "interop"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created"}]}}]}


def merkle(kilobytes, proofs=5):
    return {"core": {"merkle_tree_chunk_size_in_kb": kilobytes, "merkle_tree_max_proofs": proofs}}


def many_assertions():
    metadata = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/", "tiff": "http://ns.adobe.com/tiff/1.0/"},
                "tiff:Make": "Exhibit", "exif:DateTimeOriginal": "2026-11-21T09:00:00"}
    return peer.definition(title="many", assertions=[
        {"label": "c2pa.metadata", "data": metadata, "kind": "Json"},
        {"label": "org.example.one", "data": {"a": 1}},
        {"label": "org.example.one", "data": {"a": 2}},
        {"label": "org.example.json", "data": {"x": [1, 2, 3]}, "kind": "Json"},
        {"label": "stds.schema-org.CreativeWork", "kind": "Json",
         "data": {"@context": "https://schema.org", "@type": "CreativeWork"}},
    ])


def large_store():
    """A store over several APP11 segments; incompressible, so that it stays large."""
    words = "".join(f"{i * 2654435761 % 2 ** 32:08x}" for i in range(20000))
    return peer.definition(assertions=[{"label": "org.example.large", "data": {"x": words}}])


def cases():
    """(name, medium, manifest, settings)"""
    for alg in ("sha256", "sha384", "sha512"):
        for media in ("plain.jpg", "clip.mp4"):
            yield alg, media, peer.definition(alg=alg), {}
    for media in ("plain.jpg", "clip.mp4"):
        yield "claim v1", media, CLAIM_V1, {}
    for media in ("plain.jpg", "progressive.jpg", "restart.jpg", "app11.jpg", "trailing.jpg", "exif.jpg", "big.jpg",
                  "fill.jpg", "rgb.png", "palette.png", "lossy.webp", "extended.webp"):
        yield "box hash", media, None, BOX_HASH
    for media in ("plain.jpg", "rgb.png"):
        yield "compressed", media, None, {**BOX_HASH, **COMPRESSED}
    for kilobytes in (1, 4, 16):
        for media in ("clip.mp4", "large-size.mp4"):
            yield f"Merkle map of {kilobytes} KiB blocks", media, None, merkle(kilobytes)
    for proofs in (0, 1, 2, 3):
        yield f"Merkle map with {proofs} proofs", "clip.mp4", None, merkle(1, proofs)
    for media in ("plain.jpg", "rgb.png", "clip.mp4", "lossy.webp"):
        yield "many assertions", media, many_assertions(), {}
        yield "large store", media, large_store(), {}
    for media in ("exif.jpg", "big.jpg"):
        yield "thumbnail", media, None, {"builder": {"thumbnail": {"enabled": True}}}


def run(t, w):
    for number, (what, media, manifest, sections) in enumerate(cases()):
        path = w.path("bindings", f"{number:02}-{media}")
        peer.sign(w.media(media), path, w.them, manifest, **sections)
        judge.agree_both_ways(t, w, f"{what}, {media}", path)
