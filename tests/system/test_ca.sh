#!/bin/bash
# Keys and the authority of one's own, each judged by openssl too.
. "$(dirname "$0")/harness.sh"

printf 'correct horse\nsecond line\n' >pass
printf 'battery staple\n' >wrong
printf '\n' >empty

# --- keys
for kind in es256 es384 es512 ed25519 ps256 ps384 ps512; do
    exits 0 "a key of kind $kind" "$exhibit" key new "$kind.pem" --kind "$kind"
    holds "openssl reads it" openssl pkey -in "$kind.pem" -check -noout
    same "$(stat -c %a "$kind.pem")" 600 "it is its owner's alone"
done
cp es256.pem before.pem
exits 2 "an existing key is not replaced" "$exhibit" key new es256.pem
holds "and not touched" cmp es256.pem before.pem
exits 2 "an unknown kind" "$exhibit" key new other.pem --kind rsa
exits 0 "a key under a passphrase" "$exhibit" key new sealed.pem --passphrase pass
holds "openssl opens it" openssl pkey -in sealed.pem -passin file:pass -check -noout
exits 1 "but not with another one" openssl pkey -in sealed.pem -passin file:wrong -noout
run openssl asn1parse -in sealed.pem
says ":scrypt" "its passphrase is stretched by scrypt"
says ":aes-256-cbc" "and encrypts by AES-256"
exits 12 "an empty passphrase" "$exhibit" key new none.pem --passphrase empty
exits 12 "a passphrase that nobody can be asked for" "$exhibit" key new none.pem --protect --no-input
exits 12 "a file that is not there" "$exhibit" key new none.pem --passphrase nowhere
holds "no file is left behind" test ! -e none.pem
exits 0 "a passphrase from standard input" sh -c "'$exhibit' key new piped.pem --passphrase - <pass"
holds "is the first line" openssl pkey -in piped.pem -passin file:pass -noout

# --- at a terminal: what is typed does not appear, Ctrl-C gives up and leaves no file
python3 - "$exhibit" >tty.log 2>&1 <<'PYTHON'
import os, pty, re, sys, time

def talk(name, answers):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], [sys.argv[1], "key", "new", name, "--protect"])
    seen = b""
    for question, answer in answers:
        while question not in seen:
            seen += os.read(fd, 1024)
        seen = seen.split(question, 1)[1]
        time.sleep(0.2)  # the terminal is made silent behind the question
        status = open(f"/proc/{pid}/status").read() + open(f"/proc/{pid}/limits").read()
        core, locked = re.search(r"Max core file size +(\d+) +(\d+)", status), re.search(r"VmLck:\s+(\d+)", status)
        print("guarded", core.groups(), int(locked[1]) >= 256)
        os.write(fd, answer)
    rest = b""
    try:
        while True:
            piece = os.read(fd, 1024)
            if not piece:
                break
            rest += piece
    except OSError:
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), seen + rest

code, seen = talk("typed.pem", [(b"New passphrase for", b"correct hX\x7forse\r"),
                                (b"The same again", b"rubbish\x15correct horse\r")])
print("typed", code, b"horse" in seen)
code, seen = talk("differ.pem", [(b"New passphrase for", b"one\r"), (b"The same again", b"two\r")])
print("differ", code, b"differ" in seen)
code, seen = talk("stopped.pem", [(b"New passphrase for", b"half\x03")])
print("stopped", code)
PYTHON
same "$(grep typed tty.log)" "typed 0 False" "a passphrase typed twice, unseen"
holds "is the one typed, corrections made" openssl pkey -in typed.pem -passin file:pass -noout
same "$(grep differ tty.log)" "differ 12 True" "two that differ are refused"
same "$(grep stopped tty.log)" "stopped 12" "Ctrl-C gives up"
same "$(grep guarded tty.log | sort -u)" "guarded ('0', '0') True" "no core dumps, locked memory"
holds "and leaves nothing" test ! -e stopped.pem -a ! -e differ.pem

