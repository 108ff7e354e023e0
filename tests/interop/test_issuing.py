"""What the server's signer issues, judged by Python's cryptography, rfc3161-client and c2pa-python.

tests/system/test_pki.sh asks the openssl program the same questions.
"""

import base64
import copy
import datetime
import os
import subprocess
import urllib.parse

import rfc3161_client
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

import certs
import judge
import peer
from loopback import Server
from test_revocation import ASK, both_say

STOLEN = 1767225600  # 2026-01-01
CREATED = ("--source-type", "digitalCreation")


class Signer:
    """The server's signer behind HTTP: /tsa and /ocsp, by pki_tool."""

    def __init__(self, t, w, kind):
        self.tool = os.path.join(w.build, "tests", "system", "pki_tool")
        self.folder = w.path("issuing", kind, "")
        self.servers = [Server("application/ocsp-response", self.answer_ocsp),
                        Server("application/timestamp-reply", lambda path, body: self.stamp(body))]
        self.url, self.tsa_url = (server.url for server in self.servers)
        self.run("authority", self.folder, kind, self.url)
        self.root, self.issuer, self.tsa, self.responder = (
            x509.load_pem_x509_certificate(self.read(name + ".pem")) for name in ("root", "issuer", "tsa", "ocsp"))
        self.records({})

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        return peer.read(self.path(name))

    def write(self, name, data):
        with open(self.path(name), "wb") as f:
            f.write(data)
        return self.path(name)

    def run(self, *args, check=True):
        return subprocess.run([self.tool, *map(str, args)], check=check, capture_output=True, text=True)

    def records(self, rows):
        """What is known: serial numbers, and since when they are revoked, or None."""
        self.write("table", b"".join(b"%032x %s\n" % (n, b"revoked %d 1" % at if at else b"good") for n, at in rows.items()))

    def stamp(self, request):
        self.said = self.run("stamp", self.folder, self.write("query", request), self.path("reply")).stdout.strip()
        return self.read("reply")

    def ask(self, request):
        self.run("ocsp", self.folder, self.write("request", request), self.path("table"), self.path("response"))
        return self.read("response")

    def answer_ocsp(self, path, body):
        return self.ask(body or base64.b64decode(urllib.parse.unquote(path[len("/ocsp/"):])))

    def certify(self, request, role, name):
        pem = self.path(f"{role}-{name.split(',')[0]}.pem")
        self.run("certify", self.folder, self.write("csr", request), role, name, pem)
        return x509.load_pem_x509_certificate(peer.read(pem)), pem

    def close(self):
        for server in self.servers:
            server.close()


def request_of(key, *extensions):
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "wishes")]))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def extension(cert, kind):
    return cert.extensions.get_extension_for_class(kind).value


def they_request(t, signer, key):
    """Their request becomes a certificate of the profile, whatever it wished for."""
    wish = x509.SubjectAlternativeName([x509.DNSName("evil.example")])
    cert, path = signer.certify(request_of(key, wish), "camera", "dome-1")
    for child, parent in ((cert, signer.issuer), (signer.issuer, signer.root), (signer.root, signer.root)):
        try:
            child.verify_directly_issued_by(parent)
            t.ok(True, f"issuing: {child.subject.rfc4514_string()} is from {parent.subject.rfc4514_string()}")
        except (InvalidSignature, ValueError) as e:
            t.ok(False, f"issuing: {child.subject.rfc4514_string()}", e)
    t.same(cert.subject.rfc4514_string(), "CN=dome-1", "issuing: the subject is the id")
    t.same(extension(cert, x509.SubjectAlternativeName).get_values_for_type(x509.UniformResourceIdentifier),
           ["urn:exhibit:camera:dome-1"], "issuing: so is the other name")
    t.ok("evil" not in str(cert.extensions), "issuing: wishes are not granted", cert.extensions)
    t.same([d.access_location.value for d in extension(cert, x509.AuthorityInformationAccess)
            if d.access_method == AuthorityInformationAccessOID.OCSP], [signer.url + "/ocsp/"], "issuing: its responder")
    t.same([p.full_name[0].value for p in extension(cert, x509.CRLDistributionPoints)],
           [signer.url + "/issuer.crl"], "issuing: its list")
    t.same(set(extension(cert, x509.ExtendedKeyUsage)),
           {certs.C2PA_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CLIENT_AUTH},
           "issuing: its usages")
    t.same(cert.not_valid_after_utc - cert.not_valid_before_utc, datetime.timedelta(days=90, minutes=5),
           "issuing: ninety days")
    t.ok(cert.public_key() == key.public_key(), "issuing: the key")
    return cert, path


