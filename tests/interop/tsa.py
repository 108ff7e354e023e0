"""A time-stamp authority on loopback: `openssl ts -reply` behind Python's http.server.

    with TimeStampAuthority(folder, identity) as tsa:
        sign(..., tsa_url=tsa.url)

identity is one of certs.Authority.issue_tsa(). Requests and answers are kept in tsa.exchanges, in order.
"""

import os
import subprocess
import tempfile

import pem
from loopback import Server

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
        leaf, *issuers = pem.split(identity.chain)
        for name, text in (("leaf.pem", leaf), ("chain.pem", "".join(issuers)), ("serial", "01\n"),
                           ("tsa.cnf", CONFIG.format(folder=folder, key=identity.key))):
            pem.write(os.path.join(folder, name), text)

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

    def answer(self, path, request):
        return None if self.broken else self.reply(request)

    def __enter__(self):
        self.server = Server("application/timestamp-reply", self.answer)
        self.url = self.server.url + "/tsa"
        return self

    def __exit__(self, *exc):
        self.server.close()