# --- the authority
exits 0 "ca init" "$exhibit" ca init studio --name 'Studio Nord'
same "$(stat -c %a studio) $(stat -c %a studio/root-key.pem)" "700 600" "its folder and key are private"
run openssl x509 -in studio/root.pem -noout -subject -ext basicConstraints,keyUsage
says "CN = Studio Nord" "it has its name"
says "CA:TRUE, pathlen:0" "it is an authority"
says "Certificate Sign, CRL Sign" "and may sign certificates"
holds "openssl finds it self-signed" openssl verify -CAfile studio/root.pem studio/root.pem
cp studio/root.pem root-before.pem
exits 2 "a second ca init" "$exhibit" ca init studio
holds "replaces nothing" cmp studio/root.pem root-before.pem
exits 2 "a name that could fool a reader" "$exhibit" ca init other --name $'a\nb'
holds "makes no folder" test ! -e other

# issued NAME KEY OPTIONS...: a leaf of the studio, in NAME.pem
issued() {
    local name=$1 key=$2
    shift 2
    exits 0 "a certificate: $name" "$exhibit" ca issue studio --key "$key" --cert "$name.pem" "$@"
    holds "openssl trusts it" openssl verify -CAfile studio/root.pem "$name.pem"
    run openssl x509 -in "$name.pem" -noout -subject -dates -ext keyUsage,extendedKeyUsage,subjectAltName
}
issued camera cam-key.pem --camera dome-1
says "URI:urn:exhibit:camera:dome-1" "it names the camera"
says "1.3.6.1.4.1.62558.2.1, E-mail Protection, TLS Web Client Authentication" "it may sign claims"
holds "its key was made" openssl pkey -in cam-key.pem -noout
same "$(openssl x509 -in camera.pem -noout -pubkey)" "$(openssl pkey -in cam-key.pem -pubout)" "and certified"
issued person person-key.pem --person alice
says "URI:urn:exhibit:person:alice" "it names the person"
issued local local-key.pem
says "URI:urn:exhibit:person:local" "without a role: person local"
issued tsa tsa-key.pem --tsa
says "Time Stamping" "a time-stamp authority"
issued ocsp ocsp-key.pem --ocsp
says "OCSP Signing" "an OCSP responder"
issued again cam-key.pem --camera dome-1
same "$(openssl x509 -in again.pem -noout -pubkey)" "$(openssl x509 -in camera.pem -noout -pubkey)" \
    "an existing key is used"
for kind in es384 es512 ed25519 ps256; do
    issued "leaf-$kind" "$kind.pem" --person bob
done
exits 2 "an existing certificate is not replaced" \
    "$exhibit" ca issue studio --key cam-key.pem --cert camera.pem --camera dome-1
cp camera.pem camera-before.pem
exits 0 "unless it is renewed" \
    "$exhibit" ca issue studio --key cam-key.pem --cert camera.pem --camera dome-1 --replace
exits 1 "it is a new one" cmp -s camera.pem camera-before.pem
exits 2 "two roles" "$exhibit" ca issue studio --key k.pem --cert c.pem --tsa --camera a
exits 2 "an id with a blank" "$exhibit" ca issue studio --key k.pem --cert c.pem --camera "a b"
exits 2 "the root's own key" \
    "$exhibit" ca issue studio --key studio/root-key.pem --cert c.pem --person a
exits 10 "no such authority" "$exhibit" ca issue nowhere --key k.pem --cert c.pem
exits 10 "a certificate that cannot be written" \
    "$exhibit" ca issue studio --key k.pem --cert nowhere/c.pem
holds "leaves no key either" test ! -e k.pem

# --- an authority under a passphrase
exits 0 "ca init with a passphrase" "$exhibit" ca init vault --passphrase pass
exits 12 "issues nothing without" "$exhibit" ca issue vault --key k.pem --cert c.pem --no-input
says "--passphrase FILE" "and says what to do"
exits 12 "nor with a wrong one" "$exhibit" ca issue vault --key k.pem --cert c.pem --passphrase wrong
exits 0 "but with the right one" \
    "$exhibit" ca issue vault --key k.pem --cert c.pem --passphrase pass --key-passphrase pass
holds "and the new key has one too" openssl pkey -in k.pem -passin file:pass -noout
holds "openssl trusts the leaf" openssl verify -CAfile vault/root.pem c.pem
finish
