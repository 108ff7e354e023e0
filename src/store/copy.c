#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/db.h"

/* What an earlier copy may have left under the name. */
static enum exh_status remove_old(const char *path, struct exh_error *err)
{
    static const char *const ends[] = { "", "-journal", "-wal", "-shm" };
    char name[PATH_MAX + 16];

    for (size_t i = 0; i < ARRAY_N(ends); i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            return fail_errno(err, name, "remove");
    }
    return EXH_OK;
}

static int copy_pages(sqlite3 *to, sqlite3 *from)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
    int rc = b ? sqlite3_backup_step(b, -1) : SQLITE_ERROR; // all at once: one moment
    const int ended = b ? sqlite3_backup_finish(b) : SQLITE_OK;

    if (rc == SQLITE_DONE)
        return ended;
    return ended == SQLITE_OK ? rc : ended;
}

enum exh_status db_copy(struct store *s, struct store_home *to, const char *path,
                        struct exh_error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    sqlite3 *db = NULL;
    enum exh_status status = remove_old(path, err);

    if (status != EXH_OK)
        return status;
    int rc = sqlite3_open_v2(path, &db, flags, to->vfs_name);
    if (rc == SQLITE_OK) {
        (void)sqlite3_extended_result_codes(db, 1);
        rc = copy_pages(db, s->db);
    }
    if (rc == SQLITE_IOERR_DATA)
        status = fail(err, EXH_MALFORMED, "a page of the database is damaged");
    else if (rc != SQLITE_OK)
        status = fail(err, EXH_IO, "%s: cannot copy the database: %s (%d)", path,
                      sqlite3_errstr(rc), rc);
    (void)sqlite3_close(db);
    return status;
}
