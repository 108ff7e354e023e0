#include "store/blob_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "io/fd.h"

#define SUMS_MAX ((size_t)(STORE_BLOB_MAX / STORE_PIECE) * STORE_PIECE_SUM)

void blob_name(char to[BLOB_NAME_MAX], const uint8_t hash[STORE_HASH])
{
    hex_write(to + 3, hash, STORE_HASH);
    to[0] = to[3];
    to[1] = to[4];
    to[2] = '/';
}

enum exh_status blob_sync_name(struct store_home *home, const uint8_t hash[STORE_HASH],
                               struct exh_error *err)
{
    char name[BLOB_NAME_MAX];

    blob_name(name, hash);
    name[2] = 0;
    int fd = openat(home->blobs, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, name, "open the folder of blobs");
    enum exh_status status = home_sync(home, fd, name, err);
    (void)close(fd);
    return status;
}

enum exh_status blob_hash_begin(struct blob_hash *h, const struct exh_crypto *crypto,
                                struct exh_error *err)
{
    *h = (struct blob_hash){ .crypto = crypto, .sums = buf_with_limit(SUMS_MAX) };
    h->whole = crypto->hash_new(EXH_SHA256);
    return h->whole ? EXH_OK : fail_no_memory(err);
}

void blob_hash_free(struct blob_hash *h)
{
    if (!h->crypto)
        return;
    h->crypto->hash_free(h->whole);
    h->crypto->hash_free(h->piece);
    buf_free(&h->sums);
    *h = (struct blob_hash){ 0 };
}

static void end_piece(struct blob_hash *h)
{
    uint8_t digest[EXH_HASH_MAX];

    h->crypto->hash_final(h->piece, digest);
    h->piece = NULL;
    h->piece_n = 0;
    buf_put(&h->sums, digest, STORE_PIECE_SUM);
}

enum exh_status blob_hash_add(struct blob_hash *h, struct exh_bytes bytes, struct exh_error *err)
{
    if (bytes.n > STORE_BLOB_MAX - h->size)
        return fail(err, EXH_LIMIT, "a body is larger than %" PRIu64 " bytes", STORE_BLOB_MAX);
    h->crypto->hash_update(h->whole, bytes.p, bytes.n);
    h->size += bytes.n;
    while (bytes.n) {
        const size_t room = STORE_PIECE - h->piece_n;
        const size_t n = bytes.n < room ? bytes.n : room;
        if (!h->piece && !(h->piece = h->crypto->hash_new(EXH_SHA256)))
            return fail_no_memory(err);
        h->crypto->hash_update(h->piece, bytes.p, n);
        h->piece_n += n;
        bytes.p += n;
        bytes.n -= n;
        if (h->piece_n == STORE_PIECE)
            end_piece(h);
    }
    return buf_finish(&h->sums, err);
}

enum exh_status blob_hash_end(struct blob_hash *h, struct store_blob *out, struct exh_error *err)
{
    uint8_t digest[EXH_HASH_MAX];
    struct store_blob blob = { .size = h->size };

    if (h->piece)
        end_piece(h);
    enum exh_status status = buf_finish(&h->sums, err);
    if (status != EXH_OK)
        return status;
    blob.sums_n = h->sums.n;
    blob.sums = malloc(blob.sums_n ? blob.sums_n : 1);
    if (!blob.sums)
        return fail_no_memory(err);
    if (blob.sums_n)
        memcpy(blob.sums, h->sums.p, blob.sums_n);
    h->crypto->hash_final(h->whole, digest);
    h->whole = NULL;
    memcpy(blob.hash, digest, STORE_HASH);
    *out = blob;
    return EXH_OK;
}

enum exh_status blob_hash_file(struct blob_hash *h, int fd, uint64_t size, struct exh_error *err)
{
    uint8_t piece[16 << 10];

    for (uint64_t at = 0; at < size;) {
        const size_t want = size - at < sizeof piece ? (size_t)(size - at) : sizeof piece;
        const ssize_t got = pread(fd, piece, want, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, EXH_IO, "at %" PRIu64 ": cannot read: %s", at, strerror(errno));
        if (got == 0)
            return fail(err, EXH_MALFORMED,
                        "the file ends at %" PRIu64 ", %" PRIu64 " bytes were expected", at, size);
        enum exh_status status = blob_hash_add(h, (struct exh_bytes){ piece, (size_t)got }, err);
        if (status != EXH_OK)
            return status;
        at += (uint64_t)got;
    }
    return EXH_OK;
}

static enum exh_status hash_of(const struct store_home *home, int fd, uint8_t hash[STORE_HASH],
                               struct exh_error *err)
{
    struct blob_hash h = { 0 };
    struct store_blob blob = { 0 };
    struct stat st;
    enum exh_status status;

    if (fstat(fd, &st) != 0)
        return fail(err, EXH_IO, "%s", strerror(errno));
    if ((status = blob_hash_begin(&h, home->crypto, err)) == EXH_OK &&
        (status = blob_hash_file(&h, fd, (uint64_t)st.st_size, err)) == EXH_OK &&
        (status = blob_hash_end(&h, &blob, err)) == EXH_OK)
        memcpy(hash, blob.hash, STORE_HASH);
    blob_hash_free(&h);
    store_blob_free(&blob);
    return status;
}

enum exh_status blob_check(const struct store_home *home, const uint8_t hash[STORE_HASH],
                           struct exh_error *err)
{
    char name[BLOB_NAME_MAX];
    uint8_t found[STORE_HASH];

    blob_name(name, hash);
    int fd = openat(home->blobs, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return fail_errno(err, name, "open");
    enum exh_status status = hash_of(home, fd, found, err);
    (void)close(fd);
    if (status != EXH_OK)
        return within(err, name);
    if (memcmp(found, hash, STORE_HASH) != 0)
        return fail(err, EXH_MALFORMED, "%s: its bytes have another hash", name);
    return EXH_OK;
}
