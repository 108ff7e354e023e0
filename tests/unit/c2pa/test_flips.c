/*
 * Every single bit of a signed 20 KB JPEG is flipped in turn.
 *
 * Outside the credential each flip must be found: refused as unreadable, no credential, or altered,
 * and never called merely untrusted. Inside it, a flip may at most go unnoticed where nothing is
 * signed: then the verdict stays exactly what it was.
 */
#include <exhibit/sign.h>
#include <exhibit/verify.h>

#include <openssl/pem.h>

#include "../crypto/made_cert.h"
#include "check.h"
#include "formats/container.h"

#define ASSET_N 20000
#define ROOM_N  10000

static const struct exh_crypto *real;

/*
 * Flips outside the credential leave its signature as it is, and checking one is what takes time: the
 * last answer is kept, with the question in full.
 */
static struct {
    uint8_t tbs[1 << 16], signature[128];
    size_t tbs_n, signature_n;
    struct exh_judgement answer;
} last;

static enum exh_status remembering_verify(const struct exh_chain *chain, int64_t alg,
                                          struct exh_bytes tbs, struct exh_bytes signature,
                                          struct exh_judgement *out, struct exh_error *err)
{
    if (tbs.n == last.tbs_n && signature.n == last.signature_n &&
        memcmp(tbs.p, last.tbs, tbs.n) == 0 &&
        memcmp(signature.p, last.signature, signature.n) == 0) {
        *out = last.answer;
        return EXH_OK;
    }
    enum exh_status status = real->chain_verify(chain, alg, tbs, signature, out, err);
    if (status == EXH_OK && tbs.n <= sizeof last.tbs && signature.n <= sizeof last.signature) {
        memcpy(last.tbs, tbs.p, tbs.n);
        memcpy(last.signature, signature.p, signature.n);
        last.tbs_n = tbs.n;
        last.signature_n = signature.n;
        last.answer = *out;
    }
    return status;
}

/* A JPEG by its markers; its scan is noise without markers. */
static size_t make_jpeg(uint8_t *to)
{
    static const uint8_t head[] = { 0xFF, 0xD8, 0xFF, 0xE0, 0,  16, 'J', 'F', 'I', 'F',  0,
                                    1,    1,    0,    0,    1,  0,  1,   0,   0,   0xFF, 0xC0,
                                    0,    11,   8,    0,    64, 0,  64,  1,   1,   0x11, 0,
                                    0xFF, 0xDA, 0,    8,    1,  1,  0,   0,   63,  0 };
    uint32_t noise = 1;
    size_t n = sizeof head;

    memcpy(to, head, n);
    while (n < ASSET_N - 2) {
        noise = noise * 1664525u + 1013904223u;
        to[n++] = (uint8_t)(noise >> 24) == 0xFF ? 0x7F : (uint8_t)(noise >> 24);
    }
    to[n++] = 0xFF;
    to[n++] = 0xD9;
    return n;
}

struct setting {
    struct exh_trust *trust;
    struct exh_crypto crypto;
    int64_t now;
};

static struct exh_report *judge(const struct setting *s, const uint8_t *p, size_t n)
{
    struct exh_error err;
    struct exh_report *report = NULL;
    struct exh_source source = exh_source_memory(p, n);
    struct exh_verify_options options = { .crypto = &s->crypto, .trust = s->trust, .now = s->now };

    return exh_verify(&source, &options, &report, &err) == EXH_OK ? report : NULL;
}

