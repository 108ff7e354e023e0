#!/bin/bash
# show: the tree, and single assertions.
. "$(dirname "$0")/harness.sh"

v=$top/tests/vectors/c2pa-rs

exits 0 "a tree" "$exhibit" show "$v/diamond.jpg"
same "$(printf '%s\n' "$out" | grep -c 'see above')" 1 "a shared ingredient is drawn once"
same "$(printf '%s\n' "$out" | grep -c '└─ .*(active)')" 1 "the active manifest is marked"
says "ingredient: componentOf" "ingredients have their relationship"
says "c2pa.actions.v2: c2pa.created (digitalCapture)" "actions are told"
says "signature: ES256 by " "the signer is told"
exits 0 "in ASCII" "$exhibit" show --plain "$v/diamond.jpg"
same "$(printf '%s' "$out" | LC_ALL=C tr -d '\0-\177')" "" "--plain is ASCII"
says '`- ' "with branches of ASCII"
exits 0 "a stamped file" "$exhibit" show "$v/stamped.jpg" --tsa-trust "$v/tsa-root.pem"
says "time-stamped 20" "the time-stamp is told"
exits 0 "an update" "$exhibit" show "$v/update.jpg"
says "(update)" "updates are marked"
exits 0 "a compressed manifest" "$exhibit" show "$v/compressed.png"
says "(compressed)" "compressed manifests are marked"
exits 0 "an altered file is shown" "$exhibit" show "$v/altered.jpg"
says "assertion.dataHash.mismatch" "with what is wrong"
exits 0 "a sidecar's tree" "$exhibit" show "$v/sidecar.jpg"
"$exhibit" strip "$v/es256.jpg" -o bare.jpg >/dev/null
exits 4 "no credential" "$exhibit" show bare.jpg
exits 10 "not readable" "$exhibit" show "$v/README.md"

exits 0 "--json" "$exhibit" show --json "$v/diamond.jpg"
same "$(printf '%s' "$out" | json - 'len(j["manifests"])')" 4 "has every manifest"
same "$(printf '%s' "$out" | json - 'sorted(a["label"] for a in j["manifests"][-1]["assertions"])')" \
    "['c2pa.actions.v2', 'c2pa.hash.data', 'c2pa.ingredient.v3', 'c2pa.ingredient.v3__1']" "and every assertion"

exits 0 "an assertion of CBOR" "$exhibit" show "$v/es256.jpg" --assertion c2pa.hash.data
says '"alg": "sha256"' "in diagnostic notation"
says '"start": 20' "with its numbers"
exits 0 "an assertion of JSON" "$exhibit" show "$v/metadata.jpg" --assertion c2pa.metadata
says '"@context": {' "with line breaks"
exits 0 "the claim" "$exhibit" show "$v/es256.jpg" --assertion claim
says '"signature": "self#jumbf=' "is shown"
exits 0 "its bytes" "$exhibit" show "$v/es256.jpg" --assertion c2pa.hash.data --raw
holds "are CBOR" test "$(head -c 1 .out | od -An -tx1 | tr -d ' ')" != ""
exits 10 "an assertion that is not there" "$exhibit" show "$v/es256.jpg" --assertion c2pa.none
says "has no assertion c2pa.none" "says so"
exits 10 "a manifest that is not there" "$exhibit" show "$v/es256.jpg" --assertion claim --manifest urn:c2pa:none
exits 2 "--raw alone" "$exhibit" show "$v/es256.jpg" --raw
label=$("$exhibit" show --json "$v/parent.jpg" | json - 'j["manifests"][0]["label"]')
exits 0 "an assertion of an ingredient" "$exhibit" show "$v/parent.jpg" --assertion c2pa.actions.v2 --manifest "$label"
says "c2pa.created" "is that one's"
exits 0 "a reader that leaves early" bash -c "set -o pipefail; '$exhibit' show '$v/diamond.jpg' | head -1 >/dev/null || [ \$? -eq 141 ]"
finish
