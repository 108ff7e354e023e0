/* Any bytes as EncroCrypt2: packets and gaps cover the file, and a packet is what its header says. */
#include <stdbool.h>
#include <string.h>

#include "fuzz.h"

#include "formats/encrocrypt.h"

static void check_packet(const struct encrocrypt_packet *p)
{
    const bool whole = p->kind == ENCROCRYPT_KEY || p->kind == ENCROCRYPT_VIDEO;

    REQUIRE(p->n > 0);
    REQUIRE(whole == (p->data != NULL));
    if (!whole)
        return;
    REQUIRE(p->n == ENCROCRYPT_HEADER + (uint64_t)p->length && p->length <= ENCROCRYPT_DATA_MAX);
    REQUIRE(p->data_n > 0);
    memset(p->data, 'x', p->data_n); // it may be written to
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_source source = exh_source_memory(p, n);
    struct encrocrypt_reader r = encrocrypt_over(&source);
    struct encrocrypt_packet packet;
    struct exh_error err;
    uint64_t at = 0;

    do {
        REQUIRE(encrocrypt_next(&r, &packet, &err) == EXH_OK);
        REQUIRE(packet.at == at);
        if (packet.kind != ENCROCRYPT_END)
            check_packet(&packet);
        at += packet.n;
    } while (packet.kind != ENCROCRYPT_END);
    REQUIRE(at == n);
    encrocrypt_free(&r);
    return 0;
}
