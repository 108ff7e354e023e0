/*
 * der.h -- walking DER where OpenSSL gives no view of the bytes: one element after the other.
 */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define DER_BOOLEAN  0x01
#define DER_INTEGER  0x02
#define DER_OCTETS   0x04
#define DER_OID      0x06
#define DER_SEQUENCE 0x30

struct der {
    uint8_t tag;            // identifier octet: class, constructed bit and number
    struct exh_bytes value; // contents
    struct exh_bytes whole; // with its head
};

/*
 * Take the next element off *in. False at the end, and when it does not fit, has a long tag, or an
 * indefinite length; then *in is as it was.
 */
bool der_next(struct exh_bytes *in, struct der *out);

/* The same, and the tag is this one. */
bool der_take(struct exh_bytes *in, uint8_t tag, struct der *out);

#endif