static size_t sign(const struct setting *s, const struct made *leaf, uint8_t *to, size_t size)
{
    struct exh_error err;
    static uint8_t asset[ASSET_N];
    const size_t n = make_jpeg(asset);
    struct exh_source source = exh_source_memory(asset, n);
    struct exh_memory_sink memory = { to, size, 0 };
    struct exh_sink sink = exh_sink_memory(&memory);
    struct exh_key *key = NULL;
    struct exh_certs *certs = NULL;
    struct exh_signer signer;
    struct exh_sign_options options = { .crypto = real,
                                        .now = s->now,
                                        .source_type = "digitalCreation" };
    char *pem = made_pem((const struct made *const[]){ leaf }, 1);
    BIO *bio = BIO_new(BIO_s_mem());
    char *key_pem = NULL;

    PEM_write_bio_PKCS8PrivateKey(bio, leaf->key, NULL, NULL, 0, NULL, NULL);
    const long key_n = BIO_get_mem_data(bio, &key_pem);
    if (exh_key_read(key_pem, (size_t)key_n, NULL, NULL, &key, &err) != EXH_OK ||
        exh_certs_read(pem, strlen(pem), &certs, &err) != EXH_OK ||
        exh_key_signer(key, certs, 0, &signer, &err) != EXH_OK ||
        exh_sign(&source, &sink, &signer, &options, NULL, &err) != EXH_OK) {
        fprintf(stderr, "cannot sign: %s\n", err.text);
        exit(2);
    }
    exh_key_free(key);
    exh_certs_free(certs);
    BIO_free(bio);
    free(pem);
    return memory.n;
}

static struct span store_span(const uint8_t *p, size_t n)
{
    struct exh_error err;
    struct container c;
    struct exh_source source = exh_source_memory(p, n);

    if (container_read(&source, &c, &err) != EXH_OK)
        exit(2);
    const struct span span = c.store;
    container_free(&c);
    return span;
}

/* Flip one bit and judge; inside tells whether it lies in the credential. Yields whether it was found. */
static bool flip(const struct setting *s, uint8_t *p, size_t n, size_t bit, bool inside)
{
    const size_t at = bit / 8;

    p[at] ^= (uint8_t)(1u << bit % 8);
    struct exh_report *r = judge(s, p, n);
    p[at] ^= (uint8_t)(1u << bit % 8);
    const bool found = !r || r->integrity != EXH_INTACT;
    if (!inside)
        CHECK(found, "bit %zu of byte %zu: flipped, and the file is still intact", bit % 8, at);
    else if (!found)
        CHECK(r->state == EXH_STATE_TRUSTED, "bit %zu of byte %zu in the store: intact, but %s",
              bit % 8, at, r->axes[1].sentence);
    exh_report_free(r);
    return found;
}

/* The argument: flip one bit in so many; 1 is all. */
int main(int argc, char **argv)
{
    static uint8_t file[ASSET_N + ROOM_N];
    struct exh_error err;
    struct made root = make_cert(&(struct recipe){ .name = "root", .ext = CA_EXT });
    struct made leaf =
        make_cert(&(struct recipe){ .name = "leaf", .issuer = &root, .ext = LEAF_EXT });
    struct setting s = { .trust = exh_trust_new(), .now = MADE_AT };
    char *pem = made_pem((const struct made *const[]){ &root }, 1);

    real = exh_crypto_openssl();
    s.crypto = *real;
    s.crypto.chain_verify = remembering_verify;
    CHECK(exh_trust_add_anchors(s.trust, EXH_PURPOSE_CLAIM, pem, strlen(pem), &err) == EXH_OK, "%s",
          err.text);
    const size_t n = sign(&s, &leaf, file, sizeof file);
    const struct span store = store_span(file, n);
    struct exh_report *r = judge(&s, file, n);
    CHECK(r && r->state == EXH_STATE_TRUSTED, "the file as signed is trusted");
    exh_report_free(r);

    const size_t step = argc > 1 ? (size_t)atoi(argv[1]) : 1;
    size_t unnoticed = 0;
    for (size_t bit = 0; bit < 8 * n; bit += step) {
        const bool inside = bit / 8 >= store.at && bit / 8 < store.at + store.n;
        unnoticed += !flip(&s, file, n, bit, inside) && inside;
    }
    printf("one bit in %zu of %zu flipped, %zu of those in the credential (%zu bits) say nothing\n",
           step, 8 * n, unnoticed, 8 * (size_t)store.n);
    free(pem);
    made_free(&leaf);
    made_free(&root);
    exh_trust_free(s.trust);
    return check_done();
}
