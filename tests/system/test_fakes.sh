#!/bin/bash
# fakes: every forgery is caught, and one that is not would be told.
. "$(dirname "$0")/harness.sh"

v=$top/tests/vectors/c2pa-rs
trust=(--trust "$v/roots.pem" --tsa-trust "$v/tsa-root.pem" --at 2026-11-22T00:00:00Z)

for file in es256.jpg es384.avif ps256.webp ed25519.png es256.m4a stamped.jpg stamped-v1.jpg stamped-later.jpg update.jpg \
    update.m4a diamond.jpg compressed.png claim-v1.jpg box-hash.jpg merkle.m4a fragmented.mp4 sidecar.jpg; do
    exits 0 "$file" "$exhibit" fakes "$v/$file" "${trust[@]}"
    silent_about NOTHING "$file: nothing passes"
done

"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key cam.pem --cert cam.crt --camera yard-1 >/dev/null
"$exhibit" camera photo --key cam.pem --cert cam.crt --test-source --position 1,2,3 >/dev/null
rm -f ./*.jpg
"$exhibit" camera photo --key cam.pem --cert cam.crt --test-source --position 1,2,3 >/dev/null
exits 0 "a photo of a camera" "$exhibit" fakes ./*.jpg --trust ca/root.pem --json
printf '%s' "$out" >report
same "$(json report 'j["passed"]')" 0 "nothing passes"
for part in "picture: one bit changed" "camera id" "start frame" "end frame" "position, latitude" "local time" \
    "link to the picture before" "camera id, and its hash in the claim set right" "assertion c2pa.actions.v2" \
    "assertion c2pa.metadata" "assertion org.exhibit.capture" "assertion c2pa.hash.data" claim signature certificate \
    "splice: this credential on another picture" "everything signed again by an impostor of the same name" \
    "credential taken away"; do
    same "$(json report "[f['caught'] for f in j['forgeries'] if f['forgery'] == '$part']")" "[True]" "caught: $part"
done
same "$(json report '[f["axis"] for f in j["forgeries"] if "impostor" in f["forgery"]]')" "['signer']" \
    "the impostor is caught by the signer"
same "$(json report '{f["axis"] for f in j["forgeries"] if "impostor" not in f["forgery"]}')" "{'integrity'}" \
    "all else by integrity"
exits 0 "a time-stamp" "$exhibit" fakes "$v/stamped.jpg" "${trust[@]}" --json
same "$(printf '%s' "$out" | json - '{f["axis"] for f in j["forgeries"] if f["forgery"].startswith("time-stamp")}')" "{'time'}" \
    "is caught by time"
exits 0 "whom nobody trusts" "$exhibit" fakes "$v/stamped.jpg" --at 2026-11-22T00:00:00Z
says "the genuine signer is as unknown" "is told not to be tested against impostors"
says "its authority is unknown" "nor against forged stamps"

exits 1 "an altered file" "$exhibit" fakes "$v/altered.jpg" "${trust[@]}"
says "Only a sound file can be forged" "is refused"
"$exhibit" strip "$v/es256.jpg" -o bare.jpg >/dev/null
exits 4 "a file without credential" "$exhibit" fakes bare.jpg
finish
