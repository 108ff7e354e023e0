#include "cli/openpgp.h"

#include <ctype.h>
#include <string.h>

#include "base/error.h"
#include "cli/module.h"

enum exh_status openpgp_open(struct openpgp *o, const struct call *call,
                             const char *passphrase_file, struct exh_error *err)
{
    if (o->api)
        return EXH_OK;
    const struct pgp_api *api = module_pgp(err);
    if (!api)
        return err->status;
    o->passphrase =
        (struct passphrase){ call, passphrase_file, "the OpenPGP key", "openpgp-passphrase" };
    o->options = (struct pgp_options){ .never_ask = call->shared.no_input };
    if (passphrase_file) {
        o->options.ask = passphrase_get;
        o->options.ask_ctx = &o->passphrase;
    }
    enum exh_status status = api->open(&o->options, &o->table, err);
    if (status == EXH_OK)
        o->api = api;
    return status;
}

void openpgp_close(struct openpgp *o)
{
    if (o->api)
        o->api->close(&o->table);
    *o = (struct openpgp){ 0 };
}

enum exh_status openpgp_fingerprint(const char *text, char to[EXH_OPENPGP_FINGERPRINT_MAX],
                                    struct exh_error *err)
{
    const char *p = strncmp(text, "0x", 2) == 0 ? text + 2 : text;
    size_t n = 0;

    for (; *p && n < EXH_OPENPGP_FINGERPRINT_MAX - 1; p++)
        if (isxdigit((unsigned char)*p))
            to[n++] = *p;
        else if (*p != ' ')
            break;
    to[n] = 0;
    if (*p || (n != 40 && n != 64))
        return fail(err, EXH_INVALID,
                    "'%.100s' is no fingerprint of an OpenPGP key: 40 or 64 hexadecimal digits",
                    text);
    return EXH_OK;
}
