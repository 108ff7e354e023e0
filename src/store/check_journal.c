/*
 * The journal of SQLite in WAL mode ("WAL-mode File Format" of its documentation).
 *
 * SQLite takes the frames up to the first whose checksum does not hold, and says nothing about those behind
 * it: a flipped bit would make committed groups disappear. How many frames there must be stands in the
 * index beside it (-shm), as long as that was not lost; without it, a group's last frame that lies behind
 * the first bad one tells.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/reader.h"
#include "io/fd.h"
#include "store/check_run.h"
#include "store/pages.h"

#define HEADER_N 32
#define FRAME_N  (24 + PAGE_N)
#define MAGIC    0x377f0682u // and one more when the words of the checksums are big-endian
#define INDEX_N  48          // bytes of the index's header, which is there twice
#define TRIES    4           // the server may write while we read
#define PAUSE_NS 20000000

struct sums {
    uint32_t a, b;
};

static uint32_t word_of(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
               : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* n is a multiple of 8. */
static struct sums add(struct sums s, const uint8_t *p, size_t n, bool big)
{
    for (size_t i = 0; i < n; i += 8) {
        s.a += word_of(p + i, big) + s.b;
        s.b += word_of(p + i + 4, big) + s.a;
    }
    return s;
}

struct journal {
    bool empty, header_holds;
    uint8_t salts[8];
    uint32_t good;   // frames up to the first that does not hold
    uint32_t commit; // the last frame of this generation that ends a group, also behind a bad one
    uint32_t expected;
    bool has_expected;
};

static ssize_t read_some(int fd, uint8_t *to, size_t n, uint64_t at)
{
    ssize_t got;

    do
        got = pread(fd, to, n, (off_t)at);
    while (got < 0 && errno == EINTR);
    return got;
}

static enum exh_status read_frames(int fd, struct journal *j, bool big, struct sums sums,
                                   struct exh_error *err)
{
    uint8_t frame[FRAME_N];
    bool broken = false;

    for (uint32_t i = 1;; i++) {
        const ssize_t got =
            read_some(fd, frame, sizeof frame, HEADER_N + (uint64_t)(i - 1) * FRAME_N);
        if (got < 0)
            return fail_errno(err, "journal", "read");
        if ((size_t)got < sizeof frame)
            return EXH_OK;
        if (memcmp(frame + 8, j->salts, sizeof j->salts) != 0) {
            broken = true; // of an older generation, or damaged
            continue;
        }
        sums = add(add(sums, frame, 8, big), frame + 24, PAGE_N, big);
        broken =
            broken || sums.a != word_of(frame + 16, true) || sums.b != word_of(frame + 20, true);
        if (!broken)
            j->good = i;
        if (word_of(frame + 4, true) != 0)
            j->commit = i;
    }
}

static enum exh_status read_journal(int fd, struct journal *j, struct exh_error *err)
{
    uint8_t header[HEADER_N];
    const ssize_t got = read_some(fd, header, sizeof header, 0);

    if (got < 0)
        return fail_errno(err, "journal", "read");
    j->empty = got == 0;
    if ((size_t)got < sizeof header)
        return EXH_OK;
    const bool big = (word_of(header, true) & 1) != 0;
    const struct sums sums = add((struct sums){ 0 }, header, 24, big);
    j->header_holds = (word_of(header, true) & ~1u) == MAGIC &&
                      word_of(header + 8, true) == PAGE_N && sums.a == word_of(header + 24, true) &&
                      sums.b == word_of(header + 28, true);
    memcpy(j->salts, header + 16, sizeof j->salts);
    return j->header_holds ? read_frames(fd, j, big, sums, err) : EXH_OK;
}

/* The index is in the order of this machine, and only believed when it holds. */
static void read_index(int fd, struct journal *j, uint8_t salts[8])
{
    uint8_t p[2 * INDEX_N];
    const uint16_t one = 1;
    const bool big = *(const uint8_t *)&one == 0;

    if (read_some(fd, p, sizeof p, 0) != (ssize_t)sizeof p || memcmp(p, p + INDEX_N, INDEX_N) != 0)
        return;
    const struct sums sums = add((struct sums){ 0 }, p, 40, big);
    if (!p[12] || sums.a != word_of(p + 40, big) || sums.b != word_of(p + 44, big))
        return;
    j->has_expected = true;
    j->expected = word_of(p + 16, big);
    memcpy(salts, p + 32, 8);
}

/* One look; *text receives what is wrong, or NULL. */
static enum exh_status look(struct check *c, struct journal *j, const char **text,
                            struct exh_error *err)
{
    uint8_t salts[8] = { 0 };
    enum exh_status status = EXH_OK;
    int index = openat(c->home->fd, DATABASE "-shm", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    *j = (struct journal){ .empty = true };
    if (index >= 0) {
        read_index(index, j, salts);
        (void)close(index);
    }
    int fd = openat(c->home->fd, DATABASE "-wal", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd >= 0) {
        status = read_journal(fd, j, err);
        (void)close(fd);
    }
    const uint32_t expected = j->has_expected ? j->expected : j->commit;
    *text = NULL;
    if (j->has_expected && j->expected == 0)
        return status; // emptied; what lies in the file is over
    if (j->empty ? expected > 0 : !j->header_holds)
        *text = "its header does not hold: committed groups are not read any more";
    else if (j->has_expected && memcmp(salts, j->salts, sizeof salts) != 0)
        *text = "it is not the one that its index is of";
    else if (j->good < expected)
        *text = "a frame does not hold: committed groups are not read any more";
    return status;
}

enum exh_status check_journal(struct check *c, struct exh_error *err)
{
    const struct timespec pause = { .tv_nsec = PAUSE_NS };
    struct journal j;
    const char *text = NULL;
    enum exh_status status = EXH_OK;

    for (int i = 0; i < TRIES; i++) {
        status = look(c, &j, &text, err);
        if (status != EXH_OK || !text)
            break;
        (void)nanosleep(&pause, NULL);
    }
    if (status == EXH_OK && text)
        check_found(c, STORE_DAMAGED, text, "journal frame %" PRIu32, j.good + 1);
    return status;
}
