#!/bin/bash
# exhibit identity new and exhibit recipient: keys that open, what others seal to, and statements whose it is.
. "$(dirname "$0")/harness.sh"

# --- identity new
exits 0 "an identity" "$exhibit" identity new -o me.age
says "keep it to yourself" "what it is for is said"
me=$("$exhibit" recipient me.age)
same "$(stat -c %a me.age)" 600 "nobody else can read it"
same "$(age-keygen -y me.age)" "$me" "age-keygen reads it, and says the same"
exits 2 "an identity is never replaced" "$exhibit" identity new -o me.age
says "exists already" "that is why"
same "$("$exhibit" recipient me.age)" "$me" "it is still the same"
exits 0 "into a pipe" sh -c "'$exhibit' identity new -o - >piped.age"
same "$(age-keygen -y piped.age)" "$("$exhibit" recipient piped.age)" "what came out of the pipe is an identity"
silent_about "$(grep AGE-SECRET piped.age)" "the secret is not shown"
exits 0 "as JSON" "$exhibit" identity new -o other.age --json
other=$(printf %s "$out" | json - 'j["recipient"]')
same "$("$exhibit" recipient other.age)" "$other" "JSON names its recipient"
exits 2 "without a name for the file" "$exhibit" identity new

printf 'correct horse\n' >phrase
printf 'wrong horse\n' >wrong
: >empty
exits 0 "with a passphrase" "$exhibit" identity new -o locked.age --passphrase-file phrase
silent_about "AGE-SECRET" "nothing of it is shown"
same "$(grep -c AGE-SECRET locked.age)" 0 "nor does it lie in the file"
exits 12 "an empty passphrase" "$exhibit" identity new -o x.age --passphrase-file empty
exits 12 "nobody to ask for one" "$exhibit" identity new -o x.age --protect --no-input
says "--passphrase-file" "what would help is said"
same "$(ls x.age 2>/dev/null)" "" "then nothing is written"

# --- recipient
exits 0 "the recipient of a locked identity" "$exhibit" recipient locked.age --passphrase-file phrase
exits 12 "a wrong passphrase" "$exhibit" recipient locked.age --passphrase-file wrong
exits 12 "no passphrase" "$exhibit" recipient locked.age --no-input
says "--passphrase-file" "the option that gives it is named"
cat me.age other.age >both.age
same "$("$exhibit" recipient both.age | tr '\n' ' ')" "$me $other " "a file with two identities"
same "$("$exhibit" recipient both.age --json | json - '",".join(j["recipients"])')" "$me,$other" "the same as JSON"
"$exhibit" key new p256.pem --quiet
exits 0 "of a P-256 key" "$exhibit" recipient p256.pem
says "age1tag1" "it is a tagged one"
exits 10 "no identity" "$exhibit" recipient phrase
exits 10 "no such file" "$exhibit" recipient nowhere.age
ssh-keygen -q -t ed25519 -N '' -f ssh.key
exits 10 "an SSH key only opens" "$exhibit" recipient ssh.key

# --- statements
"$exhibit" ca init studio --quiet
"$exhibit" ca init elsewhere --quiet
"$exhibit" ca issue studio --key ann.pem --cert ann.crt --person ann --quiet
"$exhibit" ca issue studio --key cam.pem --cert cam.crt --camera cam-1 --quiet
exits 0 "a statement" "$exhibit" recipient me.age --cert ann.crt --key ann.pem -o ann.recipient
says "ann states" "who states what is said"
exits 0 "it holds for who trusts the authority" "$exhibit" recipient ann.recipient --trust studio/root.pem
says "$me" "its recipient is printed"
says "ann" "and whose it is"
exits 12 "it does not for who trusts another" "$exhibit" recipient ann.recipient --trust elsewhere/root.pem
exits 12 "it does not for who trusts nobody" "$exhibit" recipient ann.recipient
exits 12 "it does not when it has ended" "$exhibit" recipient ann.recipient --trust studio/root.pem --at 2099-01-01T00:00:00Z
exits 12 "it did not before it was made" "$exhibit" recipient ann.recipient --trust studio/root.pem --at 2001-01-01T00:00:00Z
same "$("$exhibit" recipient ann.recipient --trust studio/root.pem --json | json - 'j["holds"], j["user"], j["recipients"][0]')" \
    "(True, 'ann', '$me')" "the same as JSON"
exits 0 "a statement into a pipe" sh -c "'$exhibit' recipient me.age --cert ann.crt --key ann.pem >piped"
exits 0 "what came out of it holds" "$exhibit" recipient piped --trust studio/root.pem
until=$(date -u -d '+2 days' +%Y-%m-%dT00:00:00Z)
exits 0 "a short statement" "$exhibit" recipient me.age --cert ann.crt --key ann.pem -o short.recipient --until "$until"
same "$("$exhibit" recipient short.recipient --json | json - 'j["expires"]')" "$until" "it ends when it was told to"
exits 2 "a statement longer than the certificate" "$exhibit" recipient me.age --cert ann.crt --key ann.pem -o x --until 2099-01-01T00:00:00Z
exits 2 "a statement of a camera" "$exhibit" recipient me.age --cert cam.crt --key cam.pem -o x
exits 2 "a statement of two identities" "$exhibit" recipient both.age --cert ann.crt --key ann.pem -o x
exits 2 "a key of somebody else" "$exhibit" recipient me.age --cert ann.crt --key cam.pem -o x
exits 2 "a key without its certificate" "$exhibit" recipient me.age --key ann.pem -o x
exits 2 "a statement about a statement" "$exhibit" recipient ann.recipient --cert ann.crt --key ann.pem -o x
exits 2 "over the identity" "$exhibit" recipient me.age --cert ann.crt --key ann.pem -o me.age -f
same "$(ls x 2>/dev/null)" "" "none of these wrote anything"
differ=''
n=$(stat -c %s ann.recipient)
for at in $(seq 0 7 "$n"); do
    python3 -c 'import sys; b = bytearray(open("ann.recipient", "rb").read()); at = int(sys.argv[1]); b[at % len(b)] ^= 1
open("altered", "wb").write(b)' "$at"
    "$exhibit" recipient altered --trust studio/root.pem >/dev/null 2>&1 && differ="$differ $at"
done
same "$differ" "" "no byte of a statement can be changed"
finish
