/*
 * encrocam.h -- recordings as EncroCam writes them, for tests: packets one after another.
 */
#ifndef TESTS_ENCROCAM_H
#define TESTS_ENCROCAM_H

#include "base/buf.h"

#define ENCROCAM_KEY 16 // bytes

/* A key packet around an OpenPGP message. */
void encrocam_put_key(struct buf *b, const void *message, size_t n);

/* A video packet: AES-128-GCM with a nonce that is made of a number. */
void encrocam_put_video(struct buf *b, const uint8_t key[ENCROCAM_KEY], uint32_t minute,
                        uint64_t nonce, const void *plain, size_t n);

/* Only the 18 bytes before a packet's data. */
void encrocam_put_header(struct buf *b, unsigned type, uint32_t length);

#endif
