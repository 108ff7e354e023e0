#include "world.h"

static struct world w;

static struct exh_bytes some(const uint8_t *p, size_t n)
{
    return (struct exh_bytes){ p, n };
}

static uint8_t *random_bytes(size_t n, unsigned seed)
{
    uint8_t *p = malloc(n ? n : 1);

    fill(p, n, seed);
    return p;
}

/* A blob comes back as it was, read from any place, whatever its size is to the size of a piece. */
static void test_blob_sizes(void)
{
    static const size_t sizes[] = { 0,
                                    1,
                                    400,
                                    STORE_PIECE - 1,
                                    STORE_PIECE,
                                    STORE_PIECE + 1,
                                    3 * STORE_PIECE,
                                    3 * STORE_PIECE + 77 };

    for (size_t i = 0; i < ARRAY_N(sizes); i++) {
        const size_t n = sizes[i];
        uint8_t *bytes = random_bytes(n, (unsigned)n + 1), *back = malloc(n ? n : 1);
        struct store_blob blob = { 0 }, row = { 0 };
        struct store_reader *r = NULL;
        uint64_t size = 0;

        must(store_put_bytes(w.home, some(bytes, n), &blob, &err), "put");
        CHECK(blob.size == n && blob.sums_n == (n + STORE_PIECE - 1) / STORE_PIECE * 16,
              "%zu: %zu bytes of sums", n, blob.sums_n);
        CHECK(store_has_blob(w.s, blob.hash, &size, &err) == EXH_NOT_FOUND, "row before: %s",
              err.text);
        must(store_add_blob(w.s, &blob, &err), "row");
        must(store_add_blob(w.s, &blob, &err), "row again");
        CHECK(store_has_blob(w.s, blob.hash, &size, &err) == EXH_OK && size == n, "row: %s",
              err.text);
        must(store_get_blob(w.s, blob.hash, &row, &err), "get");
        must(store_reader_open(w.home, &row, &r, &err), "open");
        CHECK(!row.sums, "sums were not taken over");
        const struct exh_source *source = store_reader_source(r);
        CHECK(source->size == n, "size");
        CHECK(source->read(source->ctx, 0, back, n, &err) == EXH_OK && memcmp(back, bytes, n) == 0,
              "%zu: whole: %s", n, err.text);
        for (size_t at = n / 3; n && at < n; at += n / 3 + 1) {
            const size_t part = n - at < 5000 ? n - at : 5000;
            CHECK(source->read(source->ctx, at, back, part, &err) == EXH_OK &&
                      memcmp(back, bytes + at, part) == 0,
                  "%zu: at %zu: %s", n, at, err.text);
        }
        store_reader_close(r);
        store_blob_free(&blob);
        free(bytes);
        free(back);
    }
}