def we_request(t, signer):
    """Our request, read by theirs."""
    for name, key in (("p256", ec.generate_private_key(ec.SECP256R1())), ("p384", ec.generate_private_key(ec.SECP384R1()))):
        path = signer.write(name + ".key", certs.key_pem(key))
        signer.run("request", path, "dome-1", signer.path("ours.csr"))
        csr = x509.load_der_x509_csr(signer.read("ours.csr"))
        t.ok(csr.is_signature_valid and csr.public_key() == key.public_key(), f"issuing: our request with {name} is signed")
        t.same(csr.subject.rfc4514_string(), "CN=dome-1", f"issuing: our request with {name} has the name")


def stamps(t, signer):
    data = b"what was there"
    verifier = rfc3161_client.VerifierBuilder().add_root_certificate(signer.root)
    for algorithm in (rfc3161_client.HashAlgorithm.SHA256, rfc3161_client.HashAlgorithm.SHA512):
        request = rfc3161_client.TimestampRequestBuilder().data(data).hash_algorithm(algorithm).build()
        name = f"issuing: a stamp over {algorithm}"
        response = rfc3161_client.decode_timestamp_response(signer.stamp(request.as_bytes()))
        t.same(signer.said, "granted", f"{name} is granted")
        try:
            t.ok(verifier.nonce(request.nonce).build().verify_message(response, data), f"{name}: rfc3161-client accepts it")
        except rfc3161_client.VerificationError as e:
            t.ok(False, f"{name}: rfc3161-client accepts it", e)
        try:
            verifier.nonce(request.nonce).build().verify_message(response, data + b"!")
            t.ok(False, f"{name}: but not over other data")
        except rfc3161_client.VerificationError:
            t.ok(True, f"{name}: but not over other data")
        info = response.tst_info
        off = abs(info.gen_time - datetime.datetime.now(datetime.timezone.utc))
        t.ok(off < datetime.timedelta(minutes=5), f"{name}: it is of today", info.gen_time)
        t.same(info.nonce, request.nonce, f"{name}: the nonce comes back")
        t.same(info.policy.dotted_string, "2.5.29.32.0", f"{name}: no policy is claimed")


def question(cert, issuer, algorithm, nonce):
    builder = ocsp.OCSPRequestBuilder().add_certificate(cert, issuer, algorithm)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


def answers(t, signer, cert):
    for name, rows, want in (("good", {cert.serial_number: None}, ocsp.OCSPCertStatus.GOOD),
                             ("revoked", {cert.serial_number: STOLEN}, ocsp.OCSPCertStatus.REVOKED),
                             ("unknown", {}, ocsp.OCSPCertStatus.UNKNOWN)):
        signer.records(rows)
        for algorithm, nonce in ((hashes.SHA1(), None), (hashes.SHA256(), b"n" * 32)):
            got = ocsp.load_der_ocsp_response(signer.ask(question(cert, signer.issuer, algorithm, nonce)))
            who = f"issuing: OCSP, {name} by {algorithm.name}"
            t.ok(got.response_status == ocsp.OCSPResponseStatus.SUCCESSFUL and got.certificate_status == want,
                 f"{who}: so it is", got.response_status)
            t.same(got.serial_number, cert.serial_number, f"{who}: about that certificate")
            t.same(got.certificates, [signer.responder], f"{who}: with the responder's certificate")
            key_id = x509.SubjectKeyIdentifier.from_public_key(signer.responder.public_key()).digest
            t.same(got.responder_key_hash, key_id, f"{who}: by its key")
            signer.responder.public_key().verify(got.signature, got.tbs_response_bytes, ec.ECDSA(got.signature_hash_algorithm))
            t.same(got.next_update_utc - got.this_update_utc, datetime.timedelta(hours=1), f"{who}: for an hour")
            t.ok(got.produced_at_utc == got.this_update_utc, f"{who}: produced when it was asked for")
            sent = [e.value.nonce for e in got.extensions if isinstance(e.value, x509.OCSPNonce)]
            t.same(sent, [nonce] if nonce else [], f"{who}: the nonce")
            if want == ocsp.OCSPCertStatus.REVOKED:
                t.same(int(got.revocation_time_utc.timestamp()), STOLEN, f"{who}: since then")
                t.same(got.revocation_reason, x509.ReasonFlags.key_compromise, f"{who}: why")
    got = ocsp.load_der_ocsp_response(signer.ask(question(signer.issuer, signer.root, hashes.SHA1(), None)))
    t.same(got.response_status, ocsp.OCSPResponseStatus.UNAUTHORIZED, "issuing: OCSP about another's certificate")


