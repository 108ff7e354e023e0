#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/fd.h"
#include "store/check_run.h"
#include "store/pages.h"

#define READ_TRIES 3 // a page may be written while it is read

// SQLite locks by bytes from here on, and stores nothing in the page that they are in.
#define LOCK_PAGE ((uint32_t)(0x40000000 / PAGE_N) + 1)

/* Read a page once more, for one that was just being written. */
static bool page_holds_again(const struct check *c, int fd, uint32_t number, uint8_t page[PAGE_N])
{
    for (int i = 0; i < READ_TRIES; i++) {
        if (page_holds(c->home->crypto, number, page))
            return true;
        if (pread(fd, page, PAGE_N, (off_t)(number - 1) * PAGE_N) != (ssize_t)PAGE_N)
            return false;
    }
    return false;
}

static enum exh_status check_all(struct check *c, int fd, const char *name, struct exh_error *err)
{
    uint8_t page[PAGE_N];

    for (uint32_t number = 1;; number++) {
        ssize_t got;
        do
            got = pread(fd, page, sizeof page, (off_t)(number - 1) * PAGE_N);
        while (got < 0 && errno == EINTR);
        if (got == 0)
            return EXH_OK;
        if (got < 0 && errno != EIO)
            return fail_errno(err, name, "read");
        if (number == LOCK_PAGE)
            continue;
        c->counts.pages++;
        if (got < 0)
            check_found(c, STORE_DAMAGED, "the disk does not give it back", "%s page %" PRIu32,
                        name, number);
        else if ((size_t)got < sizeof page)
            check_found(c, STORE_DAMAGED, "it is cut short", "%s page %" PRIu32, name, number);
        else if (!page_holds_again(c, fd, number, page))
            check_found(c, STORE_DAMAGED, "its sum does not hold", "%s page %" PRIu32, name,
                        number);
    }
}

enum exh_status check_pages(struct check *c, const char *name, struct exh_error *err)
{
    int fd = openat(c->home->fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return fail_errno(err, name, "open");
    enum exh_status status = check_all(c, fd, name, err);
    (void)close(fd);
    return status;
}