static void test_intake(void)
{
    uint8_t id[STORE_ID], *bytes = random_bytes(100000, 3), back[1000];
    struct store_intake *in = NULL;
    struct store_blob blob = { 0 }, same = { 0 };
    char spool[160];
    struct stat st;

    fill(id, sizeof id, 70);
    CHECK(store_intake_open(w.home, id, 5, &in, &err) == EXH_NOT_FOUND, "none: %s", err.text);
    must(store_intake_open(w.home, id, 0, &in, &err), "new");
    must(store_intake_append(in, some(bytes, 60000), &err), "append");
    must(store_intake_sync(in, &err), "sync");
    must(store_intake_append(in, some(bytes + 60000, 10), &err), "append");
    CHECK(store_intake_size(in) == 60010, "size");
    store_intake_close(in);

    CHECK(store_intake_open(w.home, id, 60011, &in, &err) == EXH_MALFORMED, "lost bytes: %s",
          err.text);
    must(store_intake_open(w.home, id, 60000, &in, &err), "again");
    must(store_intake_append(in, some(bytes + 60000, 40000), &err), "rest");
    struct exh_source source = store_intake_source(in);
    CHECK(source.size == 100000 && source.read(source.ctx, 59500, back, 1000, &err) == EXH_OK &&
              memcmp(back, bytes + 59500, 1000) == 0,
          "look: %s", err.text);
    must(store_intake_put(in, NULL, &blob, &err), "put");
    CHECK(store_intake_append(in, some(bytes, 1), &err) == EXH_INVALID, "append after put: %s",
          err.text);
    CHECK(store_intake_put(in, NULL, &same, &err) == EXH_INVALID, "put twice: %s", err.text);
    store_intake_close(in);

    // The same as in one piece; and the file in the spool is still there, for a crash now.
    must(store_put_bytes(w.home, some(bytes, 100000), &same, &err), "whole");
    CHECK(memcmp(same.hash, blob.hash, STORE_HASH) == 0 &&
              memcmp(same.sums, blob.sums, blob.sums_n) == 0,
          "resumed is not the same as whole");
    store_blob_free(&same);
    must(store_intake_open(w.home, id, 60000, &in, &err), "after a crash");
    must(store_intake_append(in, some(bytes, 100), &err), "other bytes");
    must(store_intake_put(in, NULL, &same, &err), "put");
    CHECK(memcmp(same.hash, blob.hash, STORE_HASH) != 0, "other bytes, same hash");
    store_intake_close(in);
    struct store_reader *r = NULL;
    must(store_reader_open(w.home, &blob, &r, &err), "the first blob");
    CHECK(store_reader_source(r)->read(store_reader_source(r)->ctx, 99000, back, 1000, &err) ==
                  EXH_OK &&
              memcmp(back, bytes + 99000, 1000) == 0,
          "a blob was written through its name in the spool: %s", err.text);
    store_reader_close(r);
    store_blob_free(&same);

    (void)snprintf(spool, sizeof spool, "%s/spool", w.path);
    must(store_intake_remove(w.home, id, &err), "remove");
    must(store_intake_remove(w.home, id, &err), "remove none");
    CHECK(stat(spool, &st) == 0 && rmdir(spool) == 0 && mkdir(spool, 0700) == 0,
          "something is left in the spool");
    world_close(&w);
    world_open(&w);

    must(store_intake_open(w.home, id, 0, &in, &err), "new");
    must(store_intake_append(in, some(bytes, 10), &err), "append");
    CHECK(store_intake_put(in, blob.hash, &same, &err) == EXH_INVALID, "other hash: %s", err.text);
    store_intake_close(in);
    must(store_intake_remove(w.home, id, &err), "remove");
    free(bytes);
    store_blob_free(&blob);
}

