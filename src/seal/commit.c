#include "seal/commit.h"

#include <string.h>

#include "base/names.h"
#include "crypto/kdf.h"
#include "seal/leaf.h"

enum exh_status commit_make(const struct exh_crypto *crypto, const struct file_key *key,
                            const uint8_t nonce[AGE_NONCE_N], struct exh_bytes certificate,
                            uint8_t commit[COMMIT_N], struct exh_error *err)
{
    uint8_t info[sizeof NAME_INFO_COMMIT + SHA256_SIZE] = NAME_INFO_COMMIT; // and its NUL
    enum exh_status status = ledger_hash(crypto, certificate, info + sizeof NAME_INFO_COMMIT, err);

    if (status != EXH_OK)
        return status;
    return file_key_derive(key, (struct exh_bytes){ nonce, AGE_NONCE_N },
                           (struct exh_bytes){ info, sizeof info }, commit, err);
}

enum exh_status commit_check(const struct exh_crypto *crypto, const struct file_key *key,
                             const uint8_t nonce[AGE_NONCE_N], struct exh_bytes certificate,
                             const uint8_t commit[COMMIT_N], bool *holds, struct exh_error *err)
{
    uint8_t want[COMMIT_N];
    enum exh_status status = commit_make(crypto, key, nonce, certificate, want, err);

    if (status == EXH_OK)
        *holds = equal_secret(want, commit, sizeof want);
    return status;
}
