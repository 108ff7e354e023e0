#!/bin/bash
# Old recordings of EncroCam: made here with gpg and ffmpeg, damaged in every known way, converted, opened by stock tools.
. "$(dirname "$0")/harness.sh"
make=$build/tests/system/make_recording

export GNUPGHOME=$work/owner
at_camera() { gpg --homedir "$work/camera" --batch --quiet --trust-model always "$@" 2>>gpg.log; }
at_home() { gpg --batch --quiet --trust-model always "$@" 2>>gpg.log; }
# shellcheck disable=SC2317 # by the trap
stop_agents() {
    for home in owner camera locked; do
        [ ! -d "$work/$home" ] || gpgconf --homedir "$work/$home" --kill all 2>/dev/null
    done
    rm -rf "$work"
}
trap stop_agents EXIT
fingerprint() { gpg --homedir "$1" --batch --with-colons --list-keys 2>/dev/null | awk -F: '/^fpr/ { print $10; exit }'; }

mkdir -m 700 owner camera locked
at_camera --passphrase '' --quick-gen-key camera@example.org ed25519 sign never
camera=$(fingerprint camera)
at_home --passphrase '' --quick-gen-key owner@example.org future-default default never
owner=$(fingerprint owner)
at_camera --export >camera.pub
at_home --export >owner.pub
at_home --import camera.pub
at_camera --import owner.pub
age-keygen -o me.age 2>/dev/null
me=$(age-keygen -y me.age)

# message KEY-HEX ARGUMENT...: a key packet's content, as the camera makes it.
message() {
    local hex=$1
    shift
    python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$hex" >key.raw
    at_camera "$@" --encrypt --recipient "$owner" --output - key.raw
}
first=00112233445566778899aabbccddeeff second=ffeeddccbbaa99887766554433221100 third=0123456789abcdef0123456789abcdef
message $first --sign >first.msg
message $second --sign >second.msg
message $third >unsigned.msg

ffmpeg -loglevel error -f lavfi -i testsrc2=size=160x120:rate=10 -t 12 -c:v libx264 -preset ultrafast -b:v 100k \
    -force_key_frames 'expr:gte(t,n_forced*5)' -f hls pipe:1 >film.ts
start=29166666 # 2025-06-15
"$make" $first first.msg film.ts $start 1 >good.encrocam
"$make" $second second.msg film.ts $((start + 600)) 2 >later.encrocam
"$make" $third unsigned.msg film.ts $start 3 >unsigned.encrocam

# cut NAME PYTHON: packets of good.encrocam as list p, key packet first; what the expression is becomes NAME.encrocam.
cut_up() {
    python3 - "$1.encrocam" "$2" <<'PYTHON'
import struct, sys
d, p, o = open("good.encrocam", "rb").read(), [], 0
while o < len(d):
    n = 18 + struct.unpack(">I", d[o + 14:o + 18])[0]
    p.append(d[o:o + n])
    o += n
def flip(b, at):
    return b[:at] + bytes([b[at] ^ 1]) + b[at + 1:]
def stamp(b, minute):
    return b[:18] + struct.pack(">I", minute) + b[22:]
def length(b, n):
    return b[:14] + struct.pack(">I", n) + b[18:]
made = eval(sys.argv[2])
open(sys.argv[1], "wb").write(made if isinstance(made, bytes) else b"".join(made))
PYTHON
}

# --- a good one
exits 0 "a good recording" "$exhibit" convert good.encrocam -o good.age -r "$me" --camera "$camera"
says "signed by $camera" "it names who signed the keys"
says "Order, times and completeness" "and what is not proven"
age -d -i me.age good.age >out.ts
holds "stock age gives the film" cmp out.ts film.ts
same "$(ffprobe -loglevel error -show_entries format=format_name -of csv=p=0 out.ts)" mpegts "which plays"
"$exhibit" convert good.encrocam -o json.age -r "$me" --camera "$camera" --json >good.json
same "$(json good.json '(j["schema"], j["exit"], j["plain_size"], j["keys"], j["media_type"], j["findings"], j["oid"])')" \
    "(1, 0, $(stat -c %s film.ts), 1, 'video/mp2t', [], None)" "the same as JSON"
same "$(json good.json 'j["stamped_from"] + " " + j["keys_signed_by"]')" "2025-06-15T15:06:00Z $camera" "times and signer in it"
"$exhibit" convert - -o - -r "$me" --camera "$camera" <good.encrocam 2>/dev/null | age -d -i me.age >piped.ts
holds "through pipes" cmp piped.ts film.ts

# --- whose key it is
ls >before
exits 3 "nobody says whose key it is" "$exhibit" convert good.encrocam --dry-run
says "compare it with the camera's fingerprint" "and that is asked"
same "$(ls)" "$(cat before)" "a dry run writes nothing"
exits 1 "another camera's key" "$exhibit" convert good.encrocam --dry-run --camera "$owner"
says "key-other-signer" "by its code"
at_home --quick-lsign-key "$camera" >/dev/null
exits 0 "the owner vouches for it" "$exhibit" convert good.encrocam --dry-run
exits 0 "the fingerprint as gpg prints it" "$exhibit" convert good.encrocam --dry-run \
    --camera "$(printf '%s' "$camera" | sed 's/..../& /g')"

