"""A time-stamp authority on loopback: `openssl ts -reply` behind Python's http.server.

    with TimeStampAuthority(folder, identity) as tsa:
        sign(..., tsa_url=tsa.url)

identity is one of certs.Authority.issue_tsa(). Requests and answers are kept in tsa.exchanges, in order.
"""

import http.server
import os
import subprocess
import tempfile
import threading

CONFIG = """\
[ tsa ]
default_tsa = tsa_config
[ tsa_config ]
serial = {folder}/serial
signer_cert = {folder}/leaf.pem
certs = {folder}/chain.pem
signer_key = {key}
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class TimeStampAuthority:
    def __init__(self, folder, identity):
        os.makedirs(folder, exist_ok=True)
        self.config = os.path.join(folder, "tsa.cnf")
        self.exchanges = []
        self.broken = False  # answer 500 instead
        with open(identity.chain, encoding="ascii") as f:
            end = "-----END CERTIFICATE-----\n"
            leaf, *issuers = [c + end for c in f.read().split(end) if c.strip()]
        for name, text in (("leaf.pem", leaf), ("chain.pem", "".join(issuers)), ("serial", "01\n"),
                           ("tsa.cnf", CONFIG.format(folder=folder, key=identity.key))):
            with open(os.path.join(folder, name), "w", encoding="ascii") as f:
                f.write(text)

    def reply(self, request):
        """The DER TimeStampResp for a DER TimeStampReq."""
        with tempfile.NamedTemporaryFile(suffix=".tsq") as query, tempfile.NamedTemporaryFile(suffix=".tsr") as answer:
            query.write(request)
            query.flush()
            subprocess.run(["openssl", "ts", "-reply", "-config", self.config, "-queryfile", query.name,
                            "-out", answer.name], check=True, capture_output=True)
            response = answer.read()
        self.exchanges.append((request, response))
        return response

    def __enter__(self):
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if authority.broken:
                    self.send_error(500)
                    return
                response = authority.reply(request)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(response)))
                self.end_headers()
                self.wfile.write(response)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsa"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
