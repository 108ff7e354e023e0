/*
 * backup.h -- a consistent copy of a folder while it is in use, and a folder made from a copy.
 *
 * A backup is a folder of the same shape: store_check() works on it. It does not hold what the signer
 * keeps, so that a database that is restored cannot make the log forget: the signer signs nothing that
 * does not extend its own last checkpoint.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

struct store_backup_counts {
    uint64_t blobs;  // that the database of the backup names
    uint64_t copied; // of them; the others were there from an earlier backup
    uint64_t linked; // of them: the same file in both folders, so no second copy on the disk
    uint64_t bytes;  // copied
};

#define STORE_BACKUP_COPY 1U // never link: the only way to survive the disk, and its flipped bits

/*
 * Copy the database as it is at one moment, and every blob that it names, to a folder: a new one, or one
 * with an earlier backup, which is then brought up to date. Ended at any moment the folder holds the
 * earlier backup or the new one. Blobs on the same file system are linked. A blob is checked as it is
 * copied: EXH_MALFORMED names one that is damaged.
 *
 * s  a reader of its own.
 */
NODISCARD enum exh_status store_backup(struct store *s, const char *to, unsigned flags,
                                       struct store_backup_counts *out, struct exh_error *err);

/*
 * Make a folder from a backup: checked first, then copied, never linked. `to` may be there, but without a
 * database. now is written down as the value "restored".
 *
 * EXH_INVALID    there is a database in `to`
 * EXH_MALFORMED  the backup is damaged or incomplete; the first finding is named
 */
NODISCARD enum exh_status store_restore(const char *from, const char *to,
                                        const struct exh_crypto *crypto, int64_t now,
                                        struct store_backup_counts *out, struct exh_error *err);

#endif