# --- damaged and forged: exit status, code, what still comes out
# damaged NAME EXIT CODES WHOLE EXPRESSION [ARGUMENT...]
damaged() {
    local name=$1 want=$2 codes=$3 whole=$4
    cut_up "$name" "$5"
    shift 5
    run "$exhibit" convert "$name.encrocam" -o "$name.age" -r "$me" --camera "$camera" --json "$@"
    same "$status $(json .out '" ".join(f["code"] for f in j["findings"])')" "$want $codes" "$name"
    case $whole in
    none) if [ -e "$name.age" ]; then fail "$name: nothing is written" ""; else pass "$name: nothing is written"; fi ;;
    *) if age -d -i me.age "$name.age" 2>/dev/null | cmp -s - film.ts; then same yes "$whole" "$name: the film"; else
        same no "$whole" "$name: the film"; fi ;;
    esac
}
damaged truncated 5 truncated no 'd[:-700]'
damaged bit-flipped 1 bad-mac no 'p[:3] + [flip(p[3], 900)] + p[4:]'
damaged reordered 1 'film-breaks film-open time-backwards' no '[p[0]] + p[:0:-1]'
damaged swapped 1 film-breaks no 'p[:7] + [p[8], p[7]] + p[9:]'
damaged dropped 1 film-breaks no 'p[:3] + p[5:]'
damaged head-cut 1 film-breaks no '[p[0]] + p[4:]'
damaged tail-cut 5 film-open no 'p[:-1]'
damaged forged-time 5 time-future yes '[p[0]] + [stamp(q, 35000000) for q in p[1:]]'
damaged no-key 5 'no-key empty' none 'p[1:]'
damaged garbage 1 junk yes 'p[:3] + [b"j" * 320] + p[3:]'
damaged duplicated 1 nonce-repeated no 'p[:5] + [p[4]] * 3 + p[5:]'
damaged key-twice 1 key-repeated yes 'p + [p[0]]'
damaged length 5 cut no 'p[:5] + [length(p[5], 9000000)] + p[6:]'
damaged too-long 1 too-long no 'p[:5] + [length(p[5], 99999999)] + p[6:]'
damaged unknown 1 unknown-type yes 'p[:5] + [p[0][:13] + b"\x03" + p[0][14:]] + p[5:]'
damaged joined 0 '' no 'd + open("later.encrocam", "rb").read()'
damaged joined-wrong 5 time-backwards no 'open("later.encrocam", "rb").read() + d'
damaged spliced 1 'key-repeated film-breaks time-backwards' no \
    'p[:9] + [open("later.encrocam", "rb").read()] + [p[0]] + p[9:]'
damaged unsigned 1 'no-key key-unsigned empty' none 'open("unsigned.encrocam", "rb").read()'
damaged unsigned-behind 1 'no-key key-unsigned' yes 'd + open("unsigned.encrocam", "rb").read()'

cp good.encrocam rec-20254.encrocam
exits 0 "in the slot of its name" "$exhibit" convert rec-20254.encrocam --dry-run --camera "$camera"
mv rec-20254.encrocam rec-20253.encrocam
exits 5 "outside the slot of its name" "$exhibit" convert rec-20253.encrocam --dry-run --camera "$camera"
says "outside-slot" "by its code"
mv rec-20253.encrocam rec-486111.encrocam
exits 0 "slots of an hour" "$exhibit" convert rec-486111.encrocam --dry-run --camera "$camera" --hours 1

printf '' >empty.encrocam
for file in empty.encrocam film.ts "$exhibit"; do # the program holds the magic itself
    exits 10 "no recording: ${file##*/}" "$exhibit" convert "$file" -o x.age -r "$me"
    says "not a recording of EncroCam" "it says so"
done

# --- sealed to an OpenPGP key: gpg, age and awk open it
exits 0 "to an OpenPGP key" "$exhibit" convert good.encrocam -o pgp.age -r "pgp:$owner" --camera "$camera"
awk '/^-> exhibit.org\/openpgp 1$/ { on = 1; next } /^(->|---)/ { on = 0 } on' pgp.age | base64 -d 2>/dev/null |
    at_home --decrypt >identity
age -d -i identity pgp.age >out.ts
holds "gpg, age and awk open it" cmp out.ts film.ts
exits 0 "beside others" "$exhibit" convert good.encrocam -o both.age -r "$me" -r "pgp:$owner" --camera "$camera"
age -d -i me.age both.age >out.ts
holds "the other opens it" cmp out.ts film.ts
same "$(grep -ac '^-> ' both.age)" 3 "three stanzas"
exits 10 "to a key that GnuPG lacks" "$exhibit" convert good.encrocam -o x.age -r "pgp:$second$second" -r "$me"
exits 2 "to no fingerprint" "$exhibit" convert good.encrocam -o x.age -r pgp:owner@example.org
exits 2 "to a key that only signs" "$exhibit" convert good.encrocam -o x.age -r "pgp:$camera" --camera "$camera"
printf '# the owner\n\npgp:%s\r\n%s\n' "$owner" "$me" >both.txt
exits 0 "to a file of recipients" "$exhibit" convert good.encrocam -o list.age -r both.txt --camera "$camera"
says "for 2 recipients" "both of them"
exits 10 "to a file that is none" "$exhibit" convert good.encrocam -o x.age -r film.ts --camera "$camera"
exits 2 "to a private key" "$exhibit" convert good.encrocam -o x.age -r me.age --camera "$camera"

