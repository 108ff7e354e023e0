#include "seal/convert.h"

#include <string.h>

static const struct {
    const char *name;
    enum convert_class class;
    const char *words;
} codes[CONVERT_CODES_N] = {
    [CONVERT_BAD_MAC] = { "bad-mac", CONVERT_ALTERED,
                          "A packet of video was changed, or its key is missing; it is left out." },
    [CONVERT_JUNK] = { "junk", CONVERT_ALTERED, "Bytes that belong to no packet were skipped." },
    [CONVERT_TOO_LONG] = { "too-long", CONVERT_ALTERED,
                           "A packet claims more bytes than any can have; it was skipped." },
    [CONVERT_TOO_SHORT] = { "too-short", CONVERT_ALTERED,
                            "A packet is shorter than any can be; it was skipped." },
    [CONVERT_UNKNOWN_TYPE] = { "unknown-type", CONVERT_ALTERED,
                               "A packet is of an unknown type; it was skipped." },
    [CONVERT_CUT] = { "cut", CONVERT_INCOMPLETE,
                      "A packet ends where another begins, as after a power cut; it is lost." },
    [CONVERT_TRUNCATED] = { "truncated", CONVERT_INCOMPLETE,
                            "The file ends inside a packet, which is lost." },
    [CONVERT_NO_KEY] = { "no-key", CONVERT_INCOMPLETE,
                         "Video comes before any key that opens it; it is left out." },
    [CONVERT_KEY_UNREADABLE] = { "key-unreadable", CONVERT_ALTERED,
                                 "A key packet holds no key that can be read; it is left out." },
    [CONVERT_KEY_FOREIGN] = { "key-foreign", CONVERT_INCOMPLETE,
                              "A key packet is for somebody else; it is left out." },
    [CONVERT_KEY_UNSIGNED] = { "key-unsigned", CONVERT_ALTERED,
                               "A key packet is not signed; it is left out." },
    [CONVERT_KEY_BAD_SIGNATURE] = { "key-bad-signature", CONVERT_ALTERED,
                                    "The signature of a key packet does not hold; it is left "
                                    "out." },
    [CONVERT_KEY_UNKNOWN_SIGNER] = { "key-unknown-signer", CONVERT_INCOMPLETE,
                                     "A key packet is signed by a key that GnuPG does not have; it "
                                     "is "
                                     "left out." },
    [CONVERT_KEY_OTHER_SIGNER] = { "key-other-signer", CONVERT_ALTERED,
                                   "A key packet is not signed by the camera; it is left out." },
    [CONVERT_KEY_REPEATED] = { "key-repeated", CONVERT_ALTERED,
                               "A key packet stands in the file twice: packets were inserted." },
    [CONVERT_KEYS_TOO_MANY] = { "keys-too-many", CONVERT_ALTERED,
                                "There are more key packets than are opened; the rest is left "
                                "out." },
    [CONVERT_NONCE_REPEATED] = { "nonce-repeated", CONVERT_ALTERED,
                                 "A packet of video stands in the file twice." },
    [CONVERT_NONCES_TOO_MANY] = { "nonces-too-many", CONVERT_INCOMPLETE,
                                  "There are too many packets to look for repeated ones among "
                                  "all." },
    [CONVERT_FILM_BREAKS] = { "film-breaks", CONVERT_ALTERED,
                              "The film does not go on where it stopped: packets were left out, "
                              "moved or inserted." },
    [CONVERT_FILM_OPEN] = { "film-open", CONVERT_INCOMPLETE,
                            "A film has no end: the recorder was interrupted, or the end was cut "
                            "off." },
    [CONVERT_TIME_BACKWARDS] = { "time-backwards", CONVERT_CONFLICT,
                                 "Time runs backwards: packets were moved, or the clock was set." },
    [CONVERT_TIME_GAP] = { "time-gap", CONVERT_INCOMPLETE,
                           "Time jumps within one run of the recorder: packets are missing." },
    [CONVERT_TIME_FUTURE] = { "time-future", CONVERT_CONFLICT,
                              "A packet is stamped with a time that is yet to come." },
    [CONVERT_OUTSIDE_SLOT] = { "outside-slot", CONVERT_CONFLICT,
                               "Packets are stamped with times outside those of the file's name." },
    [CONVERT_SIGNER_UNTRUSTED] = { "signer-untrusted", CONVERT_UNTRUSTED,
                                   "Nothing says that the key that signed is the camera's." },
    [CONVERT_SIGNER_REVOKED] = { "signer-revoked", CONVERT_REVOKED,
                                 "The key that signed was revoked." },
    [CONVERT_EMPTY] = { "empty", CONVERT_INCOMPLETE, "No video came out." },
};

const char *convert_code_name(enum convert_code code)
{
    return codes[code].name;
}

const char *convert_code_words(enum convert_code code)
{
    return codes[code].words;
}

enum convert_class convert_code_class(enum convert_code code)
{
    return codes[code].class;
}
