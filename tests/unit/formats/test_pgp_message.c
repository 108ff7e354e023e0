/* Whom an OpenPGP message is for: headers of every form. */
#include "check.h"

#include "base/text.h"
#include "formats/pgp_message.h"

#define ID "4fc48ca30cd835bf"

int main(void)
{
    static const struct {
        const char *name, *hex;
        bool names;
    } rows[] = {
        { "as gpg writes it", "845e03" ID "12", true },
        { "old format, two bytes of length", "85005e03" ID, true },
        { "old format, four", "860000005e03" ID, true },
        { "new format", "c15e03" ID, true },
        { "new format, two bytes", "c1c05e03" ID, true },
        { "new format, five", "c1ff0000005e03" ID, true },
        { "hidden", "845e030000000000000000", false },
        { "another version", "845e06" ID, false },
        { "another packet", "d25e03" ID, false },
        { "old format, no length", "8703" ID, false },
        { "new format, in parts", "c1e103" ID, false },
        { "armored", "2d2d2d2d2d424547494e20504750", false },
        { "not a packet", "045e03" ID, false },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        uint8_t raw[64], id[PGP_KEY_ID] = { 0 };
        char hex[2 * PGP_KEY_ID + 1];
        const size_t n = strlen(rows[i].hex) / 2;
        if (!hex_read(bytes_of(rows[i].hex), raw, n))
            abort();
        uint8_t *copy = exact_copy(raw, n);
        CHECK(pgp_message_key_id((struct exh_bytes){ copy, n }, id) == rows[i].names, "%s",
              rows[i].name);
        hex_write(hex, id, sizeof id);
        CHECK(strcmp(hex, rows[i].names ? ID : "0000000000000000") == 0, "%s: %s", rows[i].name,
              hex);
        free(copy);
    }
    uint8_t raw[11], id[PGP_KEY_ID];
    if (!hex_read(bytes_of("845e03" ID), raw, sizeof raw))
        abort();
    for (size_t n = 0; n < sizeof raw; n++) {
        uint8_t *copy = exact_copy(raw, n);
        CHECK(!pgp_message_key_id((struct exh_bytes){ copy, n }, id), "prefix of %zu", n);
        free(copy);
    }
    return check_done();
}
