#include "pki/est.h"

#include "crypto/certs_only.h"
#include "crypto/der.h"
#include "formats/base64.h"
#include "pki/csr.h"

// AttrOrOID (RFC 7030, "CSR Attributes Response"): the key as an attribute with its parameters, then the
// signature's algorithm as an OID.
static const uint8_t p256[] = {
    0x30, 0x15, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,       // ecPublicKey
    0x31, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, // prime256v1
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02,             // ecdsa-with-SHA256
};
static const uint8_t p384[] = {
    0x30, 0x12, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, // ecPublicKey
    0x31, 0x07, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22,             // secp384r1
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x03,       // ecdsa-with-SHA384
};
static const uint8_t p521[] = {
    0x30, 0x12, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, // ecPublicKey
    0x31, 0x07, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23,             // secp521r1
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x04,       // ecdsa-with-SHA512
};
static const uint8_t ed25519[] = { 0x06, 0x03, 0x2B, 0x65, 0x70 };
static const uint8_t rsa[] = {
    0x30, 0x11, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, // rsaEncryption
    0x31, 0x04, 0x02, 0x02, 0x0C, 0x00,                                           // 3072 bits
    0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0B, // sha256WithRSAEncryption
};

static const struct {
    enum csr_kind kind;
    struct exh_bytes attributes;
} kinds_table[CSR_KINDS_N] = {
    { CSR_P256, { p256, sizeof p256 } }, { CSR_P384, { p384, sizeof p384 } },
    { CSR_P521, { p521, sizeof p521 } }, { CSR_ED25519, { ed25519, sizeof ed25519 } },
    { CSR_RSA, { rsa, sizeof rsa } },
};

#define ATTRS_MAX 256 // bytes of all together

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The characters of a body without white space.
static void put_packed(struct buf *to, struct exh_bytes body)
{
    for (size_t i = 0; i < body.n; i++) {
        if (!is_space(body.p[i]))
            buf_put_u8(to, body.p[i]);
    }
}

enum exh_status est_read(struct exh_bytes body, struct buf *der, struct exh_error *err)
{
    struct buf text = buf_with_limit(EST_BODY_MAX);
    enum exh_status status;
    size_t n = 0;

    if (body.n > EST_BODY_MAX)
        return fail(err, EXH_LIMIT, "body of %zu bytes is larger than %d", body.n, EST_BODY_MAX);
    put_packed(&text, body);
    if ((status = buf_finish(&text, err)))
        goto out;
    // In place: what is read is never behind what is written.
    if (!text.n || !base64_read_padded(buf_view(&text), text.p, &n)) {
        status = fail(err, EXH_MALFORMED, "the body is not base64 of DER (RFC 7030)");
        goto out;
    }
    buf_put(der, text.p, n);
    status = buf_finish(der, err);
out:
    buf_free(&text);
    return status;
}

enum exh_status est_write_certs(const struct exh_bytes *certs, size_t n, struct buf *body,
                                struct exh_error *err)
{
    struct buf der = buf_with_limit(CERTS_ONLY_MAX);

    enum exh_status status = certs_only_write(certs, n, &der, err);

    if (!status) {
        pem_put_base64(body, buf_view(&der));
        status = buf_finish(body, err);
    }
    buf_free(&der);
    return status;
}

enum exh_status est_write_attrs(unsigned kinds, struct buf *body, struct exh_error *err)
{
    struct buf attributes = buf_with_limit(ATTRS_MAX), der = buf_with_limit(ATTRS_MAX);

    for (size_t i = 0; i < CSR_KINDS_N; i++) {
        if (kinds & kinds_table[i].kind)
            buf_put_bytes(&attributes, kinds_table[i].attributes);
    }
    der_put(&der, DER_SEQUENCE, buf_view(&attributes));
    enum exh_status status = buf_finish(&attributes, err);
    if (!status)
        status = buf_finish(&der, err);
    if (!status) {
        pem_put_base64(body, buf_view(&der));
        status = buf_finish(body, err);
    }
    buf_free(&attributes);
    buf_free(&der);
    return status;
}
