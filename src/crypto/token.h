/*
 * token.h -- a TimeStampToken taken apart (RFC 3161; RFC 5652, "Signed-data Content Type").
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include <openssl/cms.h>
#include <openssl/ts.h>

#include <exhibit/crypto.h>

struct token {
    CMS_ContentInfo *cms;     // owned
    CMS_SignerInfo *signer;   // borrowed of cms: the only one
    TS_TST_INFO *info;        // owned
    STACK_OF(X509) * certs;   // owned; NULL: none
    X509 *tsa;                // borrowed of certs: the signer's; NULL: not among them
    int64_t time;             // genTime, Unix seconds
    enum exh_hash hash;       // of the imprint; NONE: not one that C2PA allows
    struct exh_bytes imprint; // borrowed of info
};

/*
 * Take a TimeStampToken apart. NULL on success, else what is wrong with it, borrowed for ever; then *out
 * is zeroed.
 */
const char *token_read(struct exh_bytes der, struct token *out);
void token_free(struct token *t); // a zeroed struct is allowed

/*
 * Whether the authority's certificate made the signature: the CMS signature holds, and the signed
 * attributes name that very certificate. Imprint and trust are not looked at. *why says why not.
 */
enum exh_stamp_status token_judge(const struct token *t, const char **why);

/* A TimeStampResp cut in two; views are borrowed of der. */
struct stamp_response {
    struct exh_bytes status; // PKIStatusInfo, DER
    struct exh_bytes token;  // TimeStampToken, DER; empty when there is none
};

/* False when it is not a TimeStampResp. */
bool stamp_response_read(struct exh_bytes der, struct stamp_response *out);

#endif
