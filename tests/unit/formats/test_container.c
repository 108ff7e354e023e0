/* test_container.c -- dispatch, sidecars, and what all formats share. */
#include "container_case.h"

#define JPEG "\xFF\xD8\xFF\xDB\x00\x04\x00\x01\xFF\xDA\x00\x04\x01\x02xy\xFF\xD9"

static void test_detect(void)
{
    static const struct {
        const char *name;
        const char *bytes;
        size_t n;
        enum format want;
    } cases[] = {
        { "nothing", "", 0, FORMAT_UNKNOWN },
        { "text", "hello, world", 12, FORMAT_UNKNOWN },
        { "JPEG", JPEG, 18, FORMAT_JPEG },
        { "SOI alone", "\xFF\xD8", 2, FORMAT_JPEG },
        { "PNG", "\x89PNG\r\n\x1A\n", 8, FORMAT_PNG },
        { "PNG cut", "\x89PNG\r\n\x1A", 7, FORMAT_UNKNOWN },
        { "PNG sent as text", "\x89PNG\n\x1A\n\0", 8, FORMAT_UNKNOWN },
        { "WebP", "RIFF\4\0\0\0WEBP", 12, FORMAT_RIFF },
        { "WAV", "RIFF\4\0\0\0WAVE", 12, FORMAT_RIFF },
        { "AVI", "RIFF\4\0\0\0AVI ", 12, FORMAT_RIFF },
        { "RF64", "RF64\4\0\0\0WAVE", 12, FORMAT_RIFF },
        { "RIFF of another kind", "RIFF\4\0\0\0ACON", 12, FORMAT_UNKNOWN },
        { "RIFF cut", "RIFF\4\0\0\0AVI", 11, FORMAT_UNKNOWN },
        { "sidecar", "\0\0\0\x50jumb\0\0\0\x1Ejumdc2pa", 20, FORMAT_STORE },
        { "JUMBF of another kind", "\0\0\0\x50jumb\0\0\0\x1Ejumdjson", 20, FORMAT_UNKNOWN },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        uint8_t *copy = exact_copy(cases[i].bytes, cases[i].n);
        struct exh_source s = exh_source_memory(copy, cases[i].n);
        struct exh_error err;
        enum format format = FORMAT_BMFF;
        CHECK(format_detect(&s, &format, &err) == EXH_OK && format == cases[i].want, "%s: %d",
              cases[i].name, format);
        free(copy);
    }
}

static enum exh_status refuse(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err)
{
    (void)ctx;
    (void)at;
    (void)to;
    (void)n;
    strcpy(err->text, "disk on fire");
    return EXH_IO;
}

static void test_io_error(void)
{
    struct exh_source s = { .size = 100, .read = refuse };
    struct exh_error err;
    struct container c;
    enum format format;

    CHECK(format_detect(&s, &format, &err) == EXH_IO, "detect: %s", err.text);
    CHECK(container_read(&s, &c, &err) == EXH_IO, "read: %s", err.text);
}

static void test_sidecar(void)
{
    struct buf store;
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct buf hashed = buf_with_limit(PLAN_RUN_MAX);
    struct container c;
    struct exh_error err;

    plan_run_store(&store, 500);
    CHECK(case_container(buf_view(&store), &c, &err) == EXH_OK, "%s", err.text);
    CHECK(c.format == FORMAT_STORE && strcmp(c.mime, "application/c2pa") == 0, "%d %s", c.format,
          c.mime);
    CHECK(c.store.at == 0 && c.store.n == 500 && bytes_equal(buf_view(&c.jumbf), buf_view(&store)),
          "store");
    container_free(&c);

    CHECK(case_plan(buf_view(&store), PLAN_EMBED, 700, &out, &hashed, &err) == EXH_OK, "%s",
          err.text);
    case_holds("sidecar", buf_view(&out), 700, &hashed, NULL);
    CHECK(case_plan(buf_view(&store), PLAN_UPDATE, 700, &out, &hashed, &err) == EXH_OK, "%s",
          err.text);
    case_holds("sidecar", buf_view(&out), 700, &hashed, NULL);
    CHECK(case_plan(buf_view(&store), PLAN_STRIP, 0, &out, NULL, &err) == EXH_UNSUPPORTED, "strip");

    // Zeros behind the store are left out, other bytes are not.
    buf_put_zeros(&store, 9);
    CHECK(case_container(buf_view(&store), &c, &err) == EXH_OK && c.jumbf.n == 500, "%zu bytes",
          c.jumbf.n);
    container_free(&c);
    store.p[500] = 1;
    CHECK(case_container(buf_view(&store), &c, &err) == EXH_OK && c.jumbf.n == 509, "%zu bytes",
          c.jumbf.n);
    container_free(&c);

    store.n = 37;
    case_refused("cut", buf_view(&store), EXH_MALFORMED, "37 bytes are less");
    buf_clear(&store);
    struct exh_source huge = { .size = STORE_MAX + 1, .read = case_read };
    struct buf big = { 0 };
    plan_run_store(&big, STORE_MAX + 1);
    huge.memory = big.p;
    CHECK(container_read(&huge, &c, &err) == EXH_LIMIT, "%s", err.text);
    buf_free(&big);
    buf_free(&store);
    buf_free(&out);
    buf_free(&hashed);
}

