#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/clock.h>
#include <exhibit/file.h>

#include "check.h"

static char folder[] = "/tmp/exhibit-test-XXXXXX";
static struct exh_error err;

static bool holds(const char *path, const char *text)
{
    uint8_t *p = NULL;
    size_t n = 0;

    bool same = exh_file_read(path, 4096, &p, &n, &err) == EXH_OK && n == strlen(text) &&
                memcmp(p, text, n) == 0;
    free(p);
    return same;
}

static enum exh_status put(const struct exh_append *f, const char *text)
{
    const struct exh_appender *a = exh_append_appender(f);

    return a->write(a->ctx, (const uint8_t *)text, strlen(text), &err);
}

static enum exh_status sync_it(const struct exh_append *f)
{
    const struct exh_appender *a = exh_append_appender(f);

    return a->sync(a->ctx, &err);
}

static void test_grows(void)
{
    struct exh_append *f = NULL, *g = NULL;
    struct stat st;

    CHECK(exh_append_open("a", 0, &f, &err) == EXH_OK, "%s", err.text);
    CHECK(put(f, "one") == EXH_OK && holds("a", "one"), "seen before a sync: %s", err.text);
    CHECK(sync_it(f) == EXH_OK && put(f, "two") == EXH_OK && holds("a", "onetwo"), "%s", err.text);
    CHECK(exh_append_size(f) == 6, "%llu bytes", (unsigned long long)exh_append_size(f));
    CHECK(exh_append_open("a", EXH_APPEND_GO_ON, &g, &err) == EXH_INVALID, "two append");
    CHECK(strcmp(err.text, "a: another program appends to it") == 0, "%s", err.text);
    exh_append_close(f);

    CHECK(exh_append_open("a", 0, &f, &err) == EXH_INVALID, "an existing file");
    CHECK(strcmp(err.text, "a: exists already") == 0, "%s", err.text);
    CHECK(exh_append_open("a", EXH_APPEND_GO_ON, &f, &err) == EXH_OK, "%s", err.text);
    CHECK(put(f, "3") == EXH_OK && holds("a", "onetwo3") && exh_append_size(f) == 7, "go on");
    CHECK(exh_append_cut(f, 8, &err) == EXH_INVALID, "cut to more than there is");
    CHECK(exh_append_cut(f, 4, &err) == EXH_OK && holds("a", "onet"), "%s", err.text);
    CHECK(put(f, "!") == EXH_OK && holds("a", "onet!"), "append where it was cut");
    exh_append_close(f);

    CHECK(exh_append_open("p", EXH_OUTPUT_PRIVATE, &f, &err) == EXH_OK, "%s", err.text);
    CHECK(stat("p", &st) == 0 && (st.st_mode & 0777) == 0600, "private file is not 0600");
    exh_append_close(f);
    exh_append_close(NULL);
}

static void test_refused(void)
{
    struct exh_append *f = NULL;
    char longest[5000];

    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = 0;
    CHECK(exh_append_open("none", EXH_APPEND_GO_ON, &f, &err) == EXH_NOT_FOUND, "%s", err.text);
    CHECK(exh_append_open("no/such", 0, &f, &err) == EXH_NOT_FOUND, "%s", err.text);
    CHECK(exh_append_open(".", EXH_APPEND_GO_ON, &f, &err) == EXH_IO, "a folder: %s", err.text);
    CHECK(exh_append_open("/dev/null", EXH_APPEND_GO_ON, &f, &err) == EXH_INVALID, "a device");
    CHECK(mkfifo("fifo", 0600) == 0 &&
              exh_append_open("fifo", EXH_APPEND_GO_ON, &f, NULL) != EXH_OK,
          "a pipe");
    CHECK(exh_append_open(longest, 0, &f, &err) == EXH_INVALID, "a path too long");
    CHECK(!f, "an object all the same");
}

/* The disk is full in the middle of a write: the file is not used any more. */
static void test_full(void)
{
    struct exh_append *f = NULL;
    struct rlimit before, little = { .rlim_cur = 5, .rlim_max = RLIM_INFINITY };

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)getrlimit(RLIMIT_FSIZE, &before);
    little.rlim_max = before.rlim_max;
    CHECK(exh_append_open("f", 0, &f, &err) == EXH_OK, "%s", err.text);
    CHECK(setrlimit(RLIMIT_FSIZE, &little) == 0, "no limit");
    CHECK(put(f, "0123456789") == EXH_IO, "more than there is room for");
    (void)setrlimit(RLIMIT_FSIZE, &before);
    CHECK(strncmp(err.text, "f: cannot write: ", 17) == 0, "%s", err.text);
    CHECK(put(f, "x") == EXH_IO && sync_it(f) == EXH_IO && exh_append_cut(f, 0, &err) == EXH_IO,
          "used after a failure");
    CHECK(strcmp(err.text, "f: a write failed before") == 0, "%s", err.text);
    exh_append_close(f);
    CHECK(holds("f", "01234"), "what was written before stays");
}

static void test_clock(void)
{
    const struct exh_clock *clock = exh_clock_system();
    struct exh_moment a, b;

    clock->now(clock->ctx, &a);
    clock->now(clock->ctx, &b);
    CHECK(b.monotonic_us >= a.monotonic_us, "it runs backwards");
    CHECK(a.utc_us > UINT64_C(1700000000000000), "%llu", (unsigned long long)a.utc_us);
    CHECK(a.synchronised == (a.uncertainty_us != UINT64_MAX), "known, but not how well");
}

int main(void)
{
    static const char *const made[] = { "a", "p", "fifo", "f" };

    if (!mkdtemp(folder) || chdir(folder) != 0)
        abort();
    test_grows();
    test_refused();
    test_full();
    test_clock();
    for (size_t i = 0; i < ARRAY_N(made); i++)
        (void)unlink(made[i]);
    CHECK(chdir("/") == 0 && rmdir(folder) == 0, "%s holds files that nobody expected", folder);
    return check_done();
}
