#!/bin/bash
# sign, stamp, strip and attach, as a person uses them.
. "$(dirname "$0")/harness.sh"

media=$build/interop-media
"$top/tests/media/make" "$media" || fail "media can be made"

"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key me.pem --cert me.crt --person ann >/dev/null
"$exhibit" ca issue ca --key cam.pem --cert cam.crt --camera dome-1 >/dev/null
"$exhibit" ca issue ca --key tsa.pem --cert tsa.crt --tsa >/dev/null
me=(--key me.pem --cert me.crt)
camera=(--key cam.pem --cert cam.crt)
trust=(--trust ca/root.pem --tsa-trust ca/root.pem)

# trusted NAME FILE [SIDECAR]: verify says so.
trusted() {
    exits 0 "$1" "$exhibit" verify "$2" "${trust[@]}"
    says "Nothing in this file has changed" "$1: intact"
}

# --- every format, opened and created
for file in plain.jpg rgb.png lossy.webp tone.wav clip.avi clip.mp4 fragmented.mp4 clip.mov tone.m4a \
    card.heic card.avif; do
    cp "$media/$file" "in-$file"
    exits 0 "sign $file" "$exhibit" sign "in-$file" -o "out-$file" "${me[@]}"
    says "signed by ann" "$file: says who signed it"
    holds "$file: the input is untouched" cmp "in-$file" "$media/$file"
    trusted "$file" "out-$file"
    exits 0 "sign $file again" "$exhibit" sign "out-$file" -o "twice-$file" "${me[@]}"
    trusted "$file, twice" "twice-$file"
    exits 0 "strip $file" "$exhibit" strip "out-$file" -o "bare-$file" --store "$file.c2pa"
    exits 4 "$file, stripped" "$exhibit" verify "bare-$file"
    exits 0 "attach $file" "$exhibit" attach "bare-$file" --store "$file.c2pa" -o "again-$file"
    holds "$file is as it was" cmp "again-$file" "out-$file"
    exits 0 "$file through pipes" \
        sh -c "cat 'in-$file' | '$exhibit' sign - -o - ${me[*]} --source-type print >'piped-$file'"
    trusted "$file, piped" "piped-$file"
done
holds "ffmpeg plays what we signed" ffmpeg -v error -xerror -i out-clip.mp4 -f null -
holds "and decodes what we signed" ffmpeg -v error -xerror -i out-plain.jpg -f null -

# --- what is added
exits 0 "actions and hash" \
    "$exhibit" sign in-plain.jpg -o small.jpg "${me[@]}" --source-type digitalCreation --no-metadata --json
claim=$(printf '%s' "$out" | json - 'j["claim_sha256"]')
added=$(($(stat -c %s small.jpg) - $(stat -c %s in-plain.jpg)))
holds "take at most 2600 bytes: $added" test "$added" -le 2600
exits 0 "the full capture profile" "$exhibit" sign "$media/exif.jpg" -o full.jpg "${camera[@]}" --captured \
    --frames 1041-1043 --position 48.137,11.576,5 --clock ntp,-12,5 --previous small.jpg
added=$(($(stat -c %s full.jpg) - $(stat -c %s "$media/exif.jpg")))
holds "takes at most 3800 bytes: $added" test "$added" -le 3800

# --- captures
trusted "a capture" full.jpg
says "camera dome-1, enrolled by" "by its camera"
says "frames 1041" "with its frames"
says "48.13700, 11.57600 within 5 m" "and its place"
capture=$("$exhibit" show --assertion org.exhibit.capture --raw full.jpg | od -An -v -tx1 | tr -d ' \n')
case $capture in
*"$claim"*) pass "and the claim of the picture before" ;;
*) fail "and the claim of the picture before" "$claim is not in $capture" ;;
esac
exits 0 "a dry run" "$exhibit" sign in-plain.jpg -o none.jpg "${me[@]}" --dry-run
says "would be signed" "says what it would do"
holds "and does nothing" test ! -e none.jpg -a ! -e none
exits 2 "a person captures nothing" \
    "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --captured --frames 1
