#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "check.h"
#include "io/pending.h"

/*
 * Built a second time with WITHOUT_TMPFILE: then no file system here knows files without a name, as
 * on the memory card of a camera, and the same must hold.
 */
#ifdef WITHOUT_TMPFILE
#include <errno.h>
#include <stdarg.h>

static int open_as_on_fat(const char *path, int flags, ...)
{
    va_list args;

    if ((flags & O_TMPFILE) == O_TMPFILE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    va_start(args, flags);
    const unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    return open(path, flags, mode);
}
#define open open_as_on_fat
#include "io/output.c"
#undef open
#endif

static char folder[] = "/tmp/exhibit-test-XXXXXX";
static struct exh_error err;

/* Names in the folder, hidden ones too: what a failure left behind. */
static int count_files(void)
{
    DIR *d = opendir(".");
    int n = -2; // "." and ".."

    while (d && readdir(d))
        n++;
    if (d)
        (void)closedir(d);
    return n;
}

static bool holds(const char *path, const char *text)
{
    uint8_t *p = NULL;
    size_t n = 0;

    bool same = exh_file_read(path, 4096, &p, &n, &err) == EXH_OK && n == strlen(text) &&
                memcmp(p, text, n) == 0 && p[n] == 0;
    free(p);
    return same;
}

static enum exh_status put(const char *path, unsigned flags, const char *text)
{
    return exh_file_write(path, flags, (struct exh_bytes){ (const uint8_t *)text, strlen(text) },
                          &err);
}

static void test_outputs(void)
{
    struct exh_output *o = NULL;
    struct stat st;

    CHECK(put("a", 0, "one") == EXH_OK, "new: %s", err.text);
    CHECK(holds("a", "one"), "new file has other bytes");
    CHECK(put("a", 0, "two") == EXH_INVALID && holds("a", "one"), "existing file was replaced");
    CHECK(strcmp(err.text, "a: exists already") == 0, "says: %s", err.text);
    (void)chmod("a", 0640);
    CHECK(put("a", EXH_OUTPUT_REPLACE, "three") == EXH_OK && holds("a", "three"), "replace: %s",
          err.text);
    CHECK(stat("a", &st) == 0 && (st.st_mode & 0777) == 0640, "mode of a replaced file changed");
    CHECK(put("k", EXH_OUTPUT_PRIVATE, "key") == EXH_OK && stat("k", &st) == 0 &&
              (st.st_mode & 0777) == 0600,
          "private file is not 0600");
    CHECK(put("b", EXH_OUTPUT_REPLACE, "new") == EXH_OK && holds("b", "new"),
          "replace what is not there: %s", err.text);

    CHECK(symlink("a", "link") == 0 && put("link", EXH_OUTPUT_REPLACE, "four") == EXH_OK, "%s",
          err.text);
    CHECK(holds("a", "four") && lstat("link", &st) == 0 && S_ISLNK(st.st_mode),
          "a link was replaced, not its target");
    CHECK(symlink("nowhere", "dangling") == 0 && put("dangling", 0, "x") != EXH_OK,
          "a dangling link was written through");
    CHECK(put("no/such", 0, "x") == EXH_NOT_FOUND, "missing folder: %s", err.text);
    CHECK(put(".", 0, "x") == EXH_INVALID, "a folder: %s", err.text);
    CHECK(put("/dev/null", 0, "x") == EXH_OK, "a device: %s", err.text);

    const int before = count_files();
    CHECK(exh_output_open("c", 0, &o, &err) == EXH_OK, "%s", err.text);
    const struct exh_sink *sink = exh_output_sink(o);
    CHECK(sink->write(sink->ctx, (const uint8_t *)"hello", 5, &err) == EXH_OK, "%s", err.text);
    CHECK(sink->patch(sink->ctx, 1, (const uint8_t *)"u", 1, &err) == EXH_OK, "%s", err.text);
    CHECK(sink->patch(sink->ctx, 5, (const uint8_t *)"u", 1, &err) == EXH_INVALID, "patch beyond");
    CHECK(access("c", F_OK) != 0, "seen before commit");
    CHECK(put("c", 0, "other") == EXH_OK, "%s", err.text);
    CHECK(exh_output_commit(o, &err) == EXH_INVALID && holds("c", "other"),
          "a file that came meanwhile was replaced");
    exh_output_close(o);
    CHECK(count_files() == before + 1, "a closed output left a file");

    CHECK(exh_output_open("d", 0, &o, &err) == EXH_OK, "%s", err.text);
    sink = exh_output_sink(o);
    (void)sink->write(sink->ctx, (const uint8_t *)"hello", 5, &err);
    (void)sink->patch(sink->ctx, 1, (const uint8_t *)"u", 1, &err);
    CHECK(exh_output_commit(o, &err) == EXH_OK && holds("d", "hullo"), "patched: %s", err.text);
    exh_output_close(o);
    exh_output_close(NULL);
}

/* What a signal handler does: names that are still pending go, others stay. */
static void test_abandon(void)
{
    (void)put("stays", 0, "x");
    (void)put("goes", 0, "x");
    pending_add("stays");
    pending_add("goes");
    pending_remove("stays");
    exh_output_abandon_all();
    CHECK(access("stays", F_OK) == 0, "a finished file was removed");
    CHECK(access("goes", F_OK) != 0, "a pending file stayed");
}

static enum exh_status open_pipe(const char *text, struct exh_source *s)
{
    int ends[2];

    if (pipe(ends) != 0)
        abort();
    const int keep = dup(STDIN_FILENO);
    (void)dup2(ends[0], STDIN_FILENO);
    if (write(ends[1], text, strlen(text)) < 0)
        abort();
    (void)close(ends[1]);
    enum exh_status status = exh_source_open("-", s, &err);
    (void)dup2(keep, STDIN_FILENO);
    (void)close(keep);
    (void)close(ends[0]);
    return status;
}

static void test_sources(void)
{
    struct exh_source s = { 0 };
    char got[8] = "";

    (void)put("s", 0, "0123456789");
    CHECK(exh_source_open("s", &s, &err) == EXH_OK && s.size == 10 && !s.memory, "%s", err.text);
    CHECK(s.read(s.ctx, 4, (uint8_t *)got, 3, &err) == EXH_OK && strcmp(got, "456") == 0, "%s",
          got);
    CHECK(truncate("s", 5) == 0, "cannot cut s");
    CHECK(s.read(s.ctx, 4, (uint8_t *)got, 3, &err) == EXH_IO, "read a file that was cut");
    exh_source_close(&s);
    CHECK(s.size == 0 && !s.ctx, "closed source is not empty");
    exh_source_close(&s);

    CHECK(open_pipe("from a pipe", &s) == EXH_OK && s.size == 11, "pipe: %s", err.text);
    CHECK(s.read(s.ctx, 7, (uint8_t *)got, 4, &err) == EXH_OK && memcmp(got, "pipe", 4) == 0,
          "pipe: %.4s", got);
    exh_source_close(&s);

    CHECK(exh_source_open("none", &s, &err) == EXH_NOT_FOUND, "%s", err.text);
    CHECK(strstr(err.text, "none: cannot open"), "says: %s", err.text);
    CHECK(exh_source_open(".", &s, NULL) == EXH_IO, "a folder was opened");
}

static void test_whole(void)
{
    static const size_t sizes[] = { 0, 1, 8191, 8192, 8193, 20000, 65536 };
    uint8_t *p = NULL;
    size_t n = 0;

    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        uint8_t *text = calloc(1, sizes[i] + 1);
        if (!text)
            abort();
        memset(text, 'x', sizes[i]);
        (void)exh_file_write("w", EXH_OUTPUT_REPLACE, (struct exh_bytes){ text, sizes[i] }, &err);
        CHECK(exh_file_read("w", 65536, &p, &n, &err) == EXH_OK && n == sizes[i] &&
                  memcmp(p, text, n) == 0,
              "%zu bytes: %s", sizes[i], err.text);
        free(p);
        p = NULL;
        if (sizes[i])
            CHECK(exh_file_read("w", sizes[i] - 1, &p, &n, &err) == EXH_LIMIT, "%zu bytes, limit",
                  sizes[i]);
        free(text);
    }
    CHECK(exh_file_read("none", 10, &p, &n, &err) == EXH_NOT_FOUND, "%s", err.text);
}

int main(void)
{
    if (!mkdtemp(folder) || chdir(folder) != 0)
        abort();
    test_outputs();
    test_abandon();
    test_sources();
    test_whole();
    const char *const made[] = { "a", "b", "c", "d", "k", "link", "dangling", "stays", "s", "w" };
    for (size_t i = 0; i < ARRAY_N(made); i++)
        (void)unlink(made[i]);
    CHECK(chdir("/") == 0 && rmdir(folder) == 0, "%s holds files that nobody expected", folder);
    return check_done();
}
