"""An OCSP responder on loopback: `openssl ocsp` over a table of serial numbers.

    with Responder(folder, authority) as responder:
        alice = authority.issue("alice", ocsp_url=responder.url)
        responder.set(alice, "good")              # or "revoked"
        der = responder.response(alice)           # to staple
"""

import base64
import os
import subprocess
import urllib.parse

from cryptography import x509

import pem
from loopback import Server


def leaf_of(identity):
    return x509.load_pem_x509_certificate(pem.split(identity.chain)[0].encode())


class Responder:
    def __init__(self, folder, authority):
        os.makedirs(folder, exist_ok=True)
        self.folder = folder
        identity = authority.issue_ocsp_responder("ocsp-responder")
        leaf, issuer = pem.split(identity.chain)
        self.signer = pem.write(os.path.join(folder, "signer.pem"), leaf)
        self.issuer = pem.write(os.path.join(folder, "issuer.pem"), issuer)
        self.key = identity.key
        self.rows = {}
        self.questions = 0  # asked over HTTP

    def set(self, identity, status, since="261121000000Z"):
        """Put a certificate into the table; since is when it was revoked."""
        leaf = leaf_of(identity)
        flag, revoked = ("V", "") if status == "good" else ("R", since)
        until = leaf.not_valid_after_utc.strftime("%y%m%d%H%M%SZ")
        self.rows[leaf.serial_number] = f"{flag}\t{until}\t{revoked}\t{leaf.serial_number:X}\tunknown\t/CN=x\n"
        index = "".join(row for _, row in sorted(self.rows.items()))
        # openssl wants an even number of digits
        pem.write(os.path.join(self.folder, "index.txt"), "".join(map(even_serial, index.splitlines(True))))

    def run(self, *args):
        subprocess.run(["openssl", "ocsp", *args], check=True, capture_output=True, cwd=self.folder)

    def reply(self, request):
        with open(os.path.join(self.folder, "request.der"), "wb") as f:
            f.write(request)
        self.run("-index", "index.txt", "-CA", self.issuer, "-rsigner", self.signer, "-rkey", self.key,
                 "-rmd", "sha256", "-ndays", "7", "-reqin", "request.der", "-respout", "response.der")
        with open(os.path.join(self.folder, "response.der"), "rb") as f:
            return f.read()

    def response(self, identity):
        """A DER OCSPResponse for a leaf, as if it had asked."""
        leaf = pem.write(os.path.join(self.folder, "leaf.pem"), pem.split(identity.chain)[0])
        self.run("-issuer", self.issuer, "-cert", leaf, "-no_nonce", "-reqout", "question.der")
        with open(os.path.join(self.folder, "question.der"), "rb") as f:
            return self.reply(f.read())

    def answer(self, path, body):
        """POST carries the request as body, GET as base64 in the path (RFC 6960, appendix A.1)."""
        self.questions += 1
        if not body:
            body = base64.b64decode(urllib.parse.unquote(path.lstrip("/")))
        return self.reply(body)

    def __enter__(self):
        self.server = Server("application/ocsp-response", self.answer)
        self.url = self.server.url + "/"
        return self

    def __exit__(self, *exc):
        self.server.close()


def even_serial(row):
    fields = row.split("\t")
    fields[3] = fields[3].zfill(len(fields[3]) + len(fields[3]) % 2)
    return "\t".join(fields)
