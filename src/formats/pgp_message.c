#include "formats/pgp_message.h"

#include <string.h>

#include "base/reader.h"

#define PACKET      0x80 // set in the first byte of every packet
#define NEW_FORMAT  0x40
#define TAG_SESSION 1 // public-key encrypted session key
#define VERSION     3

/* Go behind a header; the packet's tag, or 0 for one of no length that a session key's can have. */
static unsigned read_header(struct reader *r)
{
    const unsigned first = reader_u8(r);
    unsigned length;

    if (!(first & PACKET))
        return 0;
    if (first & NEW_FORMAT) {
        length = reader_u8(r);
        if (length == 255)
            (void)reader_u32(r);
        else if (length >= 224) // in parts, which only data has
            return 0;
        else if (length >= 192)
            (void)reader_u8(r);
        return first & 0x3f;
    }
    length = first & 3;
    if (length == 3) // up to the end
        return 0;
    (void)reader_take(r, (size_t)1 << length);
    return first >> 2 & 0x0f;
}

bool pgp_message_key_id(struct exh_bytes message, uint8_t id[PGP_KEY_ID])
{
    static const uint8_t nobody[PGP_KEY_ID]; // a message that hides its reader
    struct reader r = reader_over(message, 0);

    if (read_header(&r) != TAG_SESSION || reader_u8(&r) != VERSION)
        return false;
    const struct exh_bytes found = reader_take(&r, PGP_KEY_ID);
    if (r.failed || memcmp(found.p, nobody, sizeof nobody) == 0)
        return false;
    memcpy(id, found.p, PGP_KEY_ID);
    return true;
}
