#include "crypto/openssl.h"

#include "base/error.h"

#include <brotli/decode.h>

enum exh_status brotli_unpack(struct exh_bytes packed, uint8_t *to, size_t size, size_t *n,
                              struct exh_error *err)
{
    BrotliDecoderState *state = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    const uint8_t *in = packed.p;
    size_t in_left = packed.n, room = size;

    if (!state)
        return fail_no_memory(err);
    BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state, &in_left, &in, &room, &to, NULL);
    BrotliDecoderErrorCode code = BrotliDecoderGetErrorCode(state);
    BrotliDecoderDestroyInstance(state);

    switch (result) {
    case BROTLI_DECODER_RESULT_SUCCESS: break;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return fail(err, EXH_LIMIT, "Brotli data is larger than %zu bytes unpacked", size);
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return fail(err, EXH_MALFORMED, "Brotli data ends after %zu bytes, in the middle",
                    packed.n);
    case BROTLI_DECODER_RESULT_ERROR:
        return fail(err, EXH_MALFORMED, "Brotli data is broken at byte %zu of %zu: %s",
                    packed.n - in_left, packed.n, BrotliDecoderErrorString(code));
    }
    if (in_left)
        return fail(err, EXH_MALFORMED, "%zu bytes over after the Brotli data", in_left);
    *n = size - room;
    return EXH_OK;
}
