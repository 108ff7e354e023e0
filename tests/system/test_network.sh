#!/bin/bash
# What is loaded, and what is asked of the network: nothing, unless the user says so.
. "$(dirname "$0")/harness.sh"

v=$top/tests/vectors/c2pa-rs
trust=(--trust "$v/roots.pem" --at 2026-11-22T00:00:00Z)

# loaded COMMAND...: names of the libraries that were mapped, from the dynamic linker itself.
loaded() {
    LD_DEBUG=files LD_DEBUG_OUTPUT=$work/linker "$@" >/dev/null 2>&1
    sed -n 's/.*calling init: .*\/\([^/]*\)$/\1/p' "$work"/linker.* | sort -u
    rm -f "$work"/linker.*
}

libraries=$(loaded "$exhibit" verify "$v/es256.jpg" "${trust[@]}")
case $libraries in *libcrypto*) pass "verify loads libcrypto" ;; *) fail "verify loads libcrypto" "$libraries" ;; esac
for library in libcurl libgpgme libgnutls libav libexif libjpeg libssl exhibit-client exhibit-media exhibit-pgp; do
    case $libraries in
    *"$library"*) fail "verify does not load $library" "$libraries" ;;
    *) pass "verify does not load $library" ;;
    esac
done
"$exhibit" ca init ca >/dev/null
"$exhibit" ca issue ca --key k.pem --cert k.crt --camera c >/dev/null
libraries=$(loaded "$exhibit" camera photo --key k.pem --cert k.crt --test-source)
case $libraries in *exhibit-media*libexif*) pass "camera loads the media module" ;; *) fail "camera loads the media module" "$libraries" ;; esac
case $libraries in *libcurl*) fail "camera loads no libcurl" "$libraries" ;; *) pass "camera loads no libcurl" ;; esac
libraries=$(loaded "$exhibit" convert "$v/es256.jpg" --dry-run)
case $libraries in *exhibit-pgp*) pass "convert loads the OpenPGP module" ;; *) fail "convert loads the OpenPGP module" "$libraries" ;; esac
case $libraries in *libcurl*) fail "convert loads no libcurl" "$libraries" ;; *) pass "convert loads no libcurl" ;; esac

# --- a program whose modules are gone says so
mkdir -p alone/bin
cp "$exhibit" alone/bin/exhibit
exits 0 "verify needs no module" alone/bin/exhibit verify "$v/es256.jpg" "${trust[@]}"
exits 10 "camera needs one" alone/bin/exhibit camera photo --key k.pem --cert k.crt --test-source
says "cannot load exhibit-media.so" "and names it"

# --- a certificate that names a server of this machine
python3 - "$work" <<'PY' &
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        open(sys.argv[1] + "/asked", "a").write(self.path + " " + self.headers.get("Content-Type", "") + "\n")
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.end_headers()
        self.wfile.write(b"0\x03\x0a\x01\x06")  # unauthorized
    do_GET = do_POST
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(sys.argv[1] + "/port.new", "w").write(str(server.server_port))
import os; os.rename(sys.argv[1] + "/port.new", sys.argv[1] + "/port")
server.serve_forever()
PY
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
while [ ! -s port ]; do sleep 0.05; done
port=$(cat port)

cat >leaf.cnf <<EOF2
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=1.3.6.1.4.1.62558.2.1,emailProtection
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
authorityInfoAccess=OCSP;URI:http://127.0.0.1:$port/ocsp
EOF2
openssl ecparam -name prime256v1 -genkey -noout -out leaf.pem 2>/dev/null
openssl req -new -key leaf.pem -subj "/CN=leaf" -out leaf.csr 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca/root.pem -CAkey ca/root-key.pem -set_serial 7 -days 30 -extfile leaf.cnf -out leaf.crt 2>/dev/null
"$exhibit" strip "$v/es256.jpg" -o bare.jpg >/dev/null
holds "a file whose signer names a server" \
    "$exhibit" sign bare.jpg -o named.jpg --key leaf.pem --cert leaf.crt --source-type print

exits 0 "verify" "$exhibit" verify named.jpg --trust ca/root.pem
says "could not be checked" "does not ask"
holds "nobody was asked" test ! -e asked
exits 0 "--online" "$exhibit" verify named.jpg --trust ca/root.pem --online
says "not a public address" "refuses a private address"
holds "nobody was asked" test ! -e asked
exits 0 "--online --allow-private" "$exhibit" verify named.jpg --trust ca/root.pem --online --allow-private
same "$(sort -u asked)" "/ocsp application/ocsp-request" "asks the server that was named"
says "could not be checked" "an answer that is none is no answer"
exits 2 "--allow-private alone" "$exhibit" verify named.jpg --allow-private
case $(loaded "$exhibit" verify named.jpg --trust ca/root.pem --online --allow-private) in
*exhibit-client*libcurl* | *libcurl*exhibit-client*) pass "asking loads libcurl" ;;
*) fail "asking loads libcurl" ;;
esac
finish