static void test_goals(void)
{
    static const struct {
        const char *name;
        bool with_store;
        enum plan_goal goal;
        size_t store_n;
        enum exh_status want;
    } cases[] = {
        { "embed", false, PLAN_EMBED, 100, EXH_OK },
        { "embed nothing", false, PLAN_EMBED, 0, EXH_INVALID },
        { "embed too little", false, PLAN_EMBED, STORE_MIN - 1, EXH_INVALID },
        { "embed the most", false, PLAN_EMBED, STORE_MAX, EXH_OK },
        { "embed too much", false, PLAN_EMBED, STORE_MAX + 1, EXH_INVALID },
        { "update", true, PLAN_UPDATE, 100, EXH_OK },
        { "update nothing", false, PLAN_UPDATE, 100, EXH_INVALID },
        { "append", false, PLAN_APPEND, 100, EXH_UNSUPPORTED },
        { "strip", true, PLAN_STRIP, 0, EXH_OK },
        { "strip with a store", true, PLAN_STRIP, 100, EXH_INVALID },
        { "none", true, PLAN_NONE, 0, EXH_OK },
        { "none with a store", true, PLAN_NONE, 100, EXH_INVALID },
    };
    const struct exh_bytes bare = { (const uint8_t *)JPEG, sizeof(JPEG) - 1 };
    struct buf with = buf_with_limit(PLAN_RUN_MAX);
    struct buf out = buf_with_limit(PLAN_RUN_MAX);
    struct exh_error err;

    CHECK(case_plan(bare, PLAN_EMBED, 60, &with, NULL, &err) == EXH_OK, "%s", err.text);
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        enum exh_status got = case_plan(cases[i].with_store ? buf_view(&with) : bare, cases[i].goal,
                                        cases[i].store_n, &out, NULL, &err);
        CHECK(got == cases[i].want, "%s: %d (%s)", cases[i].name, got, err.text);
    }
    buf_free(&with);
    buf_free(&out);
}

/* A file of no known format can have a sidecar, and nothing else. */
static void test_unknown(void)
{
    const struct exh_bytes text = { (const uint8_t *)"hello, world", 12 };
    struct exh_source s = exh_source_memory(text.p, text.n);
    struct container c = { .format = FORMAT_UNKNOWN };
    struct buf out = buf_with_limit(100);
    struct plan *plan = NULL;
    struct exh_error err;

    CHECK(plan_new(&s, &c, PLAN_NONE, 0, &plan, &err) == EXH_OK, "%s", err.text);
    plan_run(&s, plan, (struct exh_bytes){ 0 }, &out, NULL);
    CHECK(bytes_equal(buf_view(&out), text), "copy");
    plan_free(plan);
    CHECK(plan_new(&s, &c, PLAN_EMBED, 100, &plan, &err) == EXH_UNSUPPORTED, "embed");
    CHECK(plan_new(&s, &c, PLAN_STRIP, 0, &plan, &err) == EXH_UNSUPPORTED, "strip");
    CHECK(container_boxes(&s, &c, case_visit, NULL, &err) == EXH_UNSUPPORTED, "boxes");
    buf_free(&out);
    plan_free(NULL);
    container_free(NULL);
}

