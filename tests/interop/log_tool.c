/*
 * log_tool.c -- our transparency log as a stranger meets it: test_log.py runs it beside logpeer (go/).
 *
 *     log_tool make DIR SIZE     write a log, and claims about it, true ones and others
 *     log_tool check DIR         read a log whole: checkpoint, tiles, entries
 *     log_tool judge             answer each claim of standard input with a line, yes or no
 */
#include "log_tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "log/audit.h"
#include "log/checkpoint.h"

#define PATH_N     512
#define CLAIM_MAX  ((size_t)1 << 20)
#define FILE_BYTES TLOG_BUNDLE_MAX

void must(enum exh_status status, const struct exh_error *err)
{
    if (status) {
        fprintf(stderr, "log_tool: %s\n", err->text);
        exit(1);
    }
}

static enum exh_status read_file(const char *path, struct buf *to, struct exh_error *err)
{
    FILE *f = fopen(path, "rb");
    uint8_t piece[4096];
    size_t n;

    if (!f)
        return fail(err, errno == ENOENT ? EXH_NOT_FOUND : EXH_IO, "%s: %s", path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        buf_put(to, piece, n);
    fclose(f);
    return EXH_OK;
}

// Makes the folders above it too.
static enum exh_status write_file(char *path, struct exh_bytes bytes, struct exh_error *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *f = fopen(path, "wb");
    if (!f)
        return fail(err, EXH_IO, "%s: %s", path, strerror(errno));
    const bool written = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    return fclose(f) == 0 && written ? EXH_OK : fail(err, EXH_IO, "%s: not written", path);
}

static void tile_file(const char *folder, const struct tlog_tile *tile, char path[PATH_N])
{
    char name[TLOG_PATH_MAX];

    tlog_tile_path(tile, name);
    snprintf(path, PATH_N, "%s/%s", folder, name);
}

static enum exh_status read_tile(void *ctx, const struct tlog_tile *tile, struct buf *to,
                                 struct exh_error *err)
{
    char path[PATH_N];

    tile_file(ctx, tile, path);
    return read_file(path, to, err);
}

static enum exh_status write_tile(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    char path[PATH_N];

    tile_file(ctx, tile, path);
    return write_file(path, bytes, err);
}

struct tlog_tiles tiles_in(const char *folder)
{
    static char name[PATH_N];

    snprintf(name, sizeof name, "%s", folder);
    return (struct tlog_tiles){ .read = read_tile, .write = write_tile, .ctx = name };
}

void read_whole(const char *folder, const char *name, struct buf *to)
{
    char path[PATH_N];
    struct exh_error err;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    must(read_file(path, to, &err), &err);
    must(buf_finish(to, &err), &err);
}

void write_whole(const char *folder, const char *name, struct exh_bytes bytes)
{
    char path[PATH_N];
    struct exh_error err;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    must(write_file(path, bytes, &err), &err);
}

static void check_log(const char *folder)
{
    const struct tlog_tiles tiles = tiles_in(folder);
    struct buf vkey = buf_with_limit(FILE_BYTES), signed_head = buf_with_limit(FILE_BYTES);
    struct exh_judgement j;
    struct note_key key;
    struct checkpoint c;
    struct exh_error err;

    read_whole(folder, "vkey", &vkey);
    read_whole(folder, "checkpoint", &signed_head);
    must(note_key_read(exh_crypto_openssl(), (struct exh_bytes){ vkey.p, vkey.n - 1 }, &key, &err),
         &err);
    must(checkpoint_open(exh_crypto_openssl(), buf_view(&signed_head), &key, 1, &c, &j, &err),
         &err);
    if (j.holds)
        must(tlog_audit(exh_crypto_openssl(), &tiles, &c.head, NULL, NULL, &j, &err), &err);
    if (!j.holds)
        must(fail(&err, EXH_MALFORMED, "%s", j.reason), &err);
    printf("%" PRIu64 " entries\n", c.head.size);
    buf_free(&vkey);
    buf_free(&signed_head);
}

static void judge_all(void)
{
    static char line[CLAIM_MAX];

    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        puts(judge_claim(line) ? "yes" : "no");
    }
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "make") == 0) {
        make_log(argv[2], strtoull(argv[3], NULL, 10));
    } else if (argc == 3 && strcmp(argv[1], "check") == 0) {
        check_log(argv[2]);
    } else if (argc == 2 && strcmp(argv[1], "judge") == 0) {
        judge_all();
    } else {
        fputs("usage: log_tool make DIR SIZE | check DIR | judge\n", stderr);
        return 2;
    }
    return 0;
}
