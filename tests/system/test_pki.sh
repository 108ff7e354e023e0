#!/bin/bash
# What the server's signer issues, against the openssl program: requests of both, certificates, time-stamps,
# OCSP answers, revocation lists, and the bodies of EST.
. "$(dirname "$0")/harness.sh"
tool=$build/tests/system/pki_tool
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

serial_of() {
    openssl x509 -in "$1" -noout -serial | cut -d= -f2 | tr A-F a-f
}

printf 'what is stamped\n' >data
printf 'something else\n' >other

# --- an authority: a root that may stay offline, one below it, a time-stamp authority, an OCSP responder
mkdir ca rsa
holds "an authority" "$tool" authority ca
for name in issuer tsa ocsp; do
    holds "openssl trusts $name" openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuer.pem "ca/$name.pem"
done
run openssl x509 -in ca/root.pem -noout -ext basicConstraints,keyUsage
says "CA:TRUE, pathlen:1" "the root allows one authority below it"
run openssl x509 -in ca/issuer.pem -noout -ext basicConstraints,keyUsage,authorityInfoAccess,crlDistributionPoints
says "CA:TRUE, pathlen:0" "and that one none"
says "CA Issuers - URI:http://127.0.0.1:1/issuer.crt" "it tells where its issuer's certificate is"
silent_about "OCSP - URI" "and names no responder: its issuer is offline"
run openssl verify -CAfile ca/root.pem -untrusted ca/issuer.pem -purpose timestampsign ca/tsa.pem
says "ca/tsa.pem: OK" "the time-stamp authority may stamp"
run openssl x509 -in ca/ocsp.pem -noout -ext noCheck,extendedKeyUsage
says "OCSP Signing" "the responder may answer"
says "No Check" "and is not asked about itself"

# --- certificates for requests that openssl makes
cat >csr.cnf <<'CONFIG'
[req]
distinguished_name = dn
req_extensions = wishes
prompt = no
attributes = attributes
[dn]
O = Evil
CN = somebody else
[attributes]
challengePassword = secret
[wishes]
basicConstraints = critical,CA:true
keyUsage = keyCertSign
extendedKeyUsage = serverAuth,timeStamping
subjectAltName = URI:urn:exhibit:camera:stolen,DNS:evil.example
CONFIG
openssl ecparam -name prime256v1 -genkey -noout -out cam.key
openssl req -new -key cam.key -config csr.cnf -outform DER -out cam.csr
holds "a camera's request" "$tool" certify ca cam.csr camera dome-1 cam.pem
holds "openssl trusts the certificate" openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuer.pem cam.pem
same "$(openssl x509 -in cam.pem -noout -pubkey)" "$(openssl pkey -in cam.key -pubout)" "it is of that key"
run openssl x509 -in cam.pem -noout -subject -ext basicConstraints,keyUsage,extendedKeyUsage,subjectAltName,authorityInfoAccess,crlDistributionPoints
says "subject=CN = dome-1" "its subject is the id alone"
says "URI:urn:exhibit:camera:dome-1" "and so is its other name"
says "1.3.6.1.4.1.62558.2.1, E-mail Protection, TLS Web Client Authentication" "it may do what a camera may"
for wish in stolen evil CA:TRUE "Certificate Sign" "Server Auth" "Time Stamping"; do
    silent_about "$wish" "the wish for '$wish' is not granted"
done
says "OCSP - URI:http://127.0.0.1:1/ocsp" "it tells who answers for it"
says "URI:http://127.0.0.1:1/issuer.crl" "and where the list is"
for role in person operator; do
    holds "a certificate: $role" "$tool" certify ca cam.csr "$role" alice "$role.pem"
    run openssl x509 -in "$role.pem" -noout -ext subjectAltName
    says "URI:urn:exhibit:person:alice" "it names the person"
done
holds "a TLS certificate" "$tool" certify ca cam.csr tls localhost,127.0.0.1,::1 tls.pem
holds "openssl lets it serve localhost" openssl verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuer.pem \
    -purpose sslserver -verify_hostname localhost tls.pem
holds "and the address" openssl verify -CAfile ca/root.pem -untrusted ca/issuer.pem -purpose sslserver -verify_ip ::1 tls.pem
exits 1 "and in a week no more" openssl x509 -in tls.pem -noout -checkend $((7 * 86400))

openssl req -new -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=a -outform DER -out rsa.csr 2>/dev/null
exits 1 "a key of another kind" "$tool" certify ca rsa.csr camera a none.pem
says "P-256 was expected" "is refused in words"
openssl req -new -key cam.key -subj /CN=a -sha1 -outform DER -out sha1.csr
exits 1 "a request signed over SHA-1" "$tool" certify ca sha1.csr camera a none.pem
python3 -c 'b = bytearray(open("cam.csr", "rb").read()); b[-1] ^= 1; open("forged.csr", "wb").write(b)'
exits 1 "a request without proof" "$tool" certify ca forged.csr camera a none.pem
says "denied" "is denied"

