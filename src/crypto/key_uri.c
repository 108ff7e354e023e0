/* Keys by URI: of a TPM through the tpm2 provider, of a token through the PKCS#11 engine. */
#include "crypto/key.h"

#include "crypto/library.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>

#define TPM_PROVIDER "tpm2"
// Prefer the TPM where it can do the work, but hash here: its digests are slow.
#define TPM_PROPQ "?provider=tpm2,tpm2.digest!=yes"

static bool starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

void key_home_free(struct key_home *home)
{
    if (!home)
        return;
    if (home->tpm)
        OSSL_PROVIDER_unload(home->tpm);
    if (home->usual)
        OSSL_PROVIDER_unload(home->usual);
    OSSL_LIB_CTX_free(home->libctx);
    free(home);
}

// A library context of its own, so that nothing else in the process changes its provider.
static struct key_home *new_home(void)
{
    struct key_home *home = calloc(1, sizeof *home);

    if (!home)
        return NULL;
    home->propq = TPM_PROPQ;
    home->libctx = OSSL_LIB_CTX_new();
    home->usual = home->libctx ? OSSL_PROVIDER_load(home->libctx, "default") : NULL;
    home->tpm = home->usual ? OSSL_PROVIDER_load(home->libctx, TPM_PROVIDER) : NULL;
    if (home->tpm)
        return home;
    key_home_free(home);
    return NULL;
}

static EVP_PKEY *load_uri(OSSL_LIB_CTX *libctx, const char *uri, struct asking *asking)
{
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(asking_passphrase, 0);
    OSSL_STORE_CTX *store =
        ui ? OSSL_STORE_open_ex(uri, libctx, TPM_PROPQ, ui, asking, NULL, NULL, NULL) : NULL;
    EVP_PKEY *pkey = NULL;

    while (store && !pkey && !OSSL_STORE_eof(store)) {
        OSSL_STORE_INFO *info = OSSL_STORE_load(store);
        if (!info)
            break;
        if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
            pkey = OSSL_STORE_INFO_get1_PKEY(info);
        OSSL_STORE_INFO_free(info);
    }
    OSSL_STORE_close(store);
    UI_destroy_method(ui);
    return pkey;
}

static EVP_PKEY *load_pem(OSSL_LIB_CTX *libctx, const char *pem, size_t n, struct asking *asking)
{
    BIO *text = BIO_new_mem_buf(pem, (int)n);
    EVP_PKEY *pkey =
        text ? PEM_read_bio_PrivateKey_ex(text, NULL, asking_passphrase, asking, libctx, TPM_PROPQ)
             : NULL;

    BIO_free(text);
    return pkey;
}

enum exh_status key_open_tpm(const char *uri, const char *pem, size_t n, struct asking *asking,
                             struct exh_key **out, struct exh_error *err)
{
    struct key_home *home = new_home();

    if (!home)
        return fail_openssl(err, EXH_NOT_FOUND,
                            "OpenSSL's tpm2 provider (package tpm2-openssl) cannot be loaded");
    EVP_PKEY *pkey =
        uri ? load_uri(home->libctx, uri, asking) : load_pem(home->libctx, pem, n, asking);
    enum exh_status status;
    if (pkey)
        status = key_wrap(pkey, out, err);
    else if (asking->asked)
        status = fail_openssl(err, EXH_DENIED, "the TPM refused the passphrase");
    else
        status = fail_openssl(err, EXH_NOT_FOUND, "the TPM has no such key");
    if (status) {
        key_home_free(home);
        return status;
    }
    (*out)->home = home;
    (*out)->device = true;
    (*out)->asked = asking->asked;
    return EXH_OK;
}

enum exh_status exh_key_open(const char *uri, exh_passphrase *ask, void *ctx, struct exh_key **out,
                             struct exh_error *err)
{
    struct exh_error local;
    struct asking asking = { .ask = ask, .ctx = ctx };

    err = err ? err : &local;
    if (starts(uri, "handle:") || starts(uri, "object:"))
        return key_open_tpm(uri, NULL, 0, &asking, out, err);
    if (starts(uri, "pkcs11:"))
        return key_open_engine(uri, &asking, out, err);
    return fail(err, EXH_NOT_FOUND,
                "'%.64s' is no key URI: handle:, object: (TPM) and pkcs11: are known", uri);
}
