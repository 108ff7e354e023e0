#!/bin/bash
# exhibit seal, open, check, rewrap, inspect: one file for those who may open it, with stock age and gpg beside us.
. "$(dirname "$0")/harness.sh"

# opened NAME WANT COMMAND...: it prints the file WANT.
opened() {
    local name=$1 want=$2
    shift 2
    if "$@" >got 2>err && cmp -s got "$want"; then
        pass "$name"
    else
        fail "$name" "$(cat err)"
    fi
}

# flip FILE AT: one bit of FILE, changed; the result is `altered`.
flip() {
    python3 -c 'import sys; b = bytearray(open(sys.argv[1], "rb").read()); b[int(sys.argv[2])] ^= 1
open("altered", "wb").write(b)' "$1" "$2"
}

# parses NAME: what the last run printed on stdout is JSON.
parses() {
    if python3 -m json.tool .out >/dev/null 2>err; then pass "$1"; else fail "$1" "$(cat .out err)"; fi
}

# payload FILE HEADER-BYTES
payload() {
    tail -c +$(($2 + 1)) "$1"
}

# --- people, and what they have
"$exhibit" ca init studio --quiet
"$exhibit" ca init elsewhere --quiet
for person in ann bob; do
    "$exhibit" ca issue studio --key $person.pem --cert $person.crt --person $person --quiet
done
printf 'correct horse\n' >phrase
printf 'wrong horse\n' >wrong
exits 0 "an identity" "$exhibit" identity new -o me.age
exits 0 "one with a passphrase" "$exhibit" identity new -o locked.age --passphrase-file phrase
"$exhibit" identity new -o ann.age --quiet
"$exhibit" identity new -o stranger.age --quiet
me=$("$exhibit" recipient me.age)
locked=$("$exhibit" recipient locked.age --passphrase-file phrase)
ann=$("$exhibit" recipient ann.age)
stranger=$("$exhibit" recipient stranger.age)
exits 0 "a statement whose it is" "$exhibit" recipient ann.age --cert ann.crt --key ann.pem -o ann.recipient
head -c 300000 /dev/urandom >plain
root=studio/root.pem

# --- for one, signed by nobody
exits 0 "for one person" "$exhibit" seal plain -o one.age -r "$me"
says "sealed for 1 recipient, signed by nobody; 300000 bytes" "it says for how many, and by whom"
exits 0 "we open it" "$exhibit" open one.age -i me.age -o one.out
says "signed by nobody" "that nobody signed it is said"
holds "it is what was sealed" cmp one.out plain
opened "age opens it" plain age -d -i me.age one.age
age -r "$me" -o theirs.age plain
opened "we open age's" plain "$exhibit" open theirs.age -i me.age
exits 12 "another's identity" "$exhibit" open one.age -i stranger.age -o no.out
says "none of the identities given (1) opens the file" "that is why"
exits 4 "it has no ledger to check" "$exhibit" check one.age --trust $root
exits 4 "nor when it is opened by who asks for one" "$exhibit" open one.age -i me.age --trust $root -o asked.out
exits 0 "for an identity with a passphrase" "$exhibit" seal plain -o locked.sealed -r "$locked" --quiet
same "$out" "" "--quiet says nothing"
opened "who knows it opens" plain "$exhibit" open locked.sealed -i locked.age --passphrase-file phrase
exits 12 "who does not, not" "$exhibit" open locked.sealed -i locked.age --passphrase-file wrong -o no.out
exits 12 "nobody is there to ask" "$exhibit" open locked.sealed -i locked.age --no-input -o no.out

# --- every size at a chunk's border
for size in 0 1 65535 65536 65537 131072; do
    head -c "$size" plain >small
    "$exhibit" seal small -r "$me" --signer bob.pem --cert bob.crt --quiet >small.age
    opened "$size bytes: age" small age -d -i me.age small.age
    opened "$size bytes: we" small "$exhibit" open small.age -i me.age
    holds "$size bytes: the ledger" "$exhibit" check small.age --trust $root