# --- requests that we make, and renewals
holds "a request of ours" "$tool" request cam.key dome-1 ours.csr
run openssl req -in ours.csr -inform DER -noout -verify -text
says "Certificate request self-signature verify OK" "openssl finds it signed"
says "CN = dome-1" "with its name"
openssl ecparam -name prime256v1 -genkey -noout -out new.key
holds "a request with a new key" "$tool" request new.key dome-1 next.csr cam.key cam.pem
run openssl req -in next.csr -inform DER -noout -verify -text
says "Certificate request self-signature verify OK" "openssl finds it signed by that key"
says "2.25.228133721188911284646323936912692246824" "with the statement of the old one"
holds "it renews the certificate" "$tool" certify ca next.csr camera dome-1 next.pem cam.pem
same "$(openssl x509 -in next.pem -noout -pubkey)" "$(openssl pkey -in new.key -pubout)" "which has the new key now"
holds "a request with the same key renews it" "$tool" certify ca cam.csr camera dome-1 none.pem cam.pem
rm none.pem
"$tool" request new.key dome-1 bare.csr
exits 1 "a new key without the old one's word" "$tool" certify ca bare.csr camera dome-1 none.pem cam.pem
says "no statement of the old one" "is denied"
holds "and nothing is issued" test ! -e none.pem

# --- time-stamps
for hash in sha256 sha384 sha512; do
    openssl ts -query -data data "-$hash" -cert -out query.tsq 2>/dev/null
    holds "$hash: a query of openssl's" "$tool" stamp ca query.tsq reply.tsr
    says "granted" "$hash: is granted"
    holds "$hash: openssl ts verifies the answer" openssl ts -verify -queryfile query.tsq -in reply.tsr -CAfile ca/root.pem
    holds "$hash: over the data" openssl ts -verify -data data -in reply.tsr -CAfile ca/root.pem
    exits 1 "$hash: not over other data" openssl ts -verify -data other -in reply.tsr -CAfile ca/root.pem
    judged "$hash: our verifier trusts it" "ok" stamp reply.tsr data ca/root.pem
    says "known trusted Time-stamp authority" "$hash: by its name"
done
run openssl ts -reply -in reply.tsr -text
says "Status: Granted." "openssl reads its status"
says "Accuracy: 0x01 seconds" "its accuracy"
says "Policy OID: X509v3 Any Policy" "and its policy"
openssl ts -query -data data -sha256 -no_nonce -out bare.tsq 2>/dev/null
holds "a query without nonce and certificates" "$tool" stamp ca bare.tsq bare.tsr
holds "openssl ts verifies it with the certificates at hand" openssl ts -verify -queryfile bare.tsq -in bare.tsr \
    -CAfile ca/root.pem -untrusted <(cat ca/tsa.pem ca/issuer.pem)
openssl ts -reply -in bare.tsr -token_out -out token.der 2>/dev/null
same "$(openssl pkcs7 -in token.der -inform DER -print_certs -noout)" "" "and carries none"
judged "our client takes the answer to its own request" ok ask sha256 data "$tool stamp ca req.der resp.der >said" own.token
openssl ts -query -data data -sha1 -cert -out sha1.tsq 2>/dev/null
holds "a SHA-1 query" "$tool" stamp ca sha1.tsq sha1.tsr
run openssl ts -reply -in sha1.tsr -text
says "Status: Rejected." "is rejected"
says "unrecognized or unsupported algorithm identifier" "for its hash, as openssl reads it"
openssl ts -query -data data -sha256 -tspolicy 1.2.3.4 -out policy.tsq 2>/dev/null
holds "a query for another policy" "$tool" stamp ca policy.tsq policy.tsr
run openssl ts -reply -in policy.tsr -text
says "the requested TSA policy is not supported" "is rejected for it"
holds "an authority with keys of RSA" "$tool" authority rsa ps256
openssl ts -query -data data -sha256 -cert -out query.tsq 2>/dev/null
holds "stamps, too" "$tool" stamp rsa query.tsq reply.tsr
holds "openssl ts verifies the answer" openssl ts -verify -queryfile query.tsq -in reply.tsr -CAfile rsa/root.pem

# --- OCSP
# answers NAME WANT-CODE WANT OPTIONS...: a request of openssl's about cam.pem, and what openssl makes of the answer
answers() {
    local name=$1 code=$2 want=$3
    shift 3
    openssl ocsp -issuer ca/issuer.pem -cert cam.pem -reqout request.der "$@" >/dev/null 2>&1
    run "$tool" ocsp ca request.der table response.der
    same "$out" "$code" "$name: the code"
    # -no_nonce: to the request that is read, openssl would add another one
    run openssl ocsp -no_nonce -respin response.der -reqin request.der -issuer ca/issuer.pem -cert cam.pem -CAfile ca/root.pem
    says "$want" "$name: openssl reads '$want'"
}
printf '%s good\n' "$(serial_of cam.pem)" >table
for hash in sha1 sha256 sha384; do
    openssl ocsp "-$hash" -issuer ca/issuer.pem -cert cam.pem -reqout request.der >/dev/null 2>&1
    run "$tool" ocsp ca request.der table response.der
    run openssl ocsp "-$hash" -no_nonce -respin response.der -reqin request.der -issuer ca/issuer.pem -cert cam.pem \
        -CAfile ca/root.pem
    says "Response verify OK" "$hash: openssl verifies the answer"
    says "cam.pem: good" "$hash: which is good"
    silent_about "WARNING" "$hash: the nonce is there"
