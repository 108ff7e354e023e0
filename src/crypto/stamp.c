#include "crypto/chain.h"
#include "crypto/der.h"
#include "crypto/library.h"
#include "crypto/openssl.h"
#include "crypto/profile.h"
#include "crypto/token.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

static void settle(struct exh_stamp *out, enum exh_stamp_status status, const char *why)
{
    out->status = status;
    snprintf(out->reason, sizeof out->reason, "%s", why);
}

// What the old header sigTst holds is a whole response; the token in it, if it was granted.
static const char *unwrap(struct exh_bytes *token)
{
    struct exh_bytes in = *token;
    struct der outer, first;
    struct stamp_response response;

    // A ContentInfo begins with an OID, a TimeStampResp with its status.
    if (!der_take(&in, DER_SEQUENCE, &outer) || der_take(&outer.value, DER_OID, &first))
        return NULL;
    if (!stamp_response_read(*token, &response))
        return "neither a time-stamp nor an authority's response";
    struct der status, code;
    der_take(&response.status, DER_SEQUENCE, &status);
    if (!der_take(&status.value, DER_INTEGER, &code) || code.value.n != 1 || code.value.p[0] > 1)
        return "the authority's response says that no time-stamp was granted";
    if (!response.token.n)
        return "the authority's response holds no time-stamp";
    *token = response.token;
    return NULL;
}

static bool imprint_matches(const struct token *t, struct exh_bytes stamped)
{
    uint8_t digest[EXH_HASH_MAX];

    return EVP_Digest(stamped.p, stamped.n, digest, NULL, crypto_library()->md[t->hash], NULL) &&
           memcmp(digest, t->imprint.p, t->imprint.n) == 0;
}

// DER of the signer's certificate, then of the others, as many as a chain may have.
static size_t write_certs(const struct token *t, unsigned char *owned[EXH_CHAIN_MAX],
                          struct exh_bytes views[EXH_CHAIN_MAX])
{
    size_t n = 0;

    for (int i = -1; i < sk_X509_num(t->certs) && n < EXH_CHAIN_MAX; i++) {
        X509 *x = i < 0 ? t->tsa : sk_X509_value(t->certs, i);
        if (i >= 0 && x == t->tsa)
            continue;
        owned[n] = NULL;
        int size = i2d_X509(x, &owned[n]);
        if (size <= 0)
            continue;
        views[n] = (struct exh_bytes){ owned[n], (size_t)size };
        n++;
    }
    return n;
}

static void judge_authority(const struct token *t, const struct exh_trust *trust,
                            struct exh_stamp *out)
{
    unsigned char *owned[EXH_CHAIN_MAX];
    struct exh_bytes views[EXH_CHAIN_MAX];
    struct exh_chain *chain = NULL;
    struct exh_error err;
    size_t n = write_certs(t, owned, views);

    if (n && openssl_chain_new(views, n, &chain, &err) == EXH_OK) {
        const char *why = profile_tsa(chain_cert(chain, 0));
        subject_text(chain_cert(chain, 0), out->authority, sizeof out->authority);
        out->path = openssl_chain_path(chain, trust, EXH_PURPOSE_TSA, t->time);
        if (why) {
            out->path.known = out->path.trusted = false;
            snprintf(out->path.reason, sizeof out->path.reason, "%s", why);
        }
    } else {
        snprintf(out->path.reason, sizeof out->path.reason,
                 "certificates of the time-stamp: %.100s", n ? err.text : "out of memory");
    }
    openssl_chain_free(chain);
    while (n)
        OPENSSL_free(owned[--n]);
}

void openssl_stamp_check(struct exh_bytes token, struct exh_bytes stamped,
                         const struct exh_trust *trust, struct exh_stamp *out)
{
    struct token t = { 0 };
    const char *why;

    *out = (struct exh_stamp){ 0 };
    if ((why = unwrap(&token)) || (why = token_read(token, &t))) {
        settle(out, EXH_STAMP_MALFORMED, why);
        return;
    }
    out->time = t.time;
    enum exh_stamp_status status = token_judge(&t, &why);
    if (status == EXH_STAMP_OK && !imprint_matches(&t, stamped)) {
        status = EXH_STAMP_MISMATCH;
        why = "the time-stamp is of other bytes";
    }
    settle(out, status, status == EXH_STAMP_OK ? "" : why);
    if (status == EXH_STAMP_OK)
        judge_authority(&t, trust, out);
    token_free(&t);
    ERR_clear_error();
}
