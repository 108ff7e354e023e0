#include "crypto/pem.h"

#include "crypto/library.h"
#include "formats/base64.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>

#define LINE_BYTES 48 // in a line of base64, which has 64 characters

// One block. *more is false at the end of the text.
static enum exh_status visit_block(BIO *text, pem_visitor *visit, void *ctx, size_t *found,
                                   bool *more, struct exh_error *err)
{
    char *name = NULL, *header = NULL;
    unsigned char *data = NULL;
    long n = 0;
    enum exh_status status = EXH_OK;

    *more = PEM_read_bio(text, &name, &header, &data, &n) == 1;
    if (!*more) {
        if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
            return fail_openssl(err, EXH_MALFORMED, "PEM block after %zu certificates is broken",
                                *found);
        ERR_clear_error();
        return EXH_OK;
    }
    if (strcmp(name, PEM_STRING_X509) == 0 || strcmp(name, PEM_STRING_X509_OLD) == 0) {
        ++*found;
        status = visit(ctx, (struct exh_bytes){ data, (size_t)n }, err);
        if (status) {
            char where[32];
            snprintf(where, sizeof where, "certificate %zu", *found);
            within(err, where);
        }
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, (size_t)n); // it may be a private key beside the certificates
    return status;
}

enum exh_status pem_visit(const char *pem, size_t n, pem_visitor *visit, void *ctx,
                          struct exh_error *err)
{
    BIO *text = n <= INT_MAX ? BIO_new_mem_buf(pem, (int)n) : NULL;
    enum exh_status status = EXH_OK;
    size_t found = 0;
    bool more = true;

    if (!text)
        return fail_openssl(err, EXH_NO_MEMORY, "PEM text of %zu bytes", n);
    while (!status && more)
        status = visit_block(text, visit, ctx, &found, &more, err);
    BIO_free(text);
    if (!status && !found)
        return fail(err, EXH_MALFORMED, "no PEM certificate in %zu bytes", n);
    return status;
}

void pem_put_base64(struct buf *to, struct exh_bytes bytes)
{
    while (bytes.n) {
        const size_t n = bytes.n < LINE_BYTES ? bytes.n : LINE_BYTES;
        uint8_t *line = buf_room(to, (n + 2) / 3 * 4);
        if (!line)
            return;
        base64_write_padded((char *)line, bytes.p, n);
        buf_put_u8(to, '\n');
        bytes.p += n;
        bytes.n -= n;
    }
}

void pem_put(struct buf *to, struct exh_bytes der)
{
    buf_put_text(to, "-----BEGIN " PEM_STRING_X509 "-----\n");
    pem_put_base64(to, der);
    buf_put_text(to, "-----END " PEM_STRING_X509 "-----\n");
}

enum exh_status pem_wrap(struct buf *b, struct exh_error *err)
{
    struct buf pem = buf_with_limit(b->limit);

    pem_put(&pem, buf_view(b));
    enum exh_status status = buf_finish(&pem, err);
    if (status) {
        buf_free(&pem);
        return status;
    }
    buf_free(b);
    *b = pem;
    return EXH_OK;
}