done

# --- for two, by a statement, and signed
exits 12 "a statement, and nobody is trusted" "$exhibit" seal plain -o no.age -r ann.recipient
says "--trust ROOTS.pem" "what would help is said"
exits 12 "a statement of a stranger" "$exhibit" seal plain -o no.age -r ann.recipient --trust elsewhere/root.pem
exits 0 "for two, by a statement, signed" \
    "$exhibit" seal plain -o two.age -r "$me" -r ann.recipient --trust $root --signer bob.pem --cert bob.crt
says "sealed for 2 recipients, signed by bob" "by whom is said"
for name in me ann; do
    opened "$name opens it" plain "$exhibit" open two.age -i $name.age
    opened "$name opens it with age" plain age -d -i $name.age two.age
done
exits 0 "trusted: opened and judged" "$exhibit" open two.age -i ann.age --trust $root -o two.out
says "Signed by bob" "by whom is said there too"
exits 3 "opened, and the sealer is a stranger" "$exhibit" open two.age -i ann.age --trust elsewhere/root.pem -o stranger.out
holds "he has it nevertheless" cmp stranger.out plain
exits 0 "who asks for no trust gets the bytes" "$exhibit" open two.age -i me.age -o unasked.out
says "not known to you" "and reads that nobody was trusted"
exits 0 "recipients one after the other" "$exhibit" seal plain -o row.age -r "$me" "$ann" "$stranger"
says "for 3 recipients" "all three"

# --- checked by anybody: no key
exits 0 "checked, trusted" "$exhibit" check two.age --trust $root
says "Nothing in this file has changed" "it is whole"
exits 3 "checked, nobody is trusted" "$exhibit" check two.age
exits 3 "checked, another is trusted" "$exhibit" check two.age --trust elsewhere/root.pem
exits 0 "checked, this signer is allowed" "$exhibit" check two.age --allowed bob.crt
exits 3 "checked, another signer is allowed" "$exhibit" check two.age --allowed ann.crt
exits 4 "of several, the first that applies" "$exhibit" check two.age one.age
exits 10 "no such file" "$exhibit" check nowhere.age
exits 0 "checked through a pipe" sh -c "cat two.age | '$exhibit' check - --trust $root"

# --- other keys: certificate, passphrase, text
exits 0 "for a certificate" "$exhibit" seal plain -o crt.age -r bob.crt
opened "its key opens it" plain "$exhibit" open crt.age -i bob.pem
exits 12 "another's key" "$exhibit" open crt.age -i ann.pem -o no.out
exits 0 "for a certificate and a person" "$exhibit" seal plain -o both.age -r bob.crt -r "$me"
opened "age opens what is also for a certificate" plain age -d -i me.age both.age
exits 0 "with a passphrase" "$exhibit" seal plain -o phrase.age --passphrase-file phrase
opened "who knows it opens it" plain "$exhibit" open phrase.age --passphrase-file phrase
exits 12 "a wrong passphrase" "$exhibit" open phrase.age --passphrase-file wrong -o no.out
says "wrong passphrase" "it is named"
exits 12 "no passphrase" "$exhibit" open phrase.age --no-input -o no.out
exits 2 "a passphrase and a person" "$exhibit" seal plain -o no.age --passphrase-file phrase -r "$me"
exits 0 "as text" "$exhibit" seal plain -o text.age -a -r "$me" --signer bob.pem --cert bob.crt
same "$(head -n 1 text.age)" "-----BEGIN AGE ENCRYPTED FILE-----" "it is text"
opened "age opens the text" plain age -d -i me.age text.age
opened "we open the text" plain "$exhibit" open text.age -i me.age
exits 0 "the text is checked" "$exhibit" check text.age --trust $root
age -a -r "$me" -o theirs.txt plain
opened "we open age's text" plain "$exhibit" open theirs.txt -i me.age

