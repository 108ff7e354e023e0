#!/bin/bash
# verify: the answer in words, in JSON and as exit status; trust lists, sidecars, segments, several files.
. "$(dirname "$0")/harness.sh"

v=$top/tests/vectors/c2pa-rs
trust=(--trust "$v/roots.pem" --tsa-trust "$v/tsa-root.pem")
at=(--at 2026-11-22T00:00:00Z) # vectors are judged at a day when their certificates were valid

# --- one line a file, a sentence an axis, and what to do now
exits 0 "trusted" "$exhibit" verify "$v/es256.jpg" "${trust[@]}" "${at[@]}"
says "es256.jpg: ✓ Valid, and the signer is trusted." "the first line is the answer"
for axis in integrity signer time revocation now; do
    same "$(printf '%s\n' "$out" | grep -c "^  $axis  *[A-Z]")" 1 "a sentence for: $axis"
done
exits 3 "stranger" "$exhibit" verify "$v/es256.jpg" "${at[@]}"
says "not on your trust list" "an unknown signer is not worded as tampered"
silent_about "changed after" "nor as changed"
exits 1 "altered" "$exhibit" verify "$v/altered.jpg" "${trust[@]}" "${at[@]}"
says "This file was changed after it was signed" "altered says so"
cp "$v/es256.jpg" cut.jpg
truncate -s -100 cut.jpg
exits 1 "cut short" "$exhibit" verify cut.jpg "${trust[@]}" "${at[@]}"
"$exhibit" strip "$v/es256.jpg" -o bare.jpg >/dev/null
exits 4 "no credential" "$exhibit" verify bare.jpg
says "carries no credential" "no credential says so"
exits 10 "unknown format" sh -c "echo text | '$exhibit' verify -"
exits 10 "no such file" "$exhibit" verify none.jpg
says "none.jpg: cannot open: No such file" "an unreadable file is named"
exits 10 "a folder" "$exhibit" verify .
exits 0 "from a pipe" sh -c "cat '$v/es256.jpg' | '$exhibit' verify - --trust '$v/roots.pem' --at 2026-11-22T00:00:00Z"
says "standard input: " "a pipe is named"
exits 0 "redirected" sh -c "'$exhibit' verify - --trust '$v/roots.pem' --at 2026-11-22T00:00:00Z <'$v/es256.jpg'"

# --- colour and box drawing only where they belong
silent_about "$(printf '\033')" "no colour in a pipe"
exits 0 "--plain" "$exhibit" verify --plain "$v/es256.jpg" "${trust[@]}" "${at[@]}"
same "$(printf '%s' "$out" | LC_ALL=C tr -d '\0-\177')" "" "--plain is ASCII"
exits 0 "another locale" env LC_ALL=C "$exhibit" verify "$v/es256.jpg" "${trust[@]}" "${at[@]}"
same "$(printf '%s' "$out" | LC_ALL=C tr -d '\0-\177')" "" "no UTF-8 in the C locale"
exits 0 "on a terminal" script -qec "'$exhibit' verify '$v/es256.jpg' --trust '$v/roots.pem' --at 2026-11-22T00:00:00Z" /dev/null
TERM=xterm script -qec "'$exhibit' verify '$v/es256.jpg' --trust '$v/roots.pem' --at 2026-11-22T00:00:00Z" /dev/null >.typed
if grep -q "$(printf '\033')\[32m" .typed; then pass "colour on a terminal"; else fail "colour on a terminal"; fi
NO_COLOR=1 TERM=xterm script -qec "'$exhibit' verify '$v/es256.jpg'" /dev/null >.typed
if grep -q "$(printf '\033')" .typed; then fail "NO_COLOR is obeyed"; else pass "NO_COLOR is obeyed"; fi
exits 1 "--quiet" "$exhibit" verify --quiet "$v/altered.jpg" "${trust[@]}" "${at[@]}"
same "$out$err" "" "--quiet says nothing"

# --- several files: all are judged, the first that counts decides
exits 1 "several" "$exhibit" verify "$v/es256.jpg" none.jpg "$v/altered.jpg" bare.jpg "$v/claim-v1.jpg" "${trust[@]}" "${at[@]}"
same "$(printf '%s\n' "$out" | grep -c '^[^ ]')" 4 "each readable one has its line"
says "none.jpg: cannot open" "the unreadable one has its complaint"
exits 10 "unreadable outranks absent" "$exhibit" verify "$v/es256.jpg" none.jpg bare.jpg "${trust[@]}" "${at[@]}"
exits 4 "absent outranks unknown" "$exhibit" verify bare.jpg "$v/es256.jpg" "${at[@]}"

# --- JSON: one object a line
exits 1 "--json" "$exhibit" verify --json "$v/es256.jpg" none.jpg "$v/altered.jpg" "${trust[@]}" "${at[@]}"
printf '%s\n' "$out" >report
same "$(wc -l <report)" 3 "a line a file"
sed -n 1p report >one
same "$(json one '[j["schema"], j["file"].rsplit("/", 1)[1], j["exit_status"], j["validation_state"], j["axes"]["integrity"]["state"], j["axes"]["signer"]["state"]]')" \
    "[1, 'es256.jpg', 0, 'Trusted', 'intact', 'trusted']" "the report of a trusted file"
