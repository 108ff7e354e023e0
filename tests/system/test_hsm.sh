#!/bin/bash
# Keys that never leave their device: a TPM (swtpm, tpm2-openssl) and a PKCS#11 token (softhsm2).
# Both run in this folder, as any user, on ports that the system gives.
. "$(dirname "$0")/harness.sh"

trap 'kill "${swtpm:-}" 2>/dev/null; rm -rf "$work"' EXIT
"$exhibit" ca init studio >/dev/null || fail "an authority"
mkdir ca
"$build/tests/system/pki_tool" authority ca || fail "an authority of a server"
openssl ecparam -name prime256v1 -genkey -noout -out next.key || fail "a next key"
ffmpeg -loglevel error -f lavfi -i testsrc=size=160x120 -frames:v 1 photo.jpg || fail "a photo"
printf '1234\n' >pin
printf '4321\n' >wrong-pin
printf 'tpm secret\n' >tpm-pass

# signs NAME URI-OR-FILE OPTIONS...: the authority certifies the key, it signs a photo, anybody verifies it.
signs() {
    local name=$1 key=$2
    shift 2
    exits 0 "$name: a certificate" "$exhibit" ca issue studio --key "$key" --cert "$name.pem" --camera dome-1 \
        ${pass:+--key-passphrase "$pass"}
    holds "$name: openssl trusts it" openssl verify -CAfile studio/root.pem "$name.pem"
    exits 0 "$name: a signed photo" "$exhibit" sign photo.jpg -o "$name.jpg" --key "$key" --cert "$name.pem" \
        --source-type digitalCreation ${pass:+--passphrase "$pass"} "$@"
    exits 0 "$name: it is trusted" "$exhibit" verify "$name.jpg" --trust studio/root.pem
    # A device may ask for a certificate, and let another key follow its own.
    holds "$name: a request" "$build/tests/system/pki_tool" request "$key" dome-1 "$name.csr" ${pass:+-p "$pass"}
    holds "$name: openssl finds it signed" openssl req -in "$name.csr" -inform DER -noout -verify
    holds "$name: a renewal" "$build/tests/system/pki_tool" request next.key dome-1 "$name.csr" ${pass:+-p "$pass"} \
        "$key" "$name.pem"
    holds "$name: is one" "$build/tests/system/pki_tool" certify ca "$name.csr" camera dome-1 next.pem "$name.pem"
}

# --- TPM
free_port() {
    python3 -c 'import socket
while True:  # swtpm wants two ports in a row
    with socket.socket() as a, socket.socket() as b:
        a.bind(("127.0.0.1", 0))
        try:
            b.bind(("127.0.0.1", a.getsockname()[1] + 1))
        except OSError:
            continue
        print(a.getsockname()[1])
        break'
}
port=$(free_port)
mkdir tpm
swtpm socket --tpm2 --tpmstate dir=tpm --flags not-need-init,startup-clear \
    --server type=tcp,port="$port" --ctrl type=tcp,port=$((port + 1)) >swtpm.log 2>&1 &
swtpm=$!
export TPM2OPENSSL_TCTI="swtpm:host=127.0.0.1,port=$port" TPM2TOOLS_TCTI="swtpm:host=127.0.0.1,port=$port"
for _ in $(seq 50); do
    tpm2_getrandom 1 >/dev/null 2>&1 && break
    sleep 0.1
done
tpm_key() {
    openssl genpkey -provider tpm2 -provider default -propquery '?provider=tpm2' "$@" 2>openssl.log ||
        fail "a key in the TPM" "$(cat openssl.log)"
}
tpm_key -algorithm EC -pkeyopt group:P-256 -out tss2.pem
same "$(head -1 tss2.pem)" "-----BEGIN TSS2 PRIVATE KEY-----" "the TPM's key is wrapped for it alone"
signs tpm-file tss2.pem
tpm_key -algorithm EC -pkeyopt group:P-384 -out tss2-384.pem
signs tpm-384 tss2-384.pem
tpm_key -algorithm RSA -pkeyopt bits:2048 -out tss2-rsa.pem
signs tpm-rsa tss2-rsa.pem
tpm_key -algorithm EC -pkeyopt group:P-256 -pkeyopt user-auth:"$(cat tpm-pass)" -out tss2-auth.pem
pass=tpm-pass signs tpm-auth tss2-auth.pem
exits 12 "a wrong passphrase for the TPM" "$exhibit" sign photo.jpg -o no.jpg --key tss2-auth.pem \
    --cert tpm-auth.pem --source-type digitalCreation --passphrase wrong-pin