static void test_objects(void)
{
    struct store_object o = an_object(w.cam, 8), got, list[8];
    struct store_version v = a_version(w.body, STORE_PIECE + 1000, 8), found;
    uint8_t longer[STORE_HASH], head[STORE_HASH];
    int64_t id = 0, first = 0, second = 0, other = 0;
    uint64_t released = 0;
    size_t n;

    CHECK(store_get_object(w.s, w.oid, &got, &err) == EXH_OK && got.version == 1 &&
              got.has_frames && got.frame_first == 7 && got.certificate == w.cert &&
              strcmp(got.media_type, "image/jpeg") == 0,
          "%s", err.text);
    CHECK(store_add_object(w.s, &got, &v, &id, &first, &err) == EXH_INVALID, "same oid: %s",
          err.text);
    o.frame_last = 3;
    CHECK(store_add_object(w.s, &o, &v, &id, &first, &err) == EXH_INVALID, "frames: %s", err.text);
    o.frame_last = o.frame_first = 8;
    fill(v.body, sizeof v.body, 4711);
    CHECK(store_add_object(w.s, &o, &v, &id, &first, &err) == EXH_INVALID, "no such blob: %s",
          err.text);
    CHECK(store_get_object(w.s, o.oid, &got, &err) == EXH_NOT_FOUND,
          "an object without a version was left");
    memcpy(v.body, w.body, STORE_HASH);
    o.state = STORE_QUARANTINED;
    CHECK(store_add_object(w.s, &o, &v, &id, &first, &err) == EXH_OK, "%s", err.text);
    CHECK(store_list_state(w.s, STORE_QUARANTINED, 0, list, 8, &n, &err) == EXH_OK && n == 1,
          "quarantine: %zu", n);
    CHECK(store_release_quarantine(w.s, w.cam, &released, &err) == EXH_OK && released == 1,
          "release: %s", err.text);
    CHECK(store_release_quarantine(w.s, w.cam, &released, &err) == EXH_OK && released == 0,
          "nothing to release: %s", err.text);
    CHECK(store_set_object_state(w.s, id, STORE_CONFLICT, &err) == EXH_OK &&
              store_get_object_by_id(w.s, id, &got, &err) == EXH_OK && got.state == STORE_CONFLICT,
          "state: %s", err.text);
    CHECK(store_set_object_state(w.s, 4711, STORE_CONFLICT, &err) == EXH_NOT_FOUND, "%s", err.text);

    // A second version extends the first, once.
    put_blob(&w, STORE_PIECE + 2000, 88, longer);
    memcpy(head, v.head, STORE_HASH);
    struct store_version next = a_version(longer, STORE_PIECE + 2000, 9);
    next.log_idx = 2;
    CHECK(store_extend_object(w.s, o.oid, next.head, &next, &second, &err) == EXH_INVALID,
          "stale: %s", err.text);
    CHECK(store_extend_object(w.s, o.oid, head, &next, &second, &err) == EXH_OK, "%s", err.text);
    CHECK(store_extend_object(w.s, o.oid, head, &next, &second, &err) == EXH_INVALID, "twice: %s",
          err.text);
    CHECK(store_extend_object(w.s, o.oid, next.head, &v, &second, &err) == EXH_INVALID,
          "shorter: %s", err.text);
    CHECK(store_extend_object(w.s, next.head, head, &next, &second, &err) == EXH_NOT_FOUND,
          "no such object: %s", err.text);
    CHECK(store_get_version(w.s, id, 0, &found, &err) == EXH_OK && found.number == 2 &&
              found.id == second && found.size == STORE_PIECE + 2000,
          "newest: %s", err.text);
    CHECK(store_get_version(w.s, id, 1, &found, &err) == EXH_OK && found.id == first &&
              found.clock_offset_us == -20,
          "first: %s", err.text);
    CHECK(store_get_version(w.s, id, 3, &found, &err) == EXH_NOT_FOUND, "third: %s", err.text);
    CHECK(store_find_version(w.s, id, w.body, head, &found, &err) == EXH_OK && found.id == first,
          "replay: %s", err.text);
    CHECK(store_find_version(w.s, id, longer, head, &found, &err) == EXH_NOT_FOUND, "%s", err.text);

    // Receipts.
    struct buf token = buf_with_limit(100), receipt = buf_with_limit(100);
    CHECK(store_list_unreceipted(w.s, 0, &found, 1, &n, &err) == EXH_OK && n == 1 &&
              found.id == first,
          "unreceipted: %zu", n);
    CHECK(store_get_receipt(w.s, first, &token, &receipt, &err) == EXH_NOT_FOUND, "%s", err.text);
    CHECK(store_set_receipt(w.s, first, some(o.oid, 0), some(o.oid, 9), &err) == EXH_OK &&
              store_get_receipt(w.s, first, &token, &receipt, &err) == EXH_OK && token.n == 0 &&
              receipt.n == 9,
          "receipt: %s", err.text);
    CHECK(store_list_unreceipted(w.s, first, &found, 1, &n, &err) == EXH_OK && n == 1 &&
              found.id == second,
          "unreceipted: %zu", n);
    CHECK(store_get_receipt(w.s, 4711, &token, &receipt, &err) == EXH_NOT_FOUND, "%s", err.text);
    buf_free(&token);
    buf_free(&receipt);

    // The same frame and the same first tick again: kept, and found.
    struct store_object twin = an_object(w.cam, 8);
    fill(twin.oid, sizeof twin.oid, 1234);
    twin.frame_last = 12;
    twin.received_us = 6000000;
    CHECK(store_add_object(w.s, &twin, &v, &other, &second, &err) == EXH_OK, "%s", err.text);
    static const struct {
        int64_t first, last;
        size_t n;
    } frames[] = { { 8, 8, 2 }, { 7, 7, 1 }, { 0, 100, 3 }, { 9, 12, 1 }, { 13, 20, 0 } };
    for (size_t i = 0; i < ARRAY_N(frames); i++)
        CHECK(store_find_frames(w.s, w.cam, frames[i].first, frames[i].last, list, 8, &n, &err) ==
                      EXH_OK &&
                  n == frames[i].n,
              "frames %jd: %zu", (intmax_t)frames[i].first, n);
    CHECK(store_find_first_tick(w.s, twin.first_tick, list, 8, &n, &err) == EXH_OK && n == 2,
          "first tick: %zu", n);
    CHECK(store_list_objects(w.s, w.cam, 0, 6000000, 0, list, 8, &n, &err) == EXH_OK && n == 2,
          "received: %zu", n);
    CHECK(store_list_objects(w.s, 0, 0, 6000001, 1, list, 8, &n, &err) == EXH_OK && n == 2,
          "received: %zu", n);
    CHECK(store_list_objects(w.s, w.ann, 0, 6000001, 0, list, 8, &n, &err) == EXH_OK && n == 0,
          "of ann: %zu", n);

    // A plain file: no frames, no ledger, no clock.
    struct store_object plain = {
        .account = w.ann, .kind = STORE_OTHER, .state = STORE_ACCEPTED, .received_us = 1
    };
    struct store_version bare = { .size = 400, .received_us = 1 };
    memcpy(bare.body, w.ledger, STORE_HASH);
    fill(plain.oid, sizeof plain.oid, 77);
    CHECK(store_add_object(w.s, &plain, &bare, &other, &second, &err) == EXH_OK &&
              store_get_object(w.s, plain.oid, &got, &err) == EXH_OK && !got.has_frames &&
              !got.has_captured && store_get_version(w.s, other, 0, &found, &err) == EXH_OK &&
              !found.has_clock,
          "plain: %s", err.text);
}