same "$(json one 'sorted(j["validation_results"])')" "['failure', 'informational', 'success']" "its status codes"
same "$(json one '"assertion.dataHash.match" in [f["code"] for f in j["validation_results"]["success"]]')" True "with the codes of C2PA"
sed -n 2p report >two
same "$(json two '[j["exit_status"], j["error"]["status"]]')" "[10, 'not-found']" "the report of an unreadable file"
sed -n 3p report >three
same "$(json three '[j["exit_status"], j["validation_state"], j["axes"]["integrity"]["state"], [f["code"] for f in j["validation_results"]["failure"]]]')" \
    "[1, 'Invalid', 'altered', ['assertion.dataHash.mismatch']]" "the report of an altered file"

# --- trust: by option, by the user's file, by leaf
mkdir -p "$XDG_CONFIG_HOME/exhibit"
cp "$v/roots.pem" "$XDG_CONFIG_HOME/exhibit/trust.pem"
exits 0 "the user's trust.pem" "$exhibit" verify "$v/es256.jpg" "${at[@]}"
exits 3 "--trust replaces it" "$exhibit" verify "$v/es256.jpg" --trust "$v/tsa-root.pem" "${at[@]}"
rm -r "$XDG_CONFIG_HOME"
exits 10 "a trust list that is not there" "$exhibit" verify "$v/es256.jpg" --trust none.pem
exits 10 "a trust list without certificates" "$exhibit" verify "$v/es256.jpg" --trust "$v/README.md"
exits 0 "two lists" "$exhibit" verify "$v/es256.jpg" --trust "$v/tsa-root.pem" --trust "$v/roots.pem" "${at[@]}"

# --- time
exits 2 "--at that is no time" "$exhibit" verify "$v/es256.jpg" --at yesterday
says "2026-11-21T09:00:00Z was expected" "says what a time looks like"
exits 5 "after the certificate's end, without a stamp" "$exhibit" verify "$v/es256.jpg" "${trust[@]}" --at 2126-01-01T00:00:00Z
exits 0 "after the certificate's end, with a stamp" "$exhibit" verify "$v/stamped.jpg" "${trust[@]}" --at 2126-01-01T00:00:00Z

# --- sidecars
cp "$v/sidecar.jpg" lone.jpg
exits 4 "without its sidecar" "$exhibit" verify lone.jpg
for name in lone.jpg.c2pa lone.c2pa lone.jpg.auth lone.auth; do
    cp "$v/sidecar.jpg.c2pa" "$name"
    exits 0 "sidecar $name" "$exhibit" verify lone.jpg "${trust[@]}" "${at[@]}"
    rm "$name"
done
exits 0 "--store" "$exhibit" verify lone.jpg --store "$v/sidecar.jpg.c2pa" "${trust[@]}" "${at[@]}"
cp "$v/sidecar.jpg.c2pa" mine.c2pa
cp "$v/es256.jpg" mine.jpg
exits 0 "a sidecar does not override" "$exhibit" verify mine.jpg "${trust[@]}" "${at[@]}"
exits 2 "--store with two files" "$exhibit" verify lone.jpg mine.jpg --store mine.c2pa

# --- segments, in any order of the command line
segments=("$v"/cmaf/*seg*)
init=$(ls "$v"/cmaf/*init*)
exits 0 "segments" "$exhibit" verify "$init" "${trust[@]}" "${at[@]}" --fragments "${segments[@]}"
reversed=()
for s in "${segments[@]}"; do reversed=("$s" "${reversed[@]}"); done
exits 0 "segments, reversed" "$exhibit" verify "$init" --fragments "${reversed[@]}" "${trust[@]}" "${at[@]}"
mkdir cut
cp "${segments[@]}" cut
first=$(basename "${segments[0]}")
printf 'X' | dd of="cut/$first" bs=1 seek="$(($(stat -c %s "cut/$first") - 5))" conv=notrunc 2>/dev/null
exits 1 "a segment that was altered" "$exhibit" verify "$init" --fragments cut/* "${trust[@]}" "${at[@]}"
rm "cut/$first"
exits 5 "a segment that is missing" "$exhibit" verify "$init" --fragments cut/* "${trust[@]}" "${at[@]}"

# --- text out of files cannot act on a terminal
"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key k.pem --cert k.crt >/dev/null
evil=$(printf 'x\033[2J\342\200\256gpj')
"$exhibit" sign bare.jpg -o evil.jpg --key k.pem --cert k.crt --source-type print --title "$evil" >/dev/null
exits 0 "show a hostile title" "$exhibit" show evil.jpg
says 'x\x1b[2J\u{202e}gpj' "it is shown as escapes"
cp evil.jpg "$evil.jpg"
exits 3 "a hostile file name" "$exhibit" verify "$evil.jpg"
says 'x\x1b[2J\u{202e}gpj.jpg' "it is shown as escapes too"

# --- nothing is left behind, nothing is touched
before=$(find "$v" -type f -exec sha256sum {} + | sort | sha256sum)
"$exhibit" verify "$v"/*.jpg >/dev/null 2>&1
same "$(find "$v" -type f -exec sha256sum {} + | sort | sha256sum)" "$before" "files that are verified are not touched"
finish
