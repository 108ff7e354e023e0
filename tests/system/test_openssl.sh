#!/bin/bash
# The library's cryptography against the openssl program, both ways: signatures, time-stamps, OCSP.
. "$(dirname "$0")/harness.sh"
judge=$build/tests/system/judge

# judged NAME WANT COMMAND...: the first line of what judge prints begins with WANT.
judged() {
    local name=$1 want=$2
    shift 2
    run "$judge" "$@"
    case $out in
    "$want"*) pass "$name" ;;
    *) fail "$name" "wanted $want: $*
$out
$err" ;;
    esac
}

printf 'what is signed\n' >data
printf 'something else\n' >other

# --- signatures: a key that openssl made signs here, and the other way round
cat >raw.py <<'PYTHON'
import sys  # r and s of equal size <-> DER
way, path = sys.argv[1:]
b = open(path, "rb").read()
if way == "der":
    half = len(b) // 2
    parts = b""
    for v in (b[:half], b[half:]):
        v = v.lstrip(b"\0") or b"\0"
        v = (b"\0" if v[0] & 0x80 else b"") + v
        parts += bytes((2, len(v))) + v
    n = len(parts)
    out = b"\x30" + (bytes((n,)) if n < 128 else bytes((0x81, n))) + parts
else:
    size, at = int(way), 2 if b[1] < 128 else 3
    out = b""
    for _ in range(2):
        n = b[at + 1]
        out += int.from_bytes(b[at + 2:at + 2 + n], "big").to_bytes(size, "big")
        at += 2 + n
sys.stdout.buffer.write(out)
PYTHON

# both_ways NAME ALG HASH SIZE PKEYOPT...: SIZE of a coordinate for ECDSA, 0 for others
both_ways() {
    local name=$1 alg=$2 hash=$3 size=$4 opts=() o
    shift 4
    for o in "$@"; do opts+=(-pkeyopt "$o"); done
    [ "$hash" = none ] || opts+=(-digest "$hash")
    holds "$name: signs" "$judge" sign "$name.key" "$name.crt" "$alg" data sig
    if [ "$size" = 0 ]; then cp sig sig.der; else python3 raw.py der sig >sig.der; fi
    holds "$name: openssl verifies" openssl pkeyutl -verify -certin -inkey "$name.crt" -rawin -in data \
        -sigfile sig.der "${opts[@]}"
    holds "$name: openssl signs" openssl pkeyutl -sign -inkey "$name.key" -rawin -in data -out sig.der "${opts[@]}"
    if [ "$size" = 0 ]; then cp sig.der sig; else python3 raw.py "$size" sig.der >sig; fi
    judged "$name: verifies" holds verify "$name.crt" "$alg" data sig
    judged "$name: not of other data" "does not hold" verify "$name.crt" "$alg" other sig
}
make_leaf() {
    local name=$1
    shift
    openssl req -x509 -newkey "$@" -nodes -keyout "$name.key" -out "$name.crt" -subj "/CN=$name" -days 30 \
        2>/dev/null || fail "$name" "openssl req"
}
make_leaf p256 ec -pkeyopt ec_paramgen_curve:P-256
make_leaf p384 ec -pkeyopt ec_paramgen_curve:P-384
make_leaf p521 ec -pkeyopt ec_paramgen_curve:P-521
make_leaf rsa rsa:2048
make_leaf ed25519 ed25519
both_ways p256 -7 sha256 32
both_ways p384 -35 sha384 48
both_ways p521 -36 sha512 66
both_ways p256 -36 sha512 32
both_ways p521 -7 sha256 66
both_ways rsa -37 sha256 0 rsa_padding_mode:pss rsa_pss_saltlen:digest
both_ways rsa -38 sha384 0 rsa_padding_mode:pss rsa_pss_saltlen:digest
both_ways rsa -39 sha512 0 rsa_padding_mode:pss rsa_pss_saltlen:digest
both_ways ed25519 -8 none 0
openssl dgst -sha256 -sign rsa.key -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -out sig data
judged "PSS with another salt" "does not hold" verify rsa.crt -37 data sig
openssl dgst -sha256 -sign rsa.key -out sig data
judged "PKCS#1 v1.5 is not PS256" "does not hold" verify rsa.crt -37 data sig

# --- an authority of openssl's for time-stamps and OCSP
cat >ext.cnf <<'CONFIG'
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[tsa]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
[claim]
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://127.0.0.1:1/ocsp
[ocsp]
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
authorityKeyIdentifier = keyid
CONFIG
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -subj /CN=root \
    -days 3650 -extensions ca -config <(printf '[req]\ndistinguished_name=dn\n[dn]\n'; cat ext.cnf) \
    2>/dev/null || fail "a root"
