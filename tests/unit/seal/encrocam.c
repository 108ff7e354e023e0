#include "encrocam.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "formats/encrocrypt.h"

void encrocam_put_header(struct buf *b, unsigned type, uint32_t length)
{
    buf_put_text(b, ENCROCRYPT_MAGIC);
    buf_put_u8(b, (uint8_t)type);
    buf_put_u32(b, length);
}

void encrocam_put_key(struct buf *b, const void *message, size_t n)
{
    encrocam_put_header(b, 1, (uint32_t)n);
    buf_put(b, message, n);
}

void encrocam_put_video(struct buf *b, const uint8_t key[ENCROCAM_KEY], uint32_t minute,
                        uint64_t number, const void *plain, size_t n)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t nonce[ENCROCRYPT_NONCE] = "nonce of 16 byt";
    int got = 0, rest = 0;

    memcpy(nonce, &number, sizeof number);
    encrocam_put_header(b, 2, (uint32_t)(n + ENCROCRYPT_AROUND));
    buf_put_u32(b, minute);
    buf_put(b, nonce, sizeof nonce);
    uint8_t *data = buf_room(b, n + ENCROCRYPT_TAG);
    if (!data || !ctx || EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, NULL, NULL) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, sizeof nonce, NULL) != 1 ||
        EVP_EncryptInit_ex(ctx, NULL, NULL, key, nonce) != 1 ||
        EVP_EncryptUpdate(ctx, data, &got, plain, (int)n) != 1 ||
        EVP_EncryptFinal_ex(ctx, data + got, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, ENCROCRYPT_TAG, data + n) != 1)
        abort();
    EVP_CIPHER_CTX_free(ctx);
}