# --- pipes
opened "through pipes: we" plain sh -c "cat plain | '$exhibit' seal - -r '$me' --signer bob.pem --cert bob.crt | '$exhibit' open - -i me.age"
opened "through pipes: age opens" plain sh -c "cat plain | '$exhibit' seal - -r '$me' | age -d -i me.age"
opened "through pipes: age seals" plain sh -c "age -r '$me' <plain | '$exhibit' open - -i me.age"
exits 2 "nothing to seal was named" sh -c "'$exhibit' seal -r '$me' <plain"
exits 10 "a pipe that is full" sh -c "'$exhibit' seal plain -r '$me' >/dev/full"
exits 10 "opened into a pipe that is full" sh -c "'$exhibit' open one.age -i me.age >/dev/full"
opened "through pipes: nothing at all" /dev/null sh -c "'$exhibit' seal - -r '$me' </dev/null | age -d -i me.age"
exits 2 "content and passphrase from one pipe: seal" sh -c "'$exhibit' seal - -o no.age --passphrase-file - <phrase"
exits 2 "content and passphrase from one pipe: open" sh -c "'$exhibit' open - -o no.out --passphrase-file - <phrase.age"
exits 2 "content and passphrase from one pipe: rewrap" \
    sh -c "'$exhibit' rewrap - -o no.age -i locked.age --add '$me' --passphrase-file - <locked.sealed"

# --- altered: it is told without a key, and no file is written
n=$(stat -c %s two.age)
header=$("$exhibit" inspect two.age --json | json - 'j["header_bytes"]')
for at in $((header + 20)) $((n / 2)) $((n - 1)); do
    flip two.age "$at"
    exits 1 "a bit of byte $at: checked" "$exhibit" check altered --trust $root
    exits 1 "a bit of byte $at: opened" "$exhibit" open altered -i me.age -o no.out
    if age -d -i me.age altered >got 2>/dev/null; then fail "age refuses it too" ""; else pass "age refuses it too"; fi
done
exits 1 "what lies before is written only when asked" "$exhibit" open altered -i me.age -o part.out --damaged
holds "and is what was sealed" cmp part.out <(head -c "$(stat -c %s part.out)" plain)
exits 1 "an altered file among good ones" "$exhibit" check two.age altered --trust $root
flip one.age $(($(stat -c %s one.age) / 2))
exits 1 "signed by nobody, and altered" "$exhibit" open altered -i me.age -o no.out

# --- cut: it is told, and what is whole comes out
head -c -100 two.age >cut.age
exits 5 "the tail is missing: checked" "$exhibit" check cut.age --trust $root
exits 5 "the tail is missing: opened" "$exhibit" open cut.age -i me.age -o cut.out
says "cut off" "that is said"
holds "what is whole came out" cmp cut.out <(head -c 262144 plain)
head -c $((header + 16 + 65552 * 2)) two.age >cut.age
exits 5 "cut between two chunks: checked" "$exhibit" check cut.age --trust $root
exits 5 "cut between two chunks: opened" "$exhibit" open cut.age -i me.age -o cut2.out
holds "two chunks came out" cmp cut2.out <(head -c 131072 plain)
head -c -100 one.age >cut.age
exits 5 "signed by nobody, and cut" "$exhibit" open cut.age -i me.age -o cut3.out
head -c 100 two.age >cut.age
exits 10 "the header is cut" "$exhibit" open cut.age -i me.age -o no.out
exits 10 "no age file" "$exhibit" open plain -i me.age -o no.out
says "no age file" "it says so"

