/*
 * der.h -- walking DER where OpenSSL gives no view of the bytes, one element after the other; and
 * writing it where OpenSSL has no structure for it.
 */
#ifndef CRYPTO_DER_H
#define CRYPTO_DER_H

#include <stdbool.h>

#include "base/buf.h"

#include <exhibit/bytes.h>

#define DER_BOOLEAN  0x01
#define DER_INTEGER  0x02
#define DER_BITS     0x03
#define DER_OCTETS   0x04
#define DER_OID      0x06
#define DER_UTF8     0x0C
#define DER_SEQUENCE 0x30
#define DER_SET      0x31
#define DER_CONTEXT  0xA0 // constructed; plus the number

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

/* Put the head of an element whose contents, n bytes below 4 GiB, come next. */
void der_put_head(struct buf *to, uint8_t tag, size_t n);

/* Put a whole element. */
void der_put(struct buf *to, uint8_t tag, struct exh_bytes value);

/* Bytes of a whole element with n bytes of contents. */
size_t der_size(size_t n);

#endif