says "not a camera's" "since the certificate is no camera's"
exits 2 "nor by name of the type" "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --source-type digitalCapture
exits 2 "a capture without frames" "$exhibit" sign in-plain.jpg -o no.jpg "${camera[@]}" --captured
exits 2 "frames backwards" "$exhibit" sign in-plain.jpg -o no.jpg "${camera[@]}" --captured --frames 9-8
exits 2 "frames without a capture" "$exhibit" sign in-plain.jpg -o no.jpg "${camera[@]}" --frames 9
for position in 91,0,1 0,181,1 1,2 1,2,3,4,5 1,2,-3 x,y,z 0x10,1,1 nan,1,1 ''; do
    exits 2 "position '$position'" \
        "$exhibit" sign in-plain.jpg -o no.jpg "${camera[@]}" --captured --frames 1 --position "$position"
done
exits 0 "a camera without a clock" \
    "$exhibit" sign in-plain.jpg -o timeless.jpg "${camera[@]}" --captured --frames 1 --clock none
run "$exhibit" verify timeless.jpg "${trust[@]}"
says "No time is claimed" "claims no time"
exits 2 "an unknown source type" "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --source-type photo
says "trainedAlgorithmicMedia" "is answered with the known ones"
holds "no refusal leaves a file" test ! -e no.jpg

# --- what goes in beside the picture
printf '{"@context":{"exif":"http://ns.adobe.com/exif/1.0/"},"exif:FNumber":4}' >meta.json
exits 0 "title, metadata, thumbnail" "$exhibit" sign in-plain.jpg -o rich.jpg "${me[@]}" --title 'Zürich' \
    --metadata meta.json --thumbnail
trusted "rich.jpg" rich.jpg
run "$exhibit" show rich.jpg
says "Zürich" "the title is shown"
says "c2pa.thumbnail.claim" "the thumbnail is there"
run "$exhibit" show rich.jpg --assertion c2pa.metadata
says '"exif:FNumber": 4' "the metadata is the file's"
exits 0 "EXIF of the input" "$exhibit" sign "$media/exif.jpg" -o exif.jpg "${me[@]}"
run "$exhibit" show exif.jpg --assertion c2pa.metadata
says "exif:FNumber" "is taken over"
exits 0 "unless it is left out" "$exhibit" sign "$media/exif.jpg" -o noexif.jpg "${me[@]}" --no-metadata
run "$exhibit" show noexif.jpg
silent_about "c2pa.metadata" "then it is not"
printf '{"@context":{"x":"http://x/"},"x:secret":1}' >private.json
exits 2 "metadata that is not on the list" \
    "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --metadata private.json
says "x:secret" "is named"
exits 0 "a work of several" "$exhibit" sign in-rgb.png -o work.png "${me[@]}" --source-type composite \
    --ingredient out-plain.jpg out-clip.mp4 in-plain.jpg meta.json
trusted "work.png" work.png
run "$exhibit" show work.png
says "out-clip.mp4" "its ingredients are shown"
for hash in sha384 sha512; do
    exits 0 "by $hash" "$exhibit" sign in-plain.jpg -o "$hash.jpg" "${me[@]}" --hash "$hash"
    trusted "$hash" "$hash.jpg"
done

