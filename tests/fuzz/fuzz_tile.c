/*
 * Any path of a tile; and any bytes as the tiles of a log, which a stranger keeps. What is accepted as a
 * path is the only way to write it; whatever the tiles hold, reading ends.
 *
 * Input: a line, then the size of the log in 8 bytes, then what every tile and bundle is read as.
 */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "fuzz_crypto.h"
#include "log/audit.h"
#include "log/view.h"
#include "log/writer.h"

#define READS_MAX 64

struct stranger {
    struct exh_bytes bytes;
    size_t reads;
};

static enum exh_status read_tile(void *ctx, const struct tlog_tile *tile, struct buf *to,
                                 struct exh_error *err)
{
    struct stranger *s = ctx;

    REQUIRE(tile->width >= 1 && tile->width <= TLOG_TILE_WIDTH);
    if (s->reads++ == READS_MAX)
        return fail(err, EXH_NETWORK, "the stranger is tired");
    buf_put_bytes(to, s->bytes);
    return EXH_OK;
}

static enum exh_status write_tile(void *ctx, const struct tlog_tile *tile, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    struct exh_bytes cut;

    (void)ctx;
    REQUIRE(tlog_tile_cut(tile, bytes, &cut, err) == EXH_OK && cut.n == bytes.n);
    return EXH_OK;
}

static void check_path(struct exh_bytes path)
{
    char again[TLOG_PATH_MAX];
    struct tlog_tile tile;
    struct exh_error err;

    if (tlog_tile_read_path(path, &tile, &err) == EXH_OK) {
        REQUIRE(tile.width <= tlog_tile_width(tile.level, tile.index, TLOG_SIZE_MAX));
        tlog_tile_path(&tile, again);
        REQUIRE(bytes_are(path, again));
    }
}

static void append(const struct tlog_tiles *tiles, const struct tlog_head *head)
{
    const struct exh_bytes entries[] = { bytes_of("one"), bytes_of("two"), bytes_of("") };
    struct tlog_writer *w = NULL;
    struct exh_error err;

    if (tlog_writer_new(fuzz_crypto(), tiles, head, &w, &err) == EXH_OK) {
        if (tlog_writer_append(w, entries, 3, &err) == EXH_OK)
            REQUIRE(tlog_writer_head(w)->size == head->size + 3);
    }
    tlog_writer_free(w);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct reader in = reader_over((struct exh_bytes){ p, n }, 0);
    const struct exh_bytes line = reader_until(&in, '\n');
    struct tlog_head head = { reader_u64(&in) & TLOG_SIZE_MAX, { { 0 } } };
    struct stranger stranger = { .bytes = in.rest };
    const struct tlog_tiles tiles = { .read = read_tile, .write = write_tile, .ctx = &stranger };
    struct tlog_head older = { head.size / 3, { { 0 } } };
    struct tlog_proof proof;
    struct tlog_hash leaf;
    struct exh_judgement j;
    struct exh_error err;
    struct tlog_view v;

    check_path((struct exh_bytes){ p, n });
    check_path(line);
    if (in.failed)
        return 0;
    tlog_view_init(&v, fuzz_crypto(), &tiles, &head);
    if (tlog_prove_inclusion(&v, head.size / 2, &leaf, &proof, &err) == EXH_OK)
        REQUIRE(proof.n <= TLOG_PROOF_MAX);
    if (tlog_prove_consistency(&v, &older, &proof, &err) == EXH_OK)
        REQUIRE(proof.n <= TLOG_PROOF_MAX);
    tlog_view_free(&v);
    stranger.reads = 0;
    append(&tiles, &head);
    stranger.reads = 0;
    if (tlog_audit(fuzz_crypto(), &tiles, &head, NULL, NULL, &j, &err) == EXH_OK)
        REQUIRE(j.holds == (j.reason[0] == '\0'));
    return 0;
}