def lists(t, signer, cert):
    signer.records({cert.serial_number: STOLEN, cert.serial_number + 1: None})
    signer.run("crl", signer.folder, signer.path("table"), 42, signer.path("list.crl"))
    crl = x509.load_der_x509_crl(signer.read("list.crl"))
    t.ok(crl.is_signature_valid(signer.issuer.public_key()), "issuing: the list is signed")
    t.same(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number, 42, "issuing: its number")
    t.same(len(crl), 1, "issuing: it names what is revoked alone")
    entry = crl.get_revoked_certificate_by_serial_number(cert.serial_number)
    t.ok(entry is not None and int(entry.revocation_date_utc.timestamp()) == STOLEN and
         entry.extensions.get_extension_for_class(x509.CRLReason).value.reason == x509.ReasonFlags.key_compromise,
         "issuing: since when and why", entry)


def bodies(t, signer):
    signer.run("certs", signer.path("body"), signer.path("issuer.pem"), signer.path("root.pem"))
    found = pkcs7.load_der_pkcs7_certificates(base64.b64decode(signer.read("body")))
    t.same(set(found), {signer.issuer, signer.root}, "issuing: certificates in a body of EST")
    request = request_of(ec.generate_private_key(ec.SECP256R1()))
    signer.write("body", base64.encodebytes(request))
    signer.run("body", signer.path("body"), signer.path("der"))
    t.ok(signer.read("der") == request, "issuing: a request in a body of EST")


def pictures(t, w, signer, key, leaf, path):
    """A camera that the server certified, stamped and answered for: all verifiers agree."""
    chain = signer.write("chain.pem", peer.read(path) + signer.read("issuer.pem"))
    us = certs.Identity("es256", chain, signer.write("camera.key", certs.key_pem(key)), signer.path("root.pem"))
    world = copy.copy(w)
    world.roots, world.tsa_roots = [us.root], [us.root]
    signer.records({leaf.serial_number: None})
    signer.run("staple", signer.folder, f"{leaf.serial_number:032x}", signer.path("table"), signer.path("staple"))
    for media in ("plain.jpg", "clip.mp4"):
        target = w.path("issuing", "signed-" + media)
        w.exhibit.sign(w.media(media), target, us, *CREATED, "--tsa", signer.tsa_url)
        name = f"issuing: {media} of a camera of the server"
        judge.agree(t, world, name, target, "Trusted")
        judge.agree(t, world, name + ", no roots", target, "Valid", roots=[], tsa_roots=[])
        both_say(t, world, f"issuing: {media}, asked online", target, "good", ("--online", "--allow-private"), **ASK)
        signer.records({leaf.serial_number: STOLEN})
        both_say(t, world, f"issuing: {media}, stolen", target, "revoked", ("--online", "--allow-private"), **ASK)
        signer.records({leaf.serial_number: None})
        w.exhibit.sign(w.media(media), target + ".stapled", us, *CREATED, "--tsa", signer.tsa_url,
                       "--ocsp", signer.path("staple"))
        os.replace(target + ".stapled", target)
        both_say(t, world, f"issuing: {media}, with our staple", target, "good")


def run(t, w):
    signer = Signer(t, w, "es256")
    try:
        key = ec.generate_private_key(ec.SECP256R1())
        cert, path = they_request(t, signer, key)
        we_request(t, signer)
        stamps(t, signer)
        answers(t, signer, cert)
        lists(t, signer, cert)
        bodies(t, signer)
        pictures(t, w, signer, key, cert, path)
    finally:
        signer.close()