/* A store of another size than planned is refused, and an output too small for it. */
static void test_frame(void)
{
    struct exh_source s = exh_source_memory((const uint8_t *)JPEG, sizeof(JPEG) - 1);
    struct buf out = buf_with_limit(100);
    struct buf store;
    struct container c;
    struct plan *plan = NULL;
    struct exh_error err;

    plan_run_store(&store, 200);
    CHECK(container_read(&s, &c, &err) == EXH_OK, "%s", err.text);
    CHECK(plan_new(&s, &c, PLAN_EMBED, 200, &plan, &err) == EXH_OK, "%s", err.text);
    CHECK(plan_frame(plan, buf_view(&store), &out, &err) == EXH_LIMIT, "%s", err.text);
    store.n = 199;
    CHECK(plan_frame(plan, buf_view(&store), &out, &err) == EXH_INVALID, "%s", err.text);
    plan_free(plan);
    CHECK(plan_new(&s, &c, PLAN_NONE, 0, &plan, &err) == EXH_OK, "%s", err.text);
    store.n = 0;
    CHECK(plan_frame(plan, buf_view(&store), &out, &err) == EXH_INVALID, "%s", err.text);
    plan_free(plan);
    container_free(&c);
    buf_free(&store);
    buf_free(&out);
}

/* A file of 1 GB: a head, then the same few bytes again and again. */
struct endless {
    struct exh_bytes head;
    struct exh_bytes again;
};

static enum exh_status read_endless(void *ctx, uint64_t at, uint8_t *to, size_t n,
                                    struct exh_error *err)
{
    const struct endless *e = ctx;

    (void)err;
    for (size_t i = 0; i < n; i++, at++)
        to[i] = at < e->head.n ? e->head.p[at] : e->again.p[(at - e->head.n) % e->again.n];
    return EXH_OK;
}

static enum exh_status count_box(void *ctx, const struct named_box *box, struct exh_error *err)
{
    (void)err;
    *(size_t *)ctx += box->span.n > 0;
    return EXH_OK;
}

#define BYTES(text)                               \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }
#define IHDR "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR0123456789abc...."

/* The work is bounded by a count, not by the file's size. */
static void test_endless(void)
{
    static const struct {
        const char *name;
        struct endless file;
        const char *says;
        size_t boxes; // seen before that
    } cases[] = {
        { "PNG chunks",
          { BYTES(IHDR), BYTES("\0\0\0\0IDAT\0\0\0\0") },
          "more than 1048576 chunks",
          0 },
        { "JPEG fill bytes",
          { BYTES("\xFF\xD8"), BYTES("\xFF") },
          "more than 65536 fill bytes",
          0 },
        { "JPEG segments",
          { BYTES("\xFF\xD8"), BYTES("\xFF\xE1\0\2") },
          "more than 65536 segments",
          0 },
        { "JPEG restarts",
          { BYTES("\xFF\xD8\xFF\xDA\0\2"), BYTES("\xFF\xD0") },
          "more than 4194304 segments",
          BOXES_MAX },
        { "JPEG pictures",
          { BYTES("\xFF\xD8\xFF\xD9"), BYTES("\xFF\xD8\xFF\xD9") },
          "more than 4194304 segments",
          BOXES_MAX },
        { "RIFF chunks",
          { BYTES("RIFF\xF8\xFF\xFF\x3FWAVE"), BYTES("JUNK\0\0\0\0") },
          "more than 65536 chunks",
          0 },
        { "RIFF forms",
          { BYTES("RIFF\4\0\0\0WAVE"), BYTES("RIFF\4\0\0\0AVIX") },
          "more than 4194304 chunks",
          BOXES_MAX },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct endless file = cases[i].file;
        struct exh_source s = { .size = UINT64_C(1) << 30, .read = read_endless, .ctx = &file };
        struct container c = { 0 };
        struct exh_error err = { 0 };
        size_t boxes = 0;
        enum exh_status status = container_read(&s, &c, &err);
        if (status == EXH_OK)
            status = container_boxes(&s, &c, count_box, &boxes, &err);
        CHECK(status == EXH_LIMIT && strstr(err.text, cases[i].says), "%s: %d (%s)", cases[i].name,
              status, err.text);
        CHECK(boxes == cases[i].boxes, "%s: %zu boxes", cases[i].name, boxes);
        container_free(&c);
    }
}

int main(void)
{
    test_detect();
    test_io_error();
    test_sidecar();
    test_goals();
    test_unknown();
    test_frame();
    test_endless();
    return check_done();
}
