/*
 * fuzz_crypto.h -- cryptography that a fuzzer can forge.
 *
 * Every digest is zero, so that any change of a file whose digests were made zero (zero_digests.c)
 * leaves its hashes right, and the code behind them is reached. What certificates, signatures,
 * time-stamps and OCSP responses are judged to be, their last byte says; Brotli is the bytes themselves.
 */
#ifndef TESTS_FUZZ_CRYPTO_H
#define TESTS_FUZZ_CRYPTO_H

#include <exhibit/crypto.h>
#include <exhibit/key.h>

#define FUZZ_NOW 1800000000 // Unix seconds of every judgement

const struct exh_crypto *fuzz_crypto(void);

/* Signs with zeros; its certificate is sound and trusted, of camera "camera-1". Borrowed for ever. */
struct exh_signer fuzz_signer(void);

#endif
