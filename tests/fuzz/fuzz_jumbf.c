/* Any manifest store: what was checked is walked without failing, and written again is the same. */
#include <string.h>

#include "formats/jumbf.h"
#include "fuzz.h"

/* Our own form of a description. Others have more fields, which makes them longer. */
static void check_desc(const struct jumbf *superbox, struct exh_bytes desc)
{
    char label[JUMBF_LABEL_MAX + 1] = { 0 };
    struct buf b = buf_with_limit(4096);

    if (superbox->requestable && jumbf_label_valid(superbox->label)) {
        memcpy(label, superbox->label.p, superbox->label.n);
        jumbf_put_close(&b, jumbf_put_open(&b, superbox->type, label, superbox->salt));
        REQUIRE(!b.failed);
        REQUIRE(b.n - 8 <= desc.n);
        REQUIRE(b.n - 8 < desc.n || memcmp(b.p + 8, desc.p, desc.n) == 0);
    }
    buf_free(&b);
}

/* Recursion ends: jumbf_check() bounds the depth. False: a box has a long header somewhere. */
static bool write_superbox(struct buf *b, const struct jumbf *superbox)
{
    const struct exh_bytes content = superbox->box.content;
    const struct exh_bytes desc = { content.p, content.n - superbox->children.rest.n };
    const size_t at = jumbf_put_box_open(b, "jumb");
    struct reader walk = superbox->children;
    bool plain = superbox->box.whole.n - content.n == 8;
    struct exh_error err;

    check_desc(superbox, desc);
    buf_put_bytes(b, desc);
    while (walk.rest.n) {
        struct jumbf_box box;
        struct jumbf child;
        REQUIRE(jumbf_next_box(&walk, &box, &err) == EXH_OK);
        if (strcmp(box.type, "jumb") == 0) {
            REQUIRE(jumbf_open(&box, &child, &err) == EXH_OK);
            plain = write_superbox(b, &child) && plain;
            continue;
        }
        const size_t leaf = jumbf_put_box_open(b, box.type);
        buf_put_bytes(b, box.content);
        jumbf_put_close(b, leaf);
        plain = box.whole.n - box.content.n == 8 && plain;
    }
    jumbf_put_close(b, at);
    return plain;
}

static void check(struct exh_bytes in, bool padded)
{
    struct buf b = buf_with_limit((size_t)64 << 20);
    struct exh_error err;
    struct jumbf store;

    if (jumbf_check(in, 0, padded, &store, &err) == EXH_OK) {
        const bool plain = write_superbox(&b, &store);
        REQUIRE(buf_finish(&b, &err) == EXH_OK);
        REQUIRE(padded || store.box.whole.n == in.n);
        REQUIRE(b.n <= store.box.whole.n);
        if (plain) { // but for a size of 0: to the end
            REQUIRE(b.n == store.box.whole.n);
            REQUIRE(memcmp(b.p + 4, in.p + 4, b.n - 4) == 0);
        }
        REQUIRE(jumbf_check(buf_view(&b), 0, false, &store, &err) == EXH_OK);
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    check((struct exh_bytes){ p, n }, false);
    check((struct exh_bytes){ p, n }, true);
    return 0;
}
