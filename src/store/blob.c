#include "store/blob_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/ask.h"
#include "store/columns.h"

#define BLOBS ROWS("blob", BLOB_COLUMNS)

void store_blob_free(struct store_blob *blob)
{
    free(blob->sums);
    *blob = (struct store_blob){ 0 };
}

static uint64_t pieces_of(uint64_t size)
{
    return size / STORE_PIECE + (size % STORE_PIECE != 0);
}

struct row {
    int64_t id;
    struct store_blob blob;
};

static enum exh_status take_blob_row(struct ask *a, void *out, struct exh_error *err)
{
    struct store_blob o = { 0 };

    const int64_t id = take_i64(a);
    take_exact(a, o.hash, sizeof o.hash);
    o.size = take_u64(a);
    const struct exh_bytes sums = take_bytes(a, SIZE_MAX);
    if (o.size > STORE_BLOB_MAX || sums.n != pieces_of(o.size) * STORE_PIECE_SUM)
        a->damaged = true;
    enum exh_status status = take_end(a, err);
    if (status != EXH_OK)
        return status;
    o.sums = malloc(sums.n ? sums.n : 1);
    if (!o.sums)
        return fail_no_memory(err);
    if (sums.n)
        memcpy(o.sums, sums.p, sums.n);
    o.sums_n = sums.n;
    *(struct row *)out = (struct row){ id, o };
    return EXH_OK;
}

enum exh_status store_add_blob(struct store *s, const struct store_blob *blob,
                               struct exh_error *err)
{
    // The name is the hash of the bytes: what is there already says the same.
    struct ask a = ask(s,
                       "INSERT INTO blob (hash, size, sums) VALUES (?1, ?2, ?3)"
                       " ON CONFLICT (hash) DO NOTHING",
                       "blob %s", hash_text(blob->hash).hex);

    ask_hash(&a, blob->hash);
    ask_u64(&a, blob->size);
    ask_blob(&a, (struct exh_bytes){ blob->sums, blob->sums_n }, SIZE_MAX);
    enum exh_status status = ask_run(&a, err);
    uint64_t size;
    return status == EXH_NOT_FOUND ? store_has_blob(s, blob->hash, &size, err) : status;
}

enum exh_status store_get_blob(struct store *s, const uint8_t hash[STORE_HASH],
                               struct store_blob *out, struct exh_error *err)
{
    struct ask a = ask(s, BLOBS "WHERE hash = ?1", "blob %s", hash_text(hash).hex);

    struct row row;

    ask_hash(&a, hash);
    enum exh_status status = ask_one(&a, take_blob_row, &row, err);
    if (status == EXH_OK)
        *out = row.blob;
    return status;
}

enum exh_status blob_next(struct store *s, int64_t after, int64_t *id, struct store_blob *out,
                          struct exh_error *err)
{
    struct ask a = ask(s, BLOBS "WHERE id > ?1 ORDER BY id LIMIT 1", "blob after %" PRId64, after);
    struct row row;

    ask_i64(&a, after);
    enum exh_status status = ask_one(&a, take_blob_row, &row, err);
    if (status != EXH_OK)
        return status;
    *id = row.id;
    *out = row.blob;
    return EXH_OK;
}

enum exh_status store_has_blob(struct store *s, const uint8_t hash[STORE_HASH], uint64_t *size,
                               struct exh_error *err)
{
    struct store_blob blob = { 0 };
    enum exh_status status = store_get_blob(s, hash, &blob, err);

    if (status == EXH_OK)
        *size = blob.size;
    store_blob_free(&blob);
    return status;
}

struct store_reader {
    struct store_home *home;
    struct store_blob blob; // owned
    int fd;
    uint8_t *piece;    // owned; one piece
    uint64_t piece_at; // its number; UINT64_MAX: none
    struct exh_source source;
};