# --- the output is there; the inputs stay
sha256sum plain me.age ann.recipient phrase bob.pem bob.crt one.age two.age locked.age >before
exits 2 "seal: the output is there" "$exhibit" seal plain -o one.age -r "$ann"
says "exists already" "that is said"
exits 2 "open: the output is there" "$exhibit" open one.age -i me.age -o two.out
exits 2 "rewrap: the output is there" "$exhibit" rewrap one.age -i me.age --add "$ann" -o two.age
for over in "seal plain -f -r $me -o plain" "seal plain -f --trust $root -r ann.recipient -o ann.recipient" \
    "seal plain -f --passphrase-file phrase -o phrase" \
    "seal plain -f -r $me --signer bob.pem --cert bob.crt -o bob.pem" \
    "seal plain -f -r bob.crt -o bob.crt" "seal plain -f -r $me bob.crt -o bob.crt" \
    "open one.age -f -i me.age -o one.age" "open one.age -f -i me.age -o me.age" \
    "open phrase.age -f --passphrase-file phrase -o phrase" \
    "rewrap one.age -f -i me.age --add $ann -o one.age" "rewrap one.age -f -i me.age --add $ann -o me.age" \
    "rewrap one.age -f -i me.age --add ann.recipient --trust $root -o ann.recipient"; do
    # shellcheck disable=SC2086 # words are wanted
    exits 2 "over an input: $over" "$exhibit" $over
done
"$exhibit" seal plain -o clear.age -r "$me" --quiet
exits 0 "and is replaced with --force" "$exhibit" seal plain -o clear.age -f -r "$ann"
opened "by the new one" plain "$exhibit" open clear.age -i ann.age
exits 10 "no input" "$exhibit" seal nowhere -o no.age -r "$me"
exits 10 "a folder" "$exhibit" seal studio -o no.age -r "$me"
exits 10 "into no folder" "$exhibit" seal plain -o nodir/no.age -r "$me"
exits 10 "a full disk: seal" bash -c "ulimit -f 2; trap '' XFSZ; '$exhibit' seal plain -o no.age -r '$me'"
exits 10 "a full disk: open" bash -c "ulimit -f 2; trap '' XFSZ; '$exhibit' open one.age -i me.age -o no.out"
exits 10 "a full disk: rewrap" bash -c "ulimit -f 2; trap '' XFSZ; '$exhibit' rewrap one.age -i me.age --add '$ann' -o no.age"
exits 10 "a full disk: rewrap in place" bash -c "ulimit -f 2; trap '' XFSZ; '$exhibit' rewrap one.age -i me.age --add '$ann'"
exits 0 "a dry run" "$exhibit" seal plain -o no.age -r "$me" --dry-run
says "would be sealed" "says what would be"
exits 0 "opening, tried" "$exhibit" open one.age -i me.age -o no.out --dry-run

# --- the command line
exits 2 "for nobody" "$exhibit" seal plain -o no.age
exits 2 "a signer without a certificate" "$exhibit" seal plain -o no.age -r "$me" --signer bob.pem
exits 2 "a certificate of another key" "$exhibit" seal plain -o no.age -r "$me" --signer bob.pem --cert ann.crt
exits 2 "for a private key" "$exhibit" seal plain -o no.age -r me.age
exits 2 "two files" "$exhibit" seal plain one.age -o no.age --passphrase-file phrase
exits 2 "nobody opens it" "$exhibit" open one.age -o no.out
exits 2 "an option of a recording" "$exhibit" seal plain -o no.age -r "$me" --sync 2s
exits 2 "rewrapped for nobody" "$exhibit" rewrap one.age -i me.age -o no.age
same "$(find . -name 'no.*' -o -name '*.part' -o -name 'nodir')" "" "nothing was left by what failed"
holds "no input was changed" sha256sum --quiet -c before

# --- inspect
exits 0 "inspected" "$exhibit" inspect two.age
says "bob sealed it at" "what it claims"
says "None of this is verified yet" "and that this is no proof"
exits 0 "several" "$exhibit" inspect one.age crt.age text.age phrase.age
says "a P-256 key" "a certificate's"
says "a passphrase" "a passphrase's"
says "none: nobody signed it" "no ledger"
exits 10 "inspected: no age file" "$exhibit" inspect plain