static void test_uploads(void)
{
    struct store_upload u, list[4];
    uint64_t forgotten = 0;
    uint8_t id[STORE_ID];
    struct buf out = buf_with_limit(100);
    size_t n;

    CHECK(store_get_upload(w.s, w.upload, &u, &err) == EXH_OK && u.offset == 0 &&
              u.state == STORE_UPLOAD_OPEN && u.has_length && u.length == 1000,
          "%s", err.text);
    CHECK(store_get_metadata(w.s, w.upload, &out, &err) == EXH_OK && out.n == 13, "%s", err.text);
    buf_free(&out);
    static const struct {
        uint64_t from, to;
        enum exh_status want;
    } steps[] = {
        { 0, 600, EXH_OK },
        { 0, 600, EXH_INVALID },
        { 600, 599, EXH_INVALID },
        { 600, 1001, EXH_INVALID },
        { 600, 600, EXH_OK },
        { 600, 1000, EXH_OK },
        { 1000, UINT64_MAX, EXH_INVALID },
    };
    for (size_t i = 0; i < ARRAY_N(steps); i++)
        CHECK(store_advance_upload(w.s, w.upload, steps[i].from, steps[i].to, 1100, 3000, &err) ==
                  steps[i].want,
              "step %zu: %s", i, err.text);
    CHECK(store_set_length(w.s, w.upload, 1000, 1100, &err) == EXH_OK, "same length: %s", err.text);
    CHECK(store_set_length(w.s, w.upload, 1001, 1100, &err) == EXH_INVALID, "other: %s", err.text);
    CHECK(store_advance_upload(w.s, w.done, 0, 5, 1100, 3000, &err) == EXH_DENIED, "closed: %s",
          err.text);
    CHECK(store_finish_upload(w.s, w.done, w.oid, 1100, &err) == EXH_DENIED, "closed: %s",
          err.text);
    CHECK(store_get_upload(w.s, w.done, &u, &err) == EXH_OK && u.state == STORE_UPLOAD_DONE &&
              memcmp(u.oid, w.oid, STORE_HASH) == 0,
          "%s", err.text);

    u = (struct store_upload){ .account = w.cam, .door = STORE_DOOR_FTPS, .expires_at = 1500 };
    fill(u.id, sizeof u.id, 90);
    memcpy(id, u.id, sizeof id);
    u.has_length = true;
    u.length = STORE_BLOB_MAX + 1;
    CHECK(store_add_upload(w.s, &u, some(NULL, 0), &err) == EXH_LIMIT, "large: %s", err.text);
    u.has_length = false;
    CHECK(store_add_upload(w.s, &u, some(NULL, 0), &err) == EXH_OK, "growing: %s", err.text);
    CHECK(store_add_upload(w.s, &u, some(NULL, 0), &err) == EXH_INVALID, "twice: %s", err.text);
    CHECK(store_advance_upload(w.s, id, 0, 5000, 1100, 1500, &err) == EXH_OK, "%s", err.text);
    CHECK(store_set_length(w.s, id, 4999, 1100, &err) == EXH_INVALID, "shorter: %s", err.text);
    CHECK(store_set_length(w.s, id, 6000, 1100, &err) == EXH_OK &&
              store_get_upload(w.s, id, &u, &err) == EXH_OK && u.length == 6000,
          "length: %s", err.text);
    CHECK(store_list_expired(w.s, 1500, list, 4, &n, &err) == EXH_OK && n == 0, "expired: %zu", n);
    CHECK(store_list_expired(w.s, 1501, list, 4, &n, &err) == EXH_OK && n == 1, "expired: %zu", n);
    CHECK(store_refuse_upload(w.s, id, "forged", 1700, &err) == EXH_OK &&
              store_get_upload(w.s, id, &u, &err) == EXH_OK && u.state == STORE_UPLOAD_REFUSED &&
              strcmp(u.reason, "forged") == 0,
          "refuse: %s", err.text);
    CHECK(store_forget_uploads(w.s, 1650, &forgotten, &err) == EXH_OK && forgotten == 1,
          "forget: %ju", (uintmax_t)forgotten);
    CHECK(store_get_upload(w.s, w.done, &u, &err) == EXH_NOT_FOUND &&
              store_get_upload(w.s, id, &u, &err) == EXH_OK,
          "the wrong one was forgotten");
    fill(id, sizeof id, 91);
    CHECK(store_refuse_upload(w.s, id, "", 1, &err) == EXH_NOT_FOUND, "none: %s", err.text);
}