done
answers "good" 0 "cam.pem: good"
answers "without a nonce" 0 "cam.pem: good" -no_nonce
cat cam.pem ca/issuer.pem >cam-chain.pem
judged "our verifier reads it" "good 3600" ocsp response.der cam-chain.pem ca/root.pem
printf '%s revoked 1767225600 1\n' "$(serial_of cam.pem)" >table
answers "revoked" 0 "cam.pem: revoked"
says "Reason: keyCompromise" "with the reason"
says "Revocation Time: Jan  1 00:00:00 2026 GMT" "and since when"
judged "our verifier reads it, too" "revoked 3600 0 1767225600" ocsp response.der cam-chain.pem ca/root.pem
: >table
printf '%s good\n' "$(serial_of tls.pem)" >table
answers "unknown" 0 "cam.pem: unknown"
openssl ocsp -issuer ca/root.pem -cert ca/issuer.pem -reqout request.der >/dev/null 2>&1
run "$tool" ocsp ca request.der table response.der
same "$out" 6 "another authority's certificate is not ours to judge"
run openssl ocsp -respin response.der -noverify
says "unauthorized (6)" "as openssl reads it"
run "$tool" ocsp ca data table response.der
same "$out" 1 "no request at all"
run openssl ocsp -respin response.der -noverify
says "malformedrequest (1)" "is called so"
printf '%s good\n' "$(serial_of cam.pem)" >table
holds "a staple" "$tool" staple ca "$(serial_of cam.pem)" table staple.der
run openssl ocsp -respin staple.der -issuer ca/issuer.pem -cert cam.pem -CAfile ca/root.pem
says "cam.pem: good" "openssl verifies it"
judged "and so do we" "good 3600" ocsp staple.der cam-chain.pem ca/root.pem

# --- revocation lists
printf '%s revoked 1767225600 1\n%s good\n%s revoked 1767225601 0\n' "$(serial_of cam.pem)" "$(serial_of tls.pem)" \
    "$(serial_of person.pem)" >table
holds "a revocation list" "$tool" crl ca table 7 list.crl
run openssl crl -inform DER -in list.crl -CAfile ca/issuer.pem -noout -text
says "verify OK" "openssl finds it signed by the authority"
says "Key Compromise" "with the reason"
grep -A1 'CRL Number' <<<"$out" | grep -q '^ *7$'
same "$?" 0 "and its number"
same "$(grep -c 'Serial Number' <<<"$out")" 2 "what is good is not in it"
openssl crl -inform DER -in list.crl -out list.pem
run openssl verify -crl_check -CAfile ca/root.pem -untrusted ca/issuer.pem -CRLfile list.pem cam.pem
says "certificate revoked" "openssl refuses what is in it"
holds "and takes what is not" openssl verify -crl_check -CAfile ca/root.pem -untrusted ca/issuer.pem -CRLfile list.pem tls.pem
: >table
holds "an empty list" "$tool" crl ca table 8 list.crl
run openssl crl -inform DER -in list.crl -CAfile ca/issuer.pem -noout -text
says "No Revoked Certificates" "is one, too"

# --- bodies of EST
holds "certificates in a body" "$tool" certs body ca/issuer.pem ca/root.pem
openssl base64 -d -in body -out certs.p7
run openssl pkcs7 -inform DER -in certs.p7 -print_certs
says "subject=CN = Test issuer" "openssl reads the first"
says "subject=CN = Test root" "and the second"
same "$(grep -c BEGIN <<<"$out")" 2 "and no other"
run openssl cms -cmsout -print -noout -inform DER -in certs.p7
says "signerInfos:" "nothing in it is signed"
says "<EMPTY>" "by anybody"
holds "what a server wants of a request" "$tool" attrs 31 body
run sh -c "openssl base64 -d -in body | openssl asn1parse -inform DER"
for word in id-ecPublicKey prime256v1 ecdsa-with-SHA256 secp384r1 ecdsa-with-SHA384 secp521r1 ecdsa-with-SHA512 ED25519 \
    rsaEncryption :0C00 sha256WithRSAEncryption; do
    says "$word" "names $word, as openssl reads it"
done
openssl base64 -in cam.csr -out body
holds "a request in a body" "$tool" body body back.csr
holds "is that request" cmp cam.csr back.csr
openssl base64 -A -in cam.csr | tr -d '\n' >body
holds "in one line" "$tool" body body back.csr
holds "it is the same" cmp cam.csr back.csr
finish