# --- the same facts as JSON
exits 0 "seal --json" "$exhibit" seal plain -o json.age -r "$me" -r "$ann" --signer bob.pem --cert bob.crt --json
parses "seal: it is JSON"
oid=$(json .out 'j["oid"]')
same "$(json .out '(j["recipients"], j["signer"], j["plain_bytes"], j["output"])')" "(2, 'bob', 300000, 'json.age')" "seal: the facts"
exits 0 "check --json" "$exhibit" check json.age --trust $root --json
parses "check: it is JSON"
same "$(json .out '(j["exit_status"], j["axes"]["integrity"]["state"], j["axes"]["signer"]["state"], j["signer"]["person"])')" \
    "(0, 'intact', 'trusted', 'bob')" "check: the facts"
same "$(json .out 'j["oid"]')" "$oid" "check: of the same object"
headline=$(json .out 'j["headline"]')
exits 0 "check" "$exhibit" check json.age --trust $root
says "$headline" "check: the same headline for people"
says "$oid" "check: the same object for people"
exits 0 "inspect --json" "$exhibit" inspect json.age --json
parses "inspect: it is JSON"
same "$(json .out '(j["plain_bytes"], j["one_file"], j["armored"], j["open"]["sealer"], j["open"]["oid"])')" \
    "(300000, True, False, 'bob', '$oid')" "inspect: the facts"
same "$(json .out '[s["type"] for s in j["stanzas"]]')" \
    "['X25519', 'X25519', 'exhibit.org/open', 'exhibit.org/final']" "inspect: for whom"
exits 3 "open --json" "$exhibit" open json.age -i me.age -o json.out --trust elsewhere/root.pem --json
parses "open: it is JSON"
same "$(json .out '(j["exit_status"], j["output"], j["payload"], j["commit"], j["plain_bytes"], j["ledger"]["oid"])')" \
    "(3, 'json.out', 'whole', 'holds', 300000, '$oid')" "open: the facts"
flip json.age $((n / 2))
exits 1 "open --json, altered" "$exhibit" open altered -i me.age -o no.out --json
parses "open, altered: it is JSON"
same "$(json .out '(j["exit_status"], j["output"], j["payload"])')" "(1, None, 'altered')" "open, altered: the facts"
exits 10 "check --json, no file" "$exhibit" check nowhere.age --json
parses "check, no file: it is JSON"
same "$(json .out 'j["exit_status"]')" 10 "check, no file: the facts"

# --- rewrap: the sealed bytes stay, and with them what the ledger proves
cp two.age kept.age
exits 0 "one more" "$exhibit" rewrap two.age -i me.age --add "$stranger" -o more.age --json
parses "rewrap: it is JSON"
same "$(json .out '(j["added"], j["removed"], j["old_header_bytes"])')" "(1, 0, $header)" "rewrap: the facts"
new=$(json .out 'j["new_header_bytes"]')
holds "the payload is the same" cmp <(payload two.age "$header") <(payload more.age "$new")
for name in me ann stranger; do
    opened "one more: $name opens it" plain "$exhibit" open more.age -i $name.age
    opened "one more: $name opens it with age" plain age -d -i $name.age more.age
done
exits 0 "one more: the ledger holds" "$exhibit" check more.age --trust $root
same "$("$exhibit" check more.age --json | json - 'j["oid"]')" "$("$exhibit" check two.age --json | json - 'j["oid"]')" \
    "it is the same object"
