/* tsa.h -- a time-stamp authority behind a URL, as a stamper. */
#ifndef CLI_TSA_H
#define CLI_TSA_H

#include <exhibit/sign.h>

#include "client/client.h"

/* An exh_stamper.stamp; ctx is a struct tsa. The network is loaded when a token is first asked for. */
struct tsa {
    const char *url;
    const struct client_api *client; // NULL until then
};
enum exh_status tsa_stamp(void *ctx, enum exh_hash alg, struct exh_bytes digest, uint8_t *to,
                          size_t size, size_t *n, struct exh_error *err);

#endif