cp p384.crt stranger.pem
# certified NAME SECTION [KEYTYPE...]: NAME.key and NAME.crt from the root
certified() {
    local name=$1 section=$2
    shift 2
    [ $# -gt 0 ] || set -- ec -pkeyopt ec_paramgen_curve:P-256
    openssl req -newkey "$@" -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$name" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile ext.cnf \
        -extensions "$section" -out "$name.crt" 2>openssl.log || fail "$name" "$(cat openssl.log)"
}
certified tsa tsa
certified tsa-rsa tsa rsa:3072
certified claim claim
certified responder ocsp

# --- time-stamps
# tsa_config NAME ESS_HASH: an authority of that certificate
tsa_config() {
    cat >"$1.cnf" <<CONFIG
[tsa]
default_tsa = it
[it]
serial = $work/serial
signer_cert = $work/$1.crt
certs = $work/root.pem
signer_key = $work/$1.key
signer_digest = ${3:-sha256}
default_policy = 1.2.3.4
digests = sha1, sha256, sha384, sha512
ess_cert_id_alg = $2
ess_cert_id_chain = ${4:-no}
CONFIG
    echo 01 >serial
}
tsa_config tsa sha256
tsa_config tsa-rsa sha1 sha512 yes
for tsa in tsa tsa-rsa; do
    for alg in sha256 sha384 sha512; do
        judged "$tsa answers our request in $alg" ok ask "$alg" data \
            "openssl ts -reply -config $tsa.cnf -queryfile req.der -out resp.der 2>/dev/null" "$tsa-$alg.token"
        holds "openssl verifies the token" openssl ts -verify -in "$tsa-$alg.token" -token_in -data data -CAfile root.pem
        judged "and so do we" "ok" stamp "$tsa-$alg.token" data root.pem
        says "known trusted $tsa" "it is trusted"
        judged "a whole response too" "ok" stamp resp.der data root.pem
    done
done
judged "over other data" mismatch stamp tsa-sha256.token other root.pem
judged "without its root" "ok" stamp tsa-sha256.token data stranger.pem
says "unknown untrusted tsa" "it is unknown"
sed -i 's/^digests = .*/digests = sha512/' tsa.cnf
judged "a refused request" network ask sha256 data \
    "openssl ts -reply -config tsa.cnf -queryfile req.der -out resp.der 2>/dev/null" none.token
says "it does not know this hash" "says why"
judged "a refusal is no stamp" malformed stamp resp.der data root.pem
tsa_config tsa sha256
judged "somebody else's answer" network ask sha256 other \
    "openssl ts -query -data data -sha256 -cert -out q.der 2>/dev/null && openssl ts -reply -config tsa.cnf -queryfile q.der -out resp.der 2>/dev/null" none.token
says "answered another request" "is noticed"
openssl ts -query -data data -sha256 -no_nonce -out q.der 2>/dev/null
openssl ts -reply -config tsa.cnf -queryfile q.der -out resp.der 2>/dev/null
judged "a stamp without certificates" unchecked stamp resp.der data root.pem
openssl ts -query -data data -sha1 -cert -out q.der 2>/dev/null
openssl ts -reply -config tsa.cnf -queryfile q.der -out resp.der 2>/dev/null
judged "a SHA-1 imprint" unchecked stamp resp.der data root.pem
holds "no token was kept" test ! -e none.token

# Two signers, and a certificate that is not for time-stamps: openssl ts makes neither, openssl cms does.
openssl ts -reply -config tsa.cnf -queryfile <(openssl ts -query -data data -sha256 -cert 2>/dev/null) -token_out \
    -out token.der 2>/dev/null
openssl cms -verify -noverify -inform DER -in token.der -out info.der 2>/dev/null
# cms_token OUT SIGNER...: TSTInfo signed with signing-certificate attributes
cms_token() {
    local to=$1 signers=() s
    shift
    for s in "$@"; do signers+=(-signer "$s.crt" -inkey "$s.key"); done
    openssl cms -sign -cades -binary -nodetach -nosmimecap -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 \
        -in info.der -outform DER -out "$to" "${signers[@]}" 2>openssl.log || fail "$to" "$(cat openssl.log)"
}
cms_token one.der tsa
judged "a token made by openssl cms" "ok" stamp one.der data root.pem
says "known trusted tsa" "is trusted"
cms_token two.der tsa tsa-rsa
judged "two signers" malformed stamp two.der data root.pem
cms_token claim.der claim
judged "not a time-stamp authority" "ok" stamp claim.der data root.pem
says "unknown untrusted claim" "is not trusted"
says "not for time-stamps" "and says why"

# An authority of 2020: its stamps of that year stand for ever, those that it dates later do not.
cat >old.cnf <<'CONFIG'
[ca]
default_ca = it
[it]
new_certs_dir = .
database = old.db
serial = old.serial
default_md = sha256
policy = any
[any]
commonName = supplied
CONFIG
: >old.db
echo 1000 >old.serial
# dated NAME SECTION END OPTIONS...: NAME.crt of 2020
dated() {
    local name=$1 section=$2 end=$3
    shift 3
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.csr" \
        -subj "/CN=$name" 2>/dev/null
    openssl ca -batch -config old.cnf -in "$name.csr" -out "$name.crt" -notext -startdate 20200101000000Z \
        -enddate "$end" -extfile ext.cnf -extensions "$section" "$@" 2>openssl.log || fail "$name" "$(cat openssl.log)"
}
dated old-root ca 20300101000000Z -selfsign -keyfile old-root.key
dated old-tsa tsa 20210101000000Z -cert old-root.crt -keyfile old-root.key
for year in 2019 2020 2021; do
    python3 -c 'import re, sys
b = open("info.der", "rb").read()
open("info.der", "wb").write(re.sub(rb"20\d\d(\d{10}Z)", sys.argv[1].encode() + rb"\1", b, count=1))' "$year"
    cms_token "old-$year.der" old-tsa
done
judged "an authority that has ended since" "ok" stamp old-2020.der data old-root.crt
says "known trusted old-tsa" "is trusted for what it stamped before"
judged "what it stamped later" "ok" stamp old-2021.der data old-root.crt
says "known untrusted old-tsa" "is out of its time"
judged "what it stamped before it began" "ok" stamp old-2019.der data old-root.crt
says "known untrusted old-tsa" "is out of its time, too"

# --- OCSP
serial_of() {
    openssl x509 -in "$1.crt" -noout -serial | cut -d= -f2
}
index() { # FLAG REVOKED: of the leaf `claim`
    printf '%s\t300101000000Z\t%s\t%s\tunknown\t/CN=claim\n' "$1" "$2" "$(serial_of claim)" >index.txt
}
answer() { # OUT SIGNER OPTIONS...
    local to=$1 signer=$2
    shift 2
    openssl ocsp -index index.txt -CA root.pem -rsigner "$signer.crt" -rkey "$signer.key" -reqin ocsp-req.der \
        -ndays 7 -rmd sha256 -respout "$to" "$@" >/dev/null 2>&1 || fail "$to" "openssl ocsp"
}
cp root.pem root.crt
judged "our request names the responder" "http://127.0.0.1:1/ocsp" ocsp-ask claim.crt root.pem ocsp-req.der
run openssl ocsp -reqin ocsp-req.der -req_text
says "$(serial_of claim)" "openssl reads it"
index V ""
answer good.der responder
judged "good, by a responder" "good 604800" ocsp good.der claim.crt root.pem
holds "openssl says so too" sh -c "openssl ocsp -respin good.der -reqin ocsp-req.der -CAfile root.pem \
    -issuer root.pem -cert claim.crt 2>&1 | grep -q 'claim.crt: good'"
answer good-key.der responder -resp_key_id
judged "good, by a responder named by its key" "good" ocsp good-key.der claim.crt root.pem
answer good-ca.der root
judged "good, by the issuer itself" "good" ocsp good-ca.der claim.crt root.pem
answer good-ca-bare.der root -resp_no_certs
judged "good, without certificates" "good" ocsp good-ca-bare.der claim.crt root.pem
index R 260101000000Z,keyCompromise
answer revoked.der responder
judged "revoked" "revoked 604800 0 1767225600" ocsp revoked.der claim.crt root.pem
says "keyCompromise" "and why"
index R 260101000000Z,removeFromCRL
answer removed.der responder
judged "taken back" "revoked" ocsp removed.der claim.crt root.pem
says "removeFromCRL" "and why"
printf 'V\t300101000000Z\t\t01\tunknown\t/CN=x\n' >index.txt
answer unknown.der responder
judged "unknown" "unknown" ocsp unknown.der claim.crt root.pem
index V ""
answer tsa-signed.der tsa
judged "signed by who may not" "unsigned" ocsp tsa-signed.der claim.crt root.pem
answer bare.der responder -resp_no_certs
judged "a responder that does not show itself" "unsigned" ocsp bare.der claim.crt root.pem
judged "about another certificate" "foreign" ocsp good.der tsa.crt root.pem
judged "with no issuer at hand" "unsigned" ocsp good.der claim.crt stranger.pem
judged "not a response" "malformed" ocsp data claim.crt root.pem
finish
