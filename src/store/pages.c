#include "store/pages.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A file as SQLite has it: ours first, the system's after it. */
struct page_file {
    sqlite3_file base;
    struct store_home *home;
    bool summed; // the database itself; its journal has sums of SQLite's
};

static sqlite3_file *real(sqlite3_file *f)
{
    return (sqlite3_file *)((struct page_file *)f + 1);
}

static struct page_file *ours(sqlite3_file *f)
{
    return (struct page_file *)f;
}

static bool page_sum(const struct exh_crypto *crypto, uint32_t number, const uint8_t page[PAGE_N],
                     uint8_t sum[PAGE_SUM])
{
    const uint8_t salt[8] = { 'p',
                              'a',
                              'g',
                              'e',
                              (uint8_t)(number >> 24),
                              (uint8_t)(number >> 16),
                              (uint8_t)(number >> 8),
                              (uint8_t)number };
    struct exh_hasher *h = crypto->hash_new(EXH_SHA256);
    uint8_t digest[EXH_HASH_MAX];

    if (!h)
        return false;
    crypto->hash_update(h, salt, sizeof salt);
    crypto->hash_update(h, page, PAGE_N - PAGE_SUM);
    crypto->hash_final(h, digest);
    memcpy(sum, digest, PAGE_SUM);
    return true;
}

static bool is_zero(const uint8_t page[PAGE_N])
{
    return page[0] == 0 && memcmp(page, page + 1, PAGE_N - 1) == 0;
}

bool page_holds(const struct exh_crypto *crypto, uint32_t number, const uint8_t page[PAGE_N])
{
    uint8_t sum[PAGE_SUM];

    return (page_sum(crypto, number, page, sum) &&
            memcmp(sum, page + PAGE_N - PAGE_SUM, PAGE_SUM) == 0) ||
           is_zero(page);
}

/* SQLite also looks at a few bytes of the header alone, before it knows the size of a page. */
static bool is_page(const struct page_file *f, int n, sqlite3_int64 at)
{
    return f->summed && n == (int)PAGE_N && at % PAGE_N == 0;
}

static int page_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
    int rc = real(f)->pMethods->xRead(real(f), to, n, at);

    if (rc == SQLITE_OK && is_page(ours(f), n, at) &&
        !page_holds(ours(f)->home->crypto, (uint32_t)(at / PAGE_N) + 1, to))
        return SQLITE_IOERR_DATA;
    return rc;
}

static int page_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    uint8_t page[PAGE_N];

    if (!is_page(ours(f), n, at))
        return real(f)->pMethods->xWrite(real(f), from, n, at);
    memcpy(page, from, PAGE_N);
    if (!page_sum(ours(f)->home->crypto, (uint32_t)(at / PAGE_N) + 1, page,
                  page + PAGE_N - PAGE_SUM))
        return SQLITE_IOERR_NOMEM;
    return real(f)->pMethods->xWrite(real(f), page, n, at);
}

/* After one failure the kernel may have forgotten what it could not write: there is no second try. */
static int page_sync(sqlite3_file *f, int flags)
{
    if (store_home_broken(ours(f)->home))
        return SQLITE_IOERR_FSYNC;
    int rc = real(f)->pMethods->xSync(real(f), flags);
    if (rc != SQLITE_OK)
        home_break(ours(f)->home);
    return rc;
}

static int page_close(sqlite3_file *f)
{
    return real(f)->pMethods->xClose(real(f));
}

static int page_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    return real(f)->pMethods->xTruncate(real(f), size);
}

static int page_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real(f)->pMethods->xFileSize(real(f), size);
}

static int page_lock(sqlite3_file *f, int level)
{
    return real(f)->pMethods->xLock(real(f), level);
}

static int page_unlock(sqlite3_file *f, int level)
{
    return real(f)->pMethods->xUnlock(real(f), level);
}

