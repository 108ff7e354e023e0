/*
 * blob_file.h -- where the file of a blob lies, and reading it whole.
 */
#ifndef STORE_BLOB_FILE_H
#define STORE_BLOB_FILE_H

#include "store/blob.h"
#include "store/home.h"

#define BLOB_NAME_MAX (3 + 2 * STORE_HASH + 1) // "ab/" and the hash, with the NUL

/* Under the folder of the blobs. */
void blob_name(char to[BLOB_NAME_MAX], const uint8_t hash[STORE_HASH]);

/* Bring the folder that a blob's name is in to stable storage. */
NODISCARD enum exh_status blob_sync_name(struct store_home *home, const uint8_t hash[STORE_HASH],
                                         struct exh_error *err);

/* The first row with an id above `after`. EXH_NOT_FOUND when there is none. */
NODISCARD enum exh_status blob_next(struct store *s, int64_t after, int64_t *id,
                                    struct store_blob *out, struct exh_error *err);

/* The running hashes of a blob: of the whole, and of each piece. A zeroed struct can be freed. */
struct blob_hash {
    const struct exh_crypto *crypto;
    struct exh_hasher *whole, *piece;
    size_t piece_n; // bytes in the piece that is not full yet
    uint64_t size;
    struct buf sums;
};
NODISCARD enum exh_status blob_hash_begin(struct blob_hash *h, const struct exh_crypto *crypto,
                                          struct exh_error *err);
NODISCARD enum exh_status blob_hash_add(struct blob_hash *h, struct exh_bytes bytes,
                                        struct exh_error *err);
/* Gives the blob with its sums, owned. */
NODISCARD enum exh_status blob_hash_end(struct blob_hash *h, struct store_blob *out,
                                        struct exh_error *err);
void blob_hash_free(struct blob_hash *h);

/* Hash a file from its beginning, up to `size` bytes, and put it into h. EXH_MALFORMED when it is shorter. */
NODISCARD enum exh_status blob_hash_file(struct blob_hash *h, int fd, uint64_t size,
                                         struct exh_error *err);

/*
 * Whether a file's bytes have this hash. EXH_NOT_FOUND when there is no file, EXH_MALFORMED when it has
 * another hash or size.
 */
NODISCARD enum exh_status blob_check(const struct store_home *home, const uint8_t hash[STORE_HASH],
                                     struct exh_error *err);

#endif
