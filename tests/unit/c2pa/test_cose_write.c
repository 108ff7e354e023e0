#include "c2pa/cose_write.h"

#include "base/text.h"
#include "fake_crypto.h"

/* Bytes of a byte string of n bytes with its head. */
static size_t string_size(size_t n)
{
    return n + (n < 24 ? 1 : n < 256 ? 2 : n < 65536 ? 3 : 5);
}

/* Every size that is left over can be filled, from the least pad on. */
static void test_pad_sizes(void)
{
    const size_t key = 4, key2 = 5;

    for (size_t extra = 0; extra <= 70000; extra++) {
        size_t pad = 0;
        ptrdiff_t pad2 = -1;
        const bool possible = cose_pad_split(extra, &pad, &pad2);
        CHECK(possible == (extra >= COSE_PAD_MIN), "%zu: possible %d", extra, possible);
        if (!possible)
            continue;
        size_t made = key + string_size(pad);
        if (pad2 >= 0)
            made += key2 + string_size((size_t)pad2);
        CHECK(made == extra, "%zu: pad %zu and pad2 %td make %zu", extra, pad, pad2, made);
    }
}

static const uint8_t leaf[] = "leaf", middle[] = "intermediate", signature[64] = { 7 };
static const struct exh_bytes chain[] = { { leaf, sizeof leaf }, { middle, sizeof middle } };

static struct cose_parts parts_with(struct buf *protected_, size_t certs)
{
    const struct exh_signer signer = { .alg = EXH_ES384, .chain = chain, .chain_n = certs };

    *protected_ = buf_with_limit(1000);
    cose_put_protected(protected_, &signer, NULL);
    return (struct cose_parts){ .protected_ = buf_view(protected_),
                                .signature = { signature, sizeof signature } };
}

/* What is written is read again, for one certificate and for two. */
static void test_round_trip(void)
{
    static const uint8_t token[300] = { 1, 2 }, answer[] = "response";
    const struct exh_bytes ocsp[] = { { answer, sizeof answer }, { answer, 3 } };
    struct exh_error err;

    for (size_t certs = 1; certs <= 2; certs++) {
        struct buf protected_, out = buf_with_limit(10000);
        struct cose_parts parts = parts_with(&protected_, certs);
        struct cose cose;
        parts.token = (struct exh_bytes){ token, sizeof token };
        parts.ocsp = ocsp;
        parts.ocsp_n = 2;
        cose_put(&out, &parts, 0);
        CHECK(out.p[0] == 0xD2 && out.p[1] == 0x84, "tag 18 and an array of four");
        if (!CHECK(cose_read(buf_view(&out), 0, &cose, &err) == EXH_OK, "%s", err.text))
            abort();
        CHECK(cose.alg == EXH_ES384 && cose.chain_n == certs, "%zu certificates", cose.chain_n);
        CHECK(bytes_equal(cose.chain[certs - 1], chain[certs - 1]), "the last certificate");
        CHECK(bytes_equal(cose.protected_, parts.protected_), "protected header");
        CHECK(bytes_equal(cose.signature, parts.signature), "signature");
        CHECK(bytes_equal(cose.stamp, parts.token) && !cose.stamp_v1, "token");
        CHECK(cose.ocsp_n == 2 && bytes_equal(cose.ocsp[1], ocsp[1]), "%zu responses", cose.ocsp_n);
        CHECK(cbor_count(cose.unprotected) == 2, "no pad without a size to fill");
        buf_free(&protected_);
        buf_free(&out);
    }
}

/* Around each length where a head grows, the whole has exactly the size asked for, and is sound. */
static void test_padded(void)
{
    static const size_t extras[] = {
        5,   6,   27,   28,    29,    30,    31,    260,   261,   262,
        263, 264, 4096, 65541, 65542, 65543, 65544, 65545, 65546, 70000
    };
    struct exh_error err;

    for (size_t i = 0; i < ARRAY_N(extras); i++) {
        struct buf protected_, plain = buf_with_limit(1000), out = buf_with_limit(100000);
        const struct cose_parts parts = parts_with(&protected_, 2);
        struct cose cose;
        cose_put(&plain, &parts, 0);
        cose_put(&out, &parts, plain.n + extras[i]);
        CHECK(out.n == plain.n + extras[i], "%zu: made %zu", extras[i], out.n - plain.n);
        CHECK(cose_read(buf_view(&out), 0, &cose, &err) == EXH_OK, "%zu: %s", extras[i], err.text);
        CHECK(cbor_is(cbor_get(cose.unprotected, "pad"), CBOR_BYTES), "%zu: no pad", extras[i]);
        CHECK(bytes_equal(cose.signature, parts.signature), "%zu: signature", extras[i]);
        buf_free(&protected_);
        buf_free(&plain);
        buf_free(&out);
    }
}

/* The header's time-stamp attests the Sig_structure over the signature with its CBOR head. */
static void test_imprint(void)
{
    static const uint8_t protected_[] = { 0xA1, 0x01, 0x26 };
    static const uint8_t head[] = "\x84\x70"
                                  "CounterSignature\x43\xA1\x01\x26\x40\x58\x42\x58\x40";
    uint8_t want[EXH_HASH_MAX], got[EXH_HASH_MAX], tbs[sizeof head - 1 + 64];
    struct exh_error err;

    memcpy(tbs, head, sizeof head - 1);
    memcpy(tbs + sizeof head - 1, signature, 64);
    fake_digest(EXH_SHA256, (struct exh_bytes){ tbs, sizeof tbs }, want);
    CHECK(cose_imprint(&fake_crypto, EXH_SHA256, (struct exh_bytes){ protected_, 3 },
                       (struct exh_bytes){ signature, 64 }, got, &err) == EXH_OK,
          "%s", err.text);
    CHECK(memcmp(got, want, 32) == 0, "imprint");
}

int main(void)
{
    test_pad_sizes();
    test_round_trip();
    test_padded();
    test_imprint();
    return check_done();
}
