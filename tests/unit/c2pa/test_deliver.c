/* The append-only form of ISO base media files: delivered, stripped, put back, updated. */
#include "sign_world.h"

static struct buf sign_appended(size_t media)
{
    struct buf asset = world_asset(WORLD_BMFF, media);
    const struct exh_sign_options o = { .source_type = "digitalCreation", .append = true };
    struct buf out = world_sign(buf_view(&asset), &o, NULL);

    buf_free(&asset);
    return out;
}

static struct buf deliver(struct exh_bytes file)
{
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct exh_memory_sink memory = { .p = malloc(WORLD_MAX), .size = WORLD_MAX };
    const struct exh_sink sink = exh_sink_memory(&memory);
    struct buf out = buf_with_limit(WORLD_MAX);
    struct exh_error err;

    CHECK(exh_deliver(&source, &sink, &err) == EXH_OK, "%s", err.text);
    buf_put(&out, memory.p, memory.n);
    free(memory.p);
    return out;
}

/* Take the store out and put it back: what comes of it holds. */
static struct buf strip_and_attach(const char *name, struct exh_bytes file)
{
    const struct exh_source source = exh_source_memory(file.p, file.n);
    struct exh_memory_sink bare = { .p = malloc(WORLD_MAX), .size = WORLD_MAX };
    struct exh_memory_sink whole = { .p = malloc(WORLD_MAX), .size = WORLD_MAX };
    const struct exh_sink to_bare = exh_sink_memory(&bare), to_whole = exh_sink_memory(&whole);
    struct buf out = buf_with_limit(WORLD_MAX);
    struct exh_error err;
    uint8_t *store = NULL;
    size_t n = 0;

    CHECK(exh_strip(&source, &to_bare, &store, &n, &err) == EXH_OK, "%s: %s", name, err.text);
    const struct exh_source stripped = exh_source_memory(bare.p, bare.n);
    CHECK(exh_attach(&stripped, (struct exh_bytes){ store, n }, &to_whole, &err) == EXH_OK,
          "%s: %s", name, err.text);
    world_expect_good(name, (struct exh_bytes){ whole.p, whole.n }, NULL);
    buf_put(&out, whole.p, whole.n);
    free(store);
    free(bare.p);
    free(whole.p);
    return out;
}

static bool same(const struct buf *a, const struct buf *b)
{
    return a->n == b->n && memcmp(a->p, b->p, a->n) == 0;
}

int main(void)
{
    struct buf appended = sign_appended(3000);
    struct buf delivered = deliver(buf_view(&appended));
    struct exh_error err;
    struct container c;

    world_expect_good("appended", buf_view(&appended), NULL);
    world_expect_good("delivered", buf_view(&delivered), NULL);
    CHECK(appended.n - delivered.n == 4096, "%zu bytes, delivered %zu", appended.n, delivered.n);

    const struct exh_source before = exh_source_memory(appended.p, appended.n);
    CHECK(container_read(&before, &c, &err) == EXH_OK && c.append_form &&
              c.store.at + c.store.n == appended.n,
          "%s", err.text);
    container_free(&c);
    const struct exh_source after = exh_source_memory(delivered.p, delivered.n);
    CHECK(container_read(&after, &c, &err) == EXH_OK && !c.append_form && c.store.at == 20, "%s",
          err.text);
    container_free(&c);

    // Whatever is taken out of either form comes back as the delivered form: the hash asks for its room.
    struct buf again = strip_and_attach("appended, stripped, attached", buf_view(&appended));
    CHECK(same(&again, &delivered), "appended, put back: %zu bytes", again.n);
    buf_free(&again);
    again = strip_and_attach("delivered, stripped, attached", buf_view(&delivered));
    CHECK(same(&again, &delivered), "delivered, put back: %zu bytes", again.n);
    buf_free(&again);

    struct exh_memory_sink memory = { .p = malloc(WORLD_MAX), .size = WORLD_MAX };
    const struct exh_sink sink = exh_sink_memory(&memory);
    CHECK(exh_deliver(&after, &sink, &err) == EXH_INVALID && strstr(err.text, "reserve"), "%s",
          err.text);
    CHECK(exh_deliver(&after, &sink, NULL) == EXH_INVALID, "no error wanted");
    struct buf picture = world_asset(WORLD_JPEG, 10);
    const struct exh_source jpeg = exh_source_memory(picture.p, picture.n);
    CHECK(exh_deliver(&jpeg, &sink, &err) == EXH_UNSUPPORTED, "%s", err.text);

    free(memory.p);
    buf_free(&picture);
    buf_free(&appended);
    buf_free(&delivered);
    return check_done();
}
