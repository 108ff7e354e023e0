/* Fingerprints as people copy them. */
#include "check.h"

#include "cli/openpgp.h"

#define DIGITS "071FA348A082FA874FE133FF5E86CE54800DA192"

int main(void)
{
    static const struct {
        const char *name, *text, *digits; // NULL: refused
    } rows[] = {
        { "digits", DIGITS, DIGITS },
        { "small letters", "071fa348a082fa874fe133ff5e86ce54800da192",
          "071fa348a082fa874fe133ff5e86ce54800da192" },
        { "as gpg prints it", "071F A348 A082 FA87 4FE1  33FF 5E86 CE54 800D A192", DIGITS },
        { "with 0x", "0x" DIGITS, DIGITS },
        { "spaces around", " " DIGITS " ", DIGITS },
        { "64 digits", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" },
        { "empty", "", NULL },
        { "a short id", "5E86CE54800DA192", NULL },
        { "a name", "owner@example.org", NULL },
        { "one too few", "071FA348A082FA874FE133FF5E86CE54800DA19", NULL },
        { "one too many", DIGITS "1", NULL },
        { "65 digits", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0", NULL },
        { "a mark behind", DIGITS "!", NULL },
    };

    for (size_t i = 0; i < ARRAY_N(rows); i++) {
        char got[EXH_OPENPGP_FINGERPRINT_MAX] = "";
        struct exh_error err;
        const enum exh_status status = openpgp_fingerprint(rows[i].text, got, &err);
        CHECK(status == (rows[i].digits ? EXH_OK : EXH_INVALID), "%s: %u", rows[i].name, status);
        CHECK(!rows[i].digits || strcmp(got, rows[i].digits) == 0, "%s: %s", rows[i].name, got);
    }
    return check_done();
}