# --- sidecars
exits 0 "a sidecar" "$exhibit" sign in-tone.wav -o side.wav "${me[@]}" --sidecar
holds "the file is unchanged" cmp side.wav in-tone.wav
trusted "side.wav" side.wav
exits 0 "named .auth" "$exhibit" sign in-plain.jpg -o auth.jpg "${me[@]}" --auth
holds "is there" test -s auth.jpg.auth
trusted "auth.jpg" auth.jpg
exits 0 "alone" "$exhibit" sign in-plain.jpg -o alone.c2pa "${me[@]}" --sidecar
exits 0 "verifies" "$exhibit" verify in-plain.jpg --store alone.c2pa "${trust[@]}"
exits 0 "beside the input" "$exhibit" sign bare-rgb.png "${me[@]}" --sidecar
trusted "bare-rgb.png" bare-rgb.png
exits 0 "of anything" "$exhibit" sign meta.json -o data.json "${me[@]}" --sidecar --source-type empty
exits 2 "both names" "$exhibit" sign in-plain.jpg -o x.jpg "${me[@]}" --sidecar --auth
exits 2 "without a name" "$exhibit" sign - "${me[@]}" --sidecar <in-plain.jpg

# --- updates and redactions
exits 0 "an update" "$exhibit" sign exif.jpg -o edited.jpg "${me[@]}" --update --metadata meta.json
trusted "edited.jpg" edited.jpg
manifest=$("$exhibit" verify --json exif.jpg | json - 'j["manifests"][-1]["label"]')
uri="self#jumbf=/c2pa/$manifest/c2pa.assertions/c2pa.metadata"
exits 0 "a redaction" "$exhibit" sign exif.jpg -o redacted.jpg "${me[@]}" --update --redact "$uri" \
    --reason c2pa.PII.present
trusted "redacted.jpg" redacted.jpg
exits 1 "takes it out" grep -q 'exif:FNumber' redacted.jpg
exits 2 "the binding cannot be redacted" "$exhibit" sign exif.jpg -o no.jpg "${me[@]}" --update \
    --redact "self#jumbf=/c2pa/$manifest/c2pa.assertions/c2pa.hash.data"
exits 10 "nor what is not there" "$exhibit" sign exif.jpg -o no.jpg "${me[@]}" --update \
    --redact "self#jumbf=/c2pa/$manifest/c2pa.assertions/none"
exits 10 "an update of nothing" "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --update --metadata meta.json
exits 2 "created over a history" "$exhibit" sign exif.jpg -o no.jpg "${me[@]}" --source-type print