static enum exh_status stop_at(void *ctx, const struct store_entry *e, struct exh_error *why)
{
    (void)why;
    *(uint64_t *)ctx = e->idx;
    return e->idx == 5 ? EXH_DENIED : EXH_OK;
}

static void test_log(void)
{
    // RFC 6962: the hash of a leaf that is empty, SHA-256(00).
    static const uint8_t empty[4] = { 0x6e, 0x34, 0x0b, 0x9c };
    uint8_t leaf[STORE_HASH], leaves[3][STORE_HASH], *large = calloc(1, STORE_ENTRY_MAX + 1);
    uint64_t n = 0, last = 0;
    int64_t idx = -1;

    CHECK(store_log_size(w.s, &n, &err) == EXH_OK && n == WORLD_ENTRIES, "size %ju", (uintmax_t)n);
    CHECK(store_append_entry(w.s, some(NULL, 0), 5, &idx, leaf, &err) == EXH_OK &&
              idx == WORLD_ENTRIES && memcmp(leaf, empty, 4) == 0,
          "empty entry: %s", err.text);
    CHECK(store_append_entry(w.s, some(large, STORE_ENTRY_MAX), 5, &idx, NULL, &err) == EXH_OK &&
              idx == WORLD_ENTRIES + 1,
          "large entry: %s", err.text);
    CHECK(store_append_entry(w.s, some(large, STORE_ENTRY_MAX + 1), 5, &idx, NULL, &err) ==
              EXH_LIMIT,
          "too large: %s", err.text);
    free(large);
    CHECK(store_get_leaves(w.s, WORLD_ENTRIES - 1, 3, leaves, &err) == EXH_OK &&
              memcmp(leaves[1], leaf, STORE_HASH) == 0,
          "leaves: %s", err.text);
    CHECK(store_get_leaves(w.s, WORLD_ENTRIES, 3, leaves, &err) == EXH_MALFORMED,
          "beyond the end: %s", err.text);
    CHECK(store_read_entries(w.s, 2, 10, stop_at, &last, &err) == EXH_DENIED && last == 5,
          "stopped at %ju", (uintmax_t)last);
    CHECK(store_read_entries(w.s, 0, 0, stop_at, &last, &err) == EXH_OK, "none: %s", err.text);

    // An entry of a part that was undone leaves no gap.
    must(store_begin(w.s, &err), "begin");
    must(store_begin_part(w.s, &err), "part");
    must(store_append_entry(w.s, some(leaf, 3), 5, &idx, NULL, &err), "append");
    must(store_end_part(w.s, false, &err), "undo");
    int64_t again = -1;
    must(store_append_entry(w.s, some(leaf, 4), 5, &again, NULL, &err), "append");
    CHECK(again == idx, "a gap: %jd", (intmax_t)again);
    must(store_commit(w.s, &err), "commit");
}

