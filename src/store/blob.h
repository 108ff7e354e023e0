/*
 * blob.h -- bodies: files under their SHA-256, checked piece by piece whenever they are read.
 *
 * A file is put once and never changed (intake.h). Its row has a sum of each piece, so that a reader of
 * any range never gets a byte that is not as it was: a piece that does not hold is EXH_MALFORMED.
 */
#ifndef STORE_BLOB_H
#define STORE_BLOB_H

#include "store/store.h"

#include <exhibit/source.h>

#define STORE_PIECE     ((size_t)256 << 10) // bytes under one sum
#define STORE_PIECE_SUM 16                  // bytes of a sum: half of a SHA-256
#define STORE_BLOB_MAX  ((uint64_t)64 << 30)

struct store_blob {
    uint8_t hash[STORE_HASH];
    uint64_t size;
    uint8_t *sums; // owned; store_blob_free()
    size_t sums_n; // bytes
};
void store_blob_free(struct store_blob *blob); // a zeroed struct is allowed

/* The row of a blob whose file was put. One that has a row already is EXH_OK. */
NODISCARD enum exh_status store_add_blob(struct store *s, const struct store_blob *blob,
                                         struct exh_error *err);
NODISCARD enum exh_status store_get_blob(struct store *s, const uint8_t hash[STORE_HASH],
                                         struct store_blob *out, struct exh_error *err);

/* Whether there is a row, without reading the sums. EXH_NOT_FOUND */
NODISCARD enum exh_status store_has_blob(struct store *s, const uint8_t hash[STORE_HASH],
                                         uint64_t *size, struct exh_error *err);

/*
 * Open the file of a blob; needs no store, so that it can be read on any thread.
 *
 * blob    its sums are taken over on success.
 * source  of the whole blob; borrowed until store_reader_close(). Holds one piece in memory.
 *
 * EXH_MALFORMED when the file is not there or has another size.
 */
struct store_reader; // owned; for one thread at a time
NODISCARD enum exh_status store_reader_open(struct store_home *home, struct store_blob *blob,
                                            struct store_reader **out, struct exh_error *err);
const struct exh_source *store_reader_source(const struct store_reader *r);
void store_reader_close(struct store_reader *r); // NULL is allowed

#endif