# --- signed by who imports it
"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key anna.pem --cert anna.crt --person anna >/dev/null
"$exhibit" ca issue ca --key cam.pem --cert cam.crt --camera cam-1 >/dev/null
exits 0 "signed" "$exhibit" convert good.encrocam -o day.ts.age -r "$me" --camera "$camera" --signer anna.pem --cert anna.crt
says "signed by anna; credential day.ts.c2pa.age" "by whom, and where its credential is"
age -d -i me.age day.ts.age >day.ts
age -d -i me.age day.ts.c2pa.age >day.ts.c2pa
holds "the film is the same" cmp day.ts film.ts
exits 0 "its credential holds" "$exhibit" verify day.ts --trust ca/root.pem
run "$exhibit" show day.ts
says "good.encrocam: imported from EncroCrypt2, key packets signed by $camera; order and times unproven" "it says where it is from"
says "c2pa.opened" "and that it was opened"
silent_about "digitalCapture" "it claims no capture"
same "$(grep -ac '^-> exhibit.org/\(open\|final\) 1$' day.ts.age)" 2 "it has a ledger"
exits 1 "signed, and damaged" "$exhibit" convert bit-flipped.encrocam -o bad.ts.age -r "$me" --camera "$camera" --signer anna.pem --cert anna.crt
exits 2 "no camera signs an import" "$exhibit" convert good.encrocam -o x.age -r "$me" --signer cam.pem --cert cam.crt
says "signed by a person" "and that is said"
exits 5 "signed, and nothing came out" "$exhibit" convert no-key.encrocam -o x.age -r "$me" --signer anna.pem --cert anna.crt

# --- the command line
exits 2 "no output" "$exhibit" convert good.encrocam -r "$me"
exits 2 "no recipient" "$exhibit" convert good.encrocam -o x.age
exits 2 "a signer without certificate" "$exhibit" convert good.encrocam -o x.age -r "$me" --signer anna.pem
exits 2 "a credential for a pipe" "$exhibit" convert good.encrocam -o - -r "$me" --signer anna.pem --cert anna.crt
exits 2 "the output is there" "$exhibit" convert good.encrocam -o good.age -r "$me" --camera "$camera"
exits 0 "and is replaced" "$exhibit" convert good.encrocam -o good.age -r "$me" --camera "$camera" --force
exits 2 "the output is the input" "$exhibit" convert good.encrocam -o good.encrocam -r "$me" --force
exits 10 "no input" "$exhibit" convert none.encrocam -o x.age -r "$me"
exits 2 "a camera that is no fingerprint" "$exhibit" convert good.encrocam --dry-run --camera cam-1
[ ! -e x.age ] && pass "nothing was left by what failed"

# --- a key with a passphrase; nobody there to ask
export GNUPGHOME=$work/locked
printf 'default-cache-ttl 0\nmax-cache-ttl 0\n' >locked/gpg-agent.conf
gpg --batch --quiet --pinentry-mode loopback --passphrase 'open sesame' --quick-gen-key locked@example.org future-default default never 2>>gpg.log
at_home --import camera.pub
at_home --export >locked.pub
at_camera --import locked.pub
python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' $first >key.raw
at_camera --sign --encrypt --recipient "$(fingerprint locked)" --output locked.msg key.raw
"$make" $first locked.msg film.ts $start 1 >locked.encrocam
gpgconf --kill gpg-agent
exits 12 "locked, and nobody is asked" "$exhibit" convert locked.encrocam --dry-run --no-input --camera "$camera"
echo 'open barley' >wrong
exits 12 "a wrong passphrase" "$exhibit" convert locked.encrocam --dry-run --openpgp-passphrase wrong --camera "$camera"
echo 'open sesame' >right
exits 0 "the passphrase from a file" "$exhibit" convert locked.encrocam -o locked.age -r "$me" --openpgp-passphrase right --camera "$camera"
exits 5 "for somebody else's key" "$exhibit" convert good.encrocam --dry-run --camera "$camera"
says "key-foreign" "by its code"
export GNUPGHOME=$work/owner

# --- without GnuPG, and without the module
mkdir empty-path
exits 10 "no gpg on this machine" env PATH="$work/empty-path" "$exhibit" convert good.encrocam --dry-run
says "need GnuPG" "it says what is missing"
mkdir -p alone/bin
cp "$exhibit" alone/bin/exhibit
exits 10 "no module" alone/bin/exhibit convert good.encrocam --dry-run
says "cannot load exhibit-pgp.so" "and names it"

finish