exits 0 "another instead" "$exhibit" rewrap two.age -i me.age --add "$stranger" --remove ann.recipient -o other.age
says "Who has the old file" "what removing cannot do is said"
new=$("$exhibit" inspect other.age --json | json - 'j["header_bytes"]')
holds "the payload is the same still" cmp <(payload two.age "$header") <(payload other.age "$new")
exits 12 "who was removed cannot open the new file" "$exhibit" open other.age -i ann.age -o no.out
if age -d -i ann.age other.age >got 2>/dev/null; then fail "nor with age" ""; else pass "nor with age"; fi
opened "he can open the old one" plain "$exhibit" open two.age -i ann.age
opened "the new one opens it" plain "$exhibit" open other.age -i stranger.age
opened "the new one opens it with age" plain age -d -i stranger.age other.age
exits 0 "another instead: the ledger holds" "$exhibit" check other.age --trust $root
holds "the file it was made of is as it was" cmp two.age kept.age
cp one.age place.age
exits 0 "in place" "$exhibit" rewrap place.age -i me.age --add bob.crt --remove "$me"
exits 12 "in place: the old one cannot" "$exhibit" open place.age -i me.age -o no.out
opened "in place: the new one opens it" plain "$exhibit" open place.age -i bob.pem
exits 0 "for one alone" "$exhibit" rewrap two.age -i me.age --add "$stranger" --only -o only.age
for name in me ann; do
    exits 12 "for one alone: $name cannot" "$exhibit" open only.age -i $name.age -o no.out
done
opened "for one alone: he opens it" plain age -d -i stranger.age only.age
exits 0 "the header alone" "$exhibit" rewrap two.age -i me.age --add "$stranger" --only --header -o header
opened "the header with the payload that was there" plain sh -c \
    "{ cat header; tail -c +$((header + 1)) two.age; } | age -d -i stranger.age"
exits 12 "by who cannot open it" "$exhibit" rewrap two.age -i stranger.age --add "$stranger" -o no.age
exits 2 "nobody would be left" "$exhibit" rewrap one.age -i me.age --remove "$me" -o no.age
exits 10 "who is not among them" "$exhibit" rewrap one.age -i me.age --remove "$stranger" -o no.age
exits 12 "added by a statement, and nobody is trusted" "$exhibit" rewrap one.age -i me.age --add ann.recipient -o no.age
exits 0 "added by a statement" "$exhibit" rewrap one.age -i me.age --add ann.recipient --trust $root -o stated.age
opened "who stated it opens it" plain "$exhibit" open stated.age -i ann.age

# --- an OpenPGP key, where the module was built
if [ -e "$build/src/pgp/exhibit-pgp.so" ]; then
    export GNUPGHOME=$work/gnupg
    # shellcheck disable=SC2317 # by the trap
    stop_agent() {
        gpgconf --kill all 2>/dev/null
        rm -rf "$work"
    }
    trap stop_agent EXIT
    mkdir -m 700 gnupg
    gpg --batch --quiet --passphrase '' --quick-gen-key owner@example.org future-default default never 2>>gpg.log
    owner=$(gpg --batch --with-colons --list-keys 2>/dev/null | awk -F: '/^fpr/ { print $10; exit }')
    exits 0 "for an OpenPGP key and a person" "$exhibit" seal plain -o pgp.age -r "pgp:$owner" -r "$me" --signer bob.pem --cert bob.crt
    opened "GnuPG's key opens it" plain "$exhibit" open pgp.age -i pgp:
    opened "the person opens it with age" plain age -d -i me.age pgp.age
    awk '/^-> exhibit.org\/openpgp 1$/ { on = 1; next } /^(->|---)/ { on = 0 } on' pgp.age | base64 -d 2>/dev/null |
        gpg --batch --quiet --decrypt >identity 2>>gpg.log
    opened "gpg, age and awk open it" plain age -d -i identity pgp.age
    exits 0 "its ledger holds" "$exhibit" check pgp.age --trust $root
fi

same "$(find . -name 'no.*' -o -name '*.part')" "" "nothing was left by what failed, to the end"
holds "no input was changed, to the end" sha256sum --quiet -c before
finish