# --- time-stamps
cat >tsa.cnf <<EOF
[ tsa ]
default_tsa = config
[ config ]
serial = $work/serial
signer_cert = $work/tsa.crt
signer_key = $work/tsa.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
EOF
echo 01 >serial
cat >tsa.py <<'EOF'
import http.server, subprocess
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with open("query.tsq", "wb") as f:
            f.write(self.rfile.read(int(self.headers["Content-Length"])))
        subprocess.run(["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "a.tsr"],
                       check=True, stderr=subprocess.DEVNULL)
        body = open("a.tsr", "rb").read()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
EOF
python3 tsa.py >tsa.url &
tsa=$!
trap 'kill $tsa; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    [ -s tsa.url ] && break
    sleep 0.1
done
url=$(cat tsa.url)

exits 0 "sign with a time-stamp" "$exhibit" sign in-plain.jpg -o stamped.jpg "${me[@]}" --tsa "$url"
says "with a time-stamp" "is said"
trusted "stamped.jpg" stamped.jpg
says "attested by" "somebody attests the time"
for file in plain.jpg lossy.webp clip.mp4 tone.wav rgb.png; do
    exits 0 "stamp $file later" "$exhibit" stamp "out-$file" -o "late-$file" "${me[@]}" --tsa "$url" "${trust[@]}"
    trusted "$file, stamped later" "late-$file"
    exits 0 "$file outlives the certificate" "$exhibit" verify "late-$file" "${trust[@]}" --at 2031-01-01T00:00:00Z
done
exits 2 "stamped already" "$exhibit" stamp late-plain.jpg -o no.jpg "${me[@]}" --tsa "$url" "${trust[@]}"
exits 0 "stamp a sidecar" "$exhibit" stamp side.wav --store side.wav.c2pa -o new.c2pa "${me[@]}" --tsa "$url"
exits 0 "and verify it" "$exhibit" verify side.wav --store new.c2pa "${trust[@]}" --at 2031-01-01T00:00:00Z
exits 0 "no authority: signed all the same" \
    "$exhibit" sign in-plain.jpg -o unstamped.jpg "${me[@]}" --tsa http://127.0.0.1:1/
says "no time-stamp" "with a warning"
trusted "unstamped.jpg" unstamped.jpg
exits 11 "no authority: nothing to stamp with" \
    "$exhibit" stamp out-plain.jpg -o no.jpg "${me[@]}" --tsa http://127.0.0.1:1/
exits 2 "a response without a stamp" "$exhibit" sign in-plain.jpg -o no.jpg "${me[@]}" --ocsp me.crt

# --- keys and certificates
printf 'correct horse\n' >pass
exits 0 "a key under a passphrase" \
    "$exhibit" ca issue ca --key sealed.pem --cert sealed.crt --person bea --key-passphrase pass
exits 0 "signs with it" \
    "$exhibit" sign in-plain.jpg -o sealed.jpg --key sealed.pem --cert sealed.crt --passphrase pass
exits 12 "not without" "$exhibit" sign in-plain.jpg -o no.jpg --key sealed.pem --cert sealed.crt --no-input
exits 2 "not with another's certificate" "$exhibit" sign in-plain.jpg -o no.jpg --key sealed.pem --cert me.crt \
    --passphrase pass
exits 2 "not with a time-stamper's" "$exhibit" sign in-plain.jpg -o no.jpg --key tsa.pem --cert tsa.crt

# --- outputs
exits 2 "an existing output" "$exhibit" sign in-plain.jpg -o out-plain.jpg "${me[@]}"
exits 0 "is replaced by --force" "$exhibit" sign in-plain.jpg -o out-plain.jpg "${me[@]}" --force
exits 2 "the input, never" "$exhibit" sign in-plain.jpg -o in-plain.jpg "${me[@]}" --force
ln -s in-plain.jpg link.jpg
ln in-plain.jpg hard.jpg
exits 2 "nor by another name" "$exhibit" sign in-plain.jpg -o hard.jpg "${me[@]}" --force
exits 2 "nor by a link" "$exhibit" sign link.jpg -o in-plain.jpg "${me[@]}" --force
exits 2 "nor the key" "$exhibit" sign in-plain.jpg -o me.pem "${me[@]}" --force
holds "the input is as it was" cmp in-plain.jpg "$media/plain.jpg"
exits 10 "a folder that is not there" "$exhibit" sign in-plain.jpg -o none/x.jpg "${me[@]}"
head -c 100 in-plain.jpg >short.jpg
exits 10 "a file that is cut short" "$exhibit" sign short.jpg -o no.jpg "${me[@]}"
exits 10 "no picture at all" "$exhibit" sign meta.json -o no.jpg "${me[@]}"
exits 4 "nothing to strip" "$exhibit" strip in-plain.jpg -o no.jpg
exits 2 "nothing to attach to" "$exhibit" attach out-plain.jpg --store plain.jpg.c2pa -o no.jpg
exits 0 "attach to a stranger" "$exhibit" attach bare-plain.jpg --store rgb.png.c2pa -o stranger.jpg
says "does not hold here" "is possible, but said"
exits 1 "and found" "$exhibit" verify stranger.jpg
run "$exhibit" sign in-plain.jpg -o j.jpg "${me[@]}" --json
same "$(printf '%s' "$out" | json - '[j["file"], j["output"], j["stamped"], len(j["claim_sha256"])]')" \
    "['in-plain.jpg', 'j.jpg', False, 64]" "--json"
exits 0 "--quiet" "$exhibit" sign in-plain.jpg -o q.jpg "${me[@]}" --quiet
same "$out$err" "" "says nothing"
holds "no failure left a file" test ! -e no.jpg
same "$(find . -name '.*' -newer ca -type f | grep -cv '^./\.\(out\|err\)$')" 0 "no temporary file is left"
finish
