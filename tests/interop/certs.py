"""Keys and certificates made without our own code, so that both sides can be checked against a third.

    ca = Authority(folder, "ca")
    alice = ca.issue("alice", "es256")       # alice.chain, alice.key: paths of PEM files
    stamper = ca.issue_tsa("tsa")

The leaf profile is the one of the C2PA specification, "Credential Types": v3, digitalSignature, an extended key
usage that claim signing allows, a key identifier of the issuer.
"""

import datetime
import os
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID, ObjectIdentifier

C2PA_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
CLAIM_SIGNING_USAGES = (C2PA_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)

# algorithm of the claim signature: how to make its key, and the digest of certificates signed with that key
ALGORITHMS = {
    "es256": (lambda: ec.generate_private_key(ec.SECP256R1()), hashes.SHA256()),
    "es384": (lambda: ec.generate_private_key(ec.SECP384R1()), hashes.SHA384()),
    "es512": (lambda: ec.generate_private_key(ec.SECP521R1()), hashes.SHA512()),
    "ed25519": (ed25519.Ed25519PrivateKey.generate, None),
    "ps256": (lambda: rsa.generate_private_key(65537, 2048), hashes.SHA256()),
    "ps384": (lambda: rsa.generate_private_key(65537, 2048), hashes.SHA384()),
    "ps512": (lambda: rsa.generate_private_key(65537, 2048), hashes.SHA512()),
}

DAY = datetime.timedelta(days=1)


@dataclass
class Identity:
    """A certificate chain (leaf first, root left out), its key, and the root that vouches for it."""

    alg: str
    chain: str
    key: str
    root: str


def key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def cert_pem(*certificates):
    return b"".join(c.public_bytes(serialization.Encoding.PEM) for c in certificates)


def name_of(common_name):
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Exhibit interoperability tests"),
                      x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def key_usage(*wanted):
    fields = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
              "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{f: f in wanted for f in fields})


class Authority:
    """A root, and an intermediate of the same algorithm that signs all leaves."""

    def __init__(self, folder, name, alg="es256", pss=False):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.name, self.alg, self.pss = folder, name, alg, pss
        make_key, self.digest = ALGORITHMS[alg]
        self.root_key, self.ca_key = make_key(), make_key()
        since = datetime.datetime.now(datetime.timezone.utc) - 365 * DAY  # older than any leaf, expired ones too
        self.root = self._certificate(name + " root", self.root_key, None, self.root_key, 3650 * DAY, ca=True,
                                      start=since)
        self.ca = self._certificate(name + " intermediate", self.ca_key, self.root, self.root_key, 1825 * DAY,
                                    ca=True, start=since)
        self.root_path = self._write(name + "-root.pem", cert_pem(self.root))

    def _write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def _certificate(self, name, key, issuer, issuer_key, life, ca=False, usages=(), critical_usage=False,
                     uris=(), start=None, ocsp_url=None):
        start = start or datetime.datetime.now(datetime.timezone.utc) - DAY
        public = key.public_key()
        subject = name_of(name)
        builder = (x509.CertificateBuilder()
                   .subject_name(subject)
                   .issuer_name(issuer.subject if issuer else subject)
                   .public_key(public)
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(start)
                   .not_valid_after(start + life)
                   .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                   .add_extension(key_usage("key_cert_sign", "crl_sign") if ca else key_usage("digital_signature"),
                                  critical=True))
        if issuer:
            builder = builder.add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        if usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(list(usages)), critical=critical_usage)
        if uris:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(u) for u in uris]), critical=False)
        if ocsp_url:
            builder = builder.add_extension(x509.AuthorityInformationAccess([x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))]), critical=False)
        pss = padding.PSS(padding.MGF1(self.digest), self.digest.digest_size) if self.pss else None
        return builder.sign(issuer_key, self.digest, rsa_padding=pss)

    def issue(self, name, alg=None, usages=CLAIM_SIGNING_USAGES, life=90 * DAY, start=None, uris=(),
              ocsp_url=None):
        """A leaf for claim signing; usages, life and start may be wrong on purpose."""
        alg = alg or self.alg
        key = ALGORITHMS[alg][0]()
        leaf = self._certificate(name, key, self.ca, self.ca_key, life, usages=usages, uris=uris, start=start,
                                 ocsp_url=ocsp_url)
        return Identity(alg, self._write(name + "-chain.pem", cert_pem(leaf, self.ca)),
                        self._write(name + "-key.pem", key_pem(key)), self.root_path)

    def issue_tsa(self, name, life=365 * DAY, start=None, by_root=False):
        """A leaf for a time-stamp authority: RFC 3161 wants exactly one, critical, extended key usage.

        by_root leaves the intermediate out, so that a token carries one certificate: `openssl ts` does not sort
        a set of two as DER asks for, and rfc3161-client insists on that.
        """
        key = ALGORITHMS[self.alg][0]()
        issuer, issuer_key = (self.root, self.root_key) if by_root else (self.ca, self.ca_key)
        leaf = self._certificate(name, key, issuer, issuer_key, life, usages=(ExtendedKeyUsageOID.TIME_STAMPING,),
                                 critical_usage=True, start=start)
        chain = (leaf,) if by_root else (leaf, self.ca)
        return Identity(self.alg, self._write(name + "-chain.pem", cert_pem(*chain)),
                        self._write(name + "-key.pem", key_pem(key)), self.root_path)

    def issue_ocsp_responder(self, name):
        """A leaf that answers for certificates of the intermediate (RFC 6960, "Authorized Responders")."""
        key = ALGORITHMS[self.alg][0]()
        leaf = self._certificate(name, key, self.ca, self.ca_key, 90 * DAY, usages=(ExtendedKeyUsageOID.OCSP_SIGNING,))
        return Identity(self.alg, self._write(name + "-chain.pem", cert_pem(leaf, self.ca)),
                        self._write(name + "-key.pem", key_pem(key)), self.root_path)