static int page_reserved(sqlite3_file *f, int *out)
{
    return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int page_control(sqlite3_file *f, int op, void *arg)
{
    return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int page_sector(sqlite3_file *f)
{
    return real(f)->pMethods->xSectorSize(real(f));
}

static int page_traits(sqlite3_file *f)
{
    return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int page_shm_map(sqlite3_file *f, int region, int n, int extend, void volatile **out)
{
    return real(f)->pMethods->xShmMap(real(f), region, n, extend, out);
}

static int page_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void page_shm_barrier(sqlite3_file *f)
{
    real(f)->pMethods->xShmBarrier(real(f));
}

static int page_shm_unmap(sqlite3_file *f, int remove)
{
    return real(f)->pMethods->xShmUnmap(real(f), remove);
}

// Version 2: with shared memory for the journal's index, without mapping the database past page_read().
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = page_close,
    .xRead = page_read,
    .xWrite = page_write,
    .xTruncate = page_truncate,
    .xSync = page_sync,
    .xFileSize = page_size,
    .xLock = page_lock,
    .xUnlock = page_unlock,
    .xCheckReservedLock = page_reserved,
    .xFileControl = page_control,
    .xSectorSize = page_sector,
    .xDeviceCharacteristics = page_traits,
    .xShmMap = page_shm_map,
    .xShmLock = page_shm_lock,
    .xShmBarrier = page_shm_barrier,
    .xShmUnmap = page_shm_unmap,
};

static sqlite3_vfs *system_vfs(void)
{
    return sqlite3_vfs_find(NULL);
}

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    struct page_file *f = ours(file);

    f->base.pMethods = NULL;
    f->home = vfs->pAppData;
    f->summed = flags & SQLITE_OPEN_MAIN_DB;
    int rc = system_vfs()->xOpen(system_vfs(), name, real(file), flags, out);
    if (real(file)->pMethods) // set also when it failed and xClose is needed
        f->base.pMethods = &methods;
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    int rc = system_vfs()->xDelete(system_vfs(), name, sync);

    if (rc == SQLITE_IOERR_DIR_FSYNC)
        home_break(vfs->pAppData);
    return rc;
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    return system_vfs()->xAccess(system_vfs(), name, flags, out);
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *name, int n, char *out)
{
    (void)vfs;
    return system_vfs()->xFullPathname(system_vfs(), name, n, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return system_vfs()->xRandomness(system_vfs(), n, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return system_vfs()->xSleep(system_vfs(), us);
}

static int vfs_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return system_vfs()->xCurrentTime(system_vfs(), out);
}

static int vfs_last_error(sqlite3_vfs *vfs, int n, char *out)
{
    (void)vfs;
    return system_vfs()->xGetLastError(system_vfs(), n, out);
}

static int vfs_time_ms(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    return system_vfs()->xCurrentTimeInt64(system_vfs(), out);
}

enum exh_status pages_register(struct store_home *home, struct exh_error *err)
{
    int rc = sqlite3_initialize();

    if (rc != SQLITE_OK || !system_vfs())
        return fail(err, EXH_IO, "SQLite does not start: %s", sqlite3_errstr(rc));
    (void)snprintf(home->vfs_name, sizeof home->vfs_name, "exhibit-%" PRIxPTR, (uintptr_t)home);
    home->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = (int)sizeof(struct page_file) + system_vfs()->szOsFile,
        .mxPathname = system_vfs()->mxPathname,
        .zName = home->vfs_name,
        .pAppData = home,
        .xOpen = vfs_open,
        .xDelete = vfs_delete,
        .xAccess = vfs_access,
        .xFullPathname = vfs_full_path,
        .xRandomness = vfs_randomness,
        .xSleep = vfs_sleep,
        .xCurrentTime = vfs_time,
        .xGetLastError = vfs_last_error,
        .xCurrentTimeInt64 = vfs_time_ms,
    };
    rc = sqlite3_vfs_register(&home->vfs, 0);
    if (rc == SQLITE_OK)
        return EXH_OK;
    home->vfs_name[0] = 0;
    return fail(err, EXH_NO_MEMORY, "SQLite takes no VFS: %s", sqlite3_errstr(rc));
}

void pages_unregister(struct store_home *home)
{
    if (home->vfs_name[0])
        (void)sqlite3_vfs_unregister(&home->vfs);
}
