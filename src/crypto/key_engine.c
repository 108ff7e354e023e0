/*
 * Keys behind PKCS#11 through its OpenSSL engine. Engines are deprecated in OpenSSL 3, but Debian 12
 * has no PKCS#11 provider; this file alone uses them.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/key.h"

#include "crypto/library.h"

#include <openssl/engine.h>
#include <openssl/err.h>
#include <openssl/ui.h>

#define ENGINE_NAME "pkcs11"

// A reference and an initialised engine, or NULL.
static ENGINE *start(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_ENGINE_DYNAMIC, NULL);
    ENGINE *engine = ENGINE_by_id(ENGINE_NAME);

    // Once loaded it stays in OpenSSL's list: modules are known to fail when they are unloaded in between.
    if (engine && !ENGINE_add(engine))
        ERR_clear_error(); // it is in the list already
    if (engine && ENGINE_init(engine))
        return engine;
    ENGINE_free(engine);
    return NULL;
}

void key_engine_free(void *engine)
{
    if (!engine)
        return;
    ENGINE_finish(engine);
    ENGINE_free(engine);
}

enum exh_status key_open_engine(const char *uri, struct asking *asking, struct exh_key **out,
                                struct exh_error *err)
{
    ENGINE *engine = start();
    UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(asking_passphrase, 0);
    EVP_PKEY *pkey = engine && ui ? ENGINE_load_private_key(engine, uri, ui, asking) : NULL;
    enum exh_status status;

    UI_destroy_method(ui);
    if (pkey)
        status = key_wrap(pkey, out, err);
    else if (!engine)
        status = fail_openssl(err, EXH_NOT_FOUND,
                              "OpenSSL's pkcs11 engine (package libengine-pkcs11-openssl) cannot "
                              "be loaded");
    else if (asking->asked)
        status = fail_openssl(err, EXH_DENIED, "the token refused the PIN, or has no such key");
    else
        status = fail_openssl(err, EXH_NOT_FOUND, "the token has no such key");
    if (status) {
        key_engine_free(engine);
        return status;
    }
    (*out)->engine = engine;
    (*out)->device = true;
    return EXH_OK;
}