static size_t piece_size(const struct store_reader *r, uint64_t i)
{
    const uint64_t left = r->blob.size - i * STORE_PIECE;

    return left < STORE_PIECE ? (size_t)left : STORE_PIECE;
}

static enum exh_status read_piece(struct store_reader *r, uint64_t i, struct exh_error *err)
{
    const size_t n = piece_size(r, i);
    uint8_t digest[STORE_HASH];
    size_t have = 0;

    r->piece_at = UINT64_MAX;
    while (have < n) {
        const ssize_t got =
            pread(r->fd, r->piece + have, n - have, (off_t)(i * STORE_PIECE + have));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail(err, EXH_IO, "cannot read: %s", strerror(errno));
        if (got == 0)
            break;
        have += (size_t)got;
    }
    const struct exh_bytes bytes = { r->piece, have };
    enum exh_status status = home_hash(r->home, &bytes, 1, digest, err);
    if (status != EXH_OK)
        return status;
    if (have != n || memcmp(digest, r->blob.sums + i * STORE_PIECE_SUM, STORE_PIECE_SUM) != 0)
        return fail(err, EXH_MALFORMED, "bytes %" PRIu64 " to %" PRIu64 " are damaged",
                    i * STORE_PIECE, i * STORE_PIECE + n);
    r->piece_at = i;
    return EXH_OK;
}

static enum exh_status read_at(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err)
{
    struct store_reader *r = ctx;

    while (n) {
        const uint64_t i = at / STORE_PIECE;
        if (r->piece_at != i && read_piece(r, i, err) != EXH_OK) {
            char where[80];
            (void)snprintf(where, sizeof where, "blob %s", hash_text(r->blob.hash).hex);
            return within(err, where);
        }
        const size_t from = (size_t)(at % STORE_PIECE);
        const size_t some = piece_size(r, i) - from < n ? piece_size(r, i) - from : n;
        memcpy(to, r->piece + from, some);
        to += some;
        at += some;
        n -= some;
    }
    return EXH_OK;
}

static enum exh_status open_file(struct store_reader *r, struct exh_error *err)
{
    char name[BLOB_NAME_MAX];
    struct stat st;

    blob_name(name, r->blob.hash);
    r->fd = openat(r->home->blobs, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (r->fd < 0 && errno == ENOENT)
        return fail(err, EXH_MALFORMED, "blob %s: its file is missing", name);
    if (r->fd < 0 || fstat(r->fd, &st) != 0)
        return fail_errno(err, name, "open");
    if ((uint64_t)st.st_size != r->blob.size)
        return fail(err, EXH_MALFORMED, "blob %s: has %jd bytes, %" PRIu64 " were stored", name,
                    (intmax_t)st.st_size, r->blob.size);
    return EXH_OK;
}

enum exh_status store_reader_open(struct store_home *home, struct store_blob *blob,
                                  struct store_reader **out, struct exh_error *err)
{
    struct store_reader *r = calloc(1, sizeof *r);
    const size_t n = blob->size < STORE_PIECE ? (size_t)blob->size : STORE_PIECE;
    enum exh_status status;

    if (!r)
        return fail_no_memory(err);
    *r = (struct store_reader){
        .home = home, .blob = *blob, .fd = -1, .piece_at = UINT64_MAX, .piece = malloc(n ? n : 1)
    };
    r->source = (struct exh_source){ .size = blob->size, .read = read_at, .ctx = r };
    status = r->piece ? open_file(r, err) : fail_no_memory(err);
    if (status != EXH_OK) {
        r->blob.sums = NULL; // still the caller's
        store_reader_close(r);
        return status;
    }
    *blob = (struct store_blob){ 0 };
    *out = r;
    return EXH_OK;
}

const struct exh_source *store_reader_source(const struct store_reader *r)
{
    return &r->source;
}

void store_reader_close(struct store_reader *r)
{
    if (!r)
        return;
    if (r->fd >= 0)
        (void)close(r->fd);
    store_blob_free(&r->blob);
    free(r->piece);
    free(r);
}