static void test_custody(void)
{
    struct store_custody list[8], e = { .at_us = 9, .zone_min = -300, .actor = "ann" };
    uint8_t hash[STORE_HASH], none[STORE_HASH] = { 0 };
    uint64_t seq = 0;
    size_t n;

    CHECK(store_list_custody(w.s, w.oid, 0, list, 8, &n, &err) == EXH_OK && n == 3 &&
              list[0].seq == 1 && memcmp(list[0].previous, none, STORE_HASH) == 0 &&
              memcmp(list[1].previous, list[0].hash, STORE_HASH) == 0 && list[2].zone_min == 60,
          "chain: %s", err.text);
    CHECK(store_get_custody_head(w.s, w.oid, &seq, hash, &err) == EXH_OK && seq == 3 &&
              memcmp(hash, list[2].hash, STORE_HASH) == 0,
          "head: %s", err.text);
    CHECK(store_list_custody(w.s, w.oid, 1, list, 1, &n, &err) == EXH_OK && n == 1 &&
              list[0].seq == 2,
          "page: %s", err.text);
    CHECK(store_get_custody_head(w.s, none, &seq, hash, &err) == EXH_NOT_FOUND, "%s", err.text);
    memcpy(e.oid, w.oid, STORE_HASH);
    memset(e.detail, 'd', sizeof e.detail - 1);
    CHECK(store_add_custody(w.s, &e, &err) == EXH_OK &&
              store_list_custody(w.s, w.oid, 3, list, 8, &n, &err) == EXH_OK && n == 1 &&
              strlen(list[0].detail) == STORE_DETAIL_MAX - 1 && list[0].zone_min == -300,
          "fourth: %s", err.text);

    // Every field is in the hash.
    must(store_custody_hash(exh_crypto_openssl(), &list[0], hash, &err), "hash");
    CHECK(memcmp(hash, list[0].hash, STORE_HASH) == 0, "hash");
    struct store_custody other[12];
    for (size_t i = 0; i < ARRAY_N(other); i++)
        other[i] = list[0];
    other[0].seq++;
    other[1].at_us++;
    other[2].zone_min++;
    other[3].actor[0] ^= 1;
    other[4].action[0] = 'x';
    other[5].origin[0] = 'x';
    other[6].authority[0] = 'x';
    other[7].result[0] = 'x';
    other[8].detail[7] ^= 1;
    other[9].before[3] ^= 1;
    other[10].after[3] ^= 1;
    other[11].previous[3] ^= 1;
    for (size_t i = 0; i < ARRAY_N(other); i++) {
        must(store_custody_hash(exh_crypto_openssl(), &other[i], hash, &err), "hash");
        CHECK(memcmp(hash, list[0].hash, STORE_HASH) != 0, "field %zu is not in the hash", i);
    }
}

static void test_counts(void)
{
    struct store_counts c;

    CHECK(store_count(w.s, &c, &err) == EXH_OK && c.cameras == 1 && c.people == 1 &&
              c.objects == 4 && c.uploads == 1 && c.alarms == 1 && c.quarantined == 0 &&
              c.log_entries == WORLD_ENTRIES + 3 && c.database_bytes > 40960,
          "%s", err.text);
    uint64_t all = 0, left = 0;
    CHECK(store_home_space(w.home, &all, &left, &err) == EXH_OK && all >= left && left > 0, "%s",
          err.text);
}

int main(void)
{
    world_make(&w);
    test_blob_sizes();
    test_intake();
    test_objects();
    test_uploads();
    test_log();
    test_custody();
    test_counts();
    world_end(&w);
    return check_done();
}