holds "leaves nothing" test ! -e no.jpg
holds "a key at a handle" sh -c 'tpm2_createprimary -Q -C o -c primary.ctx &&
    tpm2_create -Q -C primary.ctx -G ecc256:ecdsa-sha256 -u key.pub -r key.priv -c key.ctx &&
    tpm2_flushcontext -Q -t && tpm2_evictcontrol -Q -C o -c key.ctx -o key.object 0x81000042 &&
    tpm2_flushcontext -Q -t'
signs tpm-handle handle:0x81000042
signs tpm-object object:key.object
exits 10 "no key at a handle" "$exhibit" sign photo.jpg -o no.jpg --key handle:0x81000099 --cert tpm-handle.pem \
    --source-type digitalCreation
kill "$swtpm"
wait "$swtpm" 2>/dev/null
exits 10 "no TPM at all" "$exhibit" sign photo.jpg -o no.jpg --key handle:0x81000042 --cert tpm-handle.pem \
    --source-type digitalCreation

# --- PKCS#11
module=$(find /usr/lib -name libsofthsm2.so | head -1)
mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n' "$work" >softhsm.conf
export SOFTHSM2_CONF=$work/softhsm.conf PKCS11_MODULE_PATH=$module
holds "a token" softhsm2-util --init-token --free --label exhibit --pin 1234 --so-pin 123456
token_key() {
    holds "a $2 key in the token" pkcs11-tool --module "$module" --token-label exhibit --login --pin 1234 \
        --keypairgen --key-type "$2" --label "$1" --id "$3"
}
token_key p256 EC:prime256v1 01
token_key p384 EC:secp384r1 02
token_key rsa rsa:2048 03
pass=pin signs token-p256 'pkcs11:token=exhibit;object=p256'
pass=pin signs token-p384 'pkcs11:token=exhibit;object=p384'
pass=pin signs token-rsa 'pkcs11:token=exhibit;object=rsa;type=private'
signs token-uri 'pkcs11:token=exhibit;object=p256?pin-value=1234'
# When it is refused, the engine forgets its methods, which nobody else makes: not ours to free.
printf 'leak:%s\n' ENGINE_remove EC_KEY_METHOD_new RSA_meth_dup EVP_PKEY_meth_new >leaks
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:fast_unwind_on_malloc=0 LSAN_OPTIONS=suppressions=$work/leaks:print_suppressions=0
exits 12 "a wrong PIN" "$exhibit" sign photo.jpg -o no.jpg --key 'pkcs11:token=exhibit;object=p256' \
    --cert token-p256.pem --source-type digitalCreation --passphrase wrong-pin
exits 12 "a PIN that nobody can be asked for" "$exhibit" sign photo.jpg -o no.jpg --no-input \
    --key 'pkcs11:token=exhibit;object=p256' --cert token-p256.pem --source-type digitalCreation
exits 2 "another key than the certificate's" "$exhibit" sign photo.jpg -o no.jpg --passphrase pin \
    --key 'pkcs11:token=exhibit;object=p384' --cert token-p256.pem --source-type digitalCreation
PKCS11_MODULE_PATH=/nowhere exits 10 "no token at all" "$exhibit" sign photo.jpg -o no.jpg --no-input \
    --key 'pkcs11:token=exhibit;object=p256' --cert token-p256.pem --source-type digitalCreation
holds "nothing is left behind" test ! -e no.jpg
finish
