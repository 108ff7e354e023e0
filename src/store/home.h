/*
 * home.h -- inside of a home: the folder, its lock, and whether its storage can still be believed.
 */
#ifndef STORE_HOME_H
#define STORE_HOME_H

#include <limits.h>
#include <stdatomic.h>

#include <sqlite3.h>

#include "store/store.h"

#define DATABASE "exhibit.db"

struct store_home {
    const struct exh_crypto *crypto; // borrowed
    int fd, blobs, spool;            // folders
    atomic_bool broken;
    sqlite3_vfs vfs;          // pages.c; registered while the home is open
    char vfs_name[32];        // of this home alone
    char database[PATH_MAX];  // path of the database
    char path[PATH_MAX - 32]; // as given, for messages
};

/* EXH_OK, or EXH_IO when the storage failed before. */
NODISCARD enum exh_status home_check(const struct store_home *home, struct exh_error *err);

/* Bring a file or folder to stable storage; a failure breaks the home. EXH_IO */
NODISCARD enum exh_status home_sync(struct store_home *home, int fd, const char *what,
                                    struct exh_error *err);

/* Become the only writer, until *lock is closed. EXH_DENIED when there is another. */
NODISCARD enum exh_status home_lock(struct store_home *home, int *lock, struct exh_error *err);

/* From now on nothing is acknowledged. */
void home_break(struct store_home *home);

/* SHA-256 of a few parts. EXH_NO_MEMORY */
NODISCARD enum exh_status home_hash(const struct store_home *home, const struct exh_bytes *parts,
                                    size_t n, uint8_t hash[STORE_HASH], struct exh_error *err);

/* Hashes and ids as hexadecimal, for messages. */
struct hash_text {
    char hex[2 * STORE_HASH + 1];
};
struct hash_text hash_text(const uint8_t hash[STORE_HASH]);

struct id_text {
    char hex[2 * STORE_ID + 1];
};
struct id_text id_text(const uint8_t id[STORE_ID]);

#endif
