#include "formats/jumbf.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/text.h"

#define HASH_N 32 // SHA-256 of a description's toggle 0x08

enum toggle {
    TOGGLE_REQUESTABLE = 1,
    TOGGLE_LABEL = 2,
    TOGGLE_ID = 4,
    TOGGLE_HASH = 8,
    TOGGLE_PRIVATE = 16,
    TOGGLES_KNOWN = 31,
};

const jumbf_type jumbf_embedded_file = { 0x40, 0xCB, 0x0C, 0x32, 0xBB, 0x8A, 0x48, 0x9D,
                                         0xA7, 0x0B, 0x2A, 0xD6, 0xF4, 0x7F, 0x43, 0x69 };
const jumbf_type jumbf_redacted = { 0xCA, 0xA9, 0x8E, 0xEE, 0x9D, 0x4D, 0xF8, 0x0E,
                                    0x86, 0xAD, 0x4D, 0xFF, 0xCA, 0x26, 0x39, 0x73 };

void jumbf_type_of(const char four[4], jumbf_type out)
{
    static const uint8_t rest[] = { 0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
                                    0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71 };

    memcpy(out, four, 4);
    memcpy(out + 4, rest, sizeof rest);
}

bool jumbf_is(const jumbf_type type, const char four[4])
{
    jumbf_type want;

    jumbf_type_of(four, want);
    return memcmp(type, want, sizeof want) == 0;
}

/* A 4cc that can be shown: others write bytes there that are no text. */
static const char *shown(const char type[5])
{
    for (size_t i = 0; i < 4; i++)
        if (type[i] < ' ' || type[i] > '~')
            return "?";
    return type;
}

/* The next box of r; one that reaches to the end (LBox 0) only where `open_ended`. */
static enum exh_status read_box(struct reader *r, bool open_ended, struct jumbf_box *out,
                                struct exh_error *err)
{
    const struct exh_bytes from = r->rest;
    struct jumbf_box box = { .pos = r->pos };
    uint64_t size = reader_u32(r);
    const struct exh_bytes type = reader_take(r, 4);

    if (size == 1)
        size = reader_u64(r);
    else if (size == 0 && open_ended)
        size = from.n;
    if (r->failed)
        return fail(err, EXH_MALFORMED, "box at %" PRIu64 ": cut short, %zu bytes", box.pos,
                    from.n);
    memcpy(box.type, type.p, 4);

    const size_t header = from.n - r->rest.n;
    if (size < header)
        return fail(err, EXH_MALFORMED,
                    "box '%s' at %" PRIu64 ": size %" PRIu64 " is less than its header",
                    shown(box.type), box.pos, size);
    if (size > from.n)
        return fail(err, EXH_MALFORMED,
                    "box '%s' at %" PRIu64 ": size %" PRIu64 ", but %zu bytes are left",
                    shown(box.type), box.pos, size, from.n);
    box.content = reader_take(r, (size_t)size - header);
    box.whole = (struct exh_bytes){ from.p, (size_t)size };
    *out = box;
    return EXH_OK;
}

enum exh_status jumbf_next_box(struct reader *r, struct jumbf_box *out, struct exh_error *err)
{
    return read_box(r, false, out, err);
}

/* The private field is boxes; of them we know the salt. */
static enum exh_status read_private(struct reader *in, struct exh_bytes *salt,
                                    struct exh_error *err)
{
    do {
        struct jumbf_box box;
        if (jumbf_next_box(in, &box, err) != EXH_OK)
            return within(err, "private field of jumd");
        if (strcmp(box.type, "c2sh") != 0)
            continue;
        if (salt->n)
            return fail(err, EXH_MALFORMED, "box 'c2sh' at %" PRIu64 ": second salt", box.pos);
        if (box.content.n != 16 && box.content.n != 32)
            return fail(err, EXH_MALFORMED,
                        "box 'c2sh' at %" PRIu64 ": salt of %zu bytes, not 16 or 32", box.pos,
                        box.content.n);
        *salt = box.content;
    } while (in->rest.n);
    return EXH_OK;
}

/* Read the description behind its header into the fields of out. */
static enum exh_status read_desc(struct reader in, uint64_t at, struct jumbf *out,
                                 struct exh_error *err)
{
    const struct exh_bytes type = reader_take(&in, JUMBF_TYPE_N);
    const uint8_t toggles = reader_u8(&in);

    if (!in.failed && (toggles & ~TOGGLES_KNOWN))
        return fail(err, EXH_UNSUPPORTED, "jumd at %" PRIu64 ": toggles 0x%02x", at, toggles);
    if (toggles & TOGGLE_LABEL)
        out->label = reader_until(&in, 0);
    if (toggles & TOGGLE_ID)
        reader_u32(&in);
    if (toggles & TOGGLE_HASH)
        reader_take(&in, HASH_N);
    if (in.failed)
        return fail(err, EXH_MALFORMED, "jumd at %" PRIu64 ": cut short", at);
    if ((toggles & TOGGLE_PRIVATE) && read_private(&in, &out->salt, err) != EXH_OK)
        return err->status;
    if (in.rest.n)
        return fail(err, EXH_MALFORMED, "jumd at %" PRIu64 ": %zu bytes over", at, in.rest.n);
    if (out->label.n > JUMBF_LABEL_MAX)
        return fail(err, EXH_LIMIT, "jumd at %" PRIu64 ": label of %zu bytes, over %d", at,
                    out->label.n, JUMBF_LABEL_MAX);
    if (!utf8_valid(out->label))
        return fail(err, EXH_MALFORMED, "jumd at %" PRIu64 ": label is not UTF-8", at);

    memcpy(out->type, type.p, JUMBF_TYPE_N);
    out->requestable = toggles & TOGGLE_REQUESTABLE;
    return EXH_OK;
}

enum exh_status jumbf_open(const struct jumbf_box *box, struct jumbf *out, struct exh_error *err)
{
    struct jumbf superbox = { .box = *box };
    struct jumbf_box desc;

    if (strcmp(box->type, "jumb") != 0)
        return fail(err, EXH_MALFORMED, "box '%s' at %" PRIu64 ": not a superbox 'jumb'",
                    shown(box->type), box->pos);
    superbox.children =
        reader_over(box->content, box->pos + (uint64_t)(box->whole.n - box->content.n));
    if (jumbf_next_box(&superbox.children, &desc, err) != EXH_OK)
        return err->status;
    if (strcmp(desc.type, "jumd") != 0)
        return fail(err, EXH_MALFORMED, "box '%s' at %" PRIu64 ": not a description 'jumd'",
                    shown(desc.type), desc.pos);
    struct reader in =
        reader_over(desc.content, desc.pos + (uint64_t)(desc.whole.n - desc.content.n));
    if (read_desc(in, desc.pos, &superbox, err) != EXH_OK)
        return err->status;
    *out = superbox;
    return EXH_OK;
}

/* Check everything below a superbox. The readers are the path from it to where we are. */
static enum exh_status check_children(const struct jumbf *top, struct exh_error *err)
{
    struct reader path[JUMBF_DEPTH_MAX] = { top->children };
    size_t depth = 1, boxes = 1;

    while (depth) {
        struct reader *in = &path[depth - 1];
        struct jumbf_box box;
        struct jumbf superbox;

        if (!in->rest.n) {
            depth--;
            continue;
        }
        if (++boxes > JUMBF_BOXES_MAX)
            return fail(err, EXH_LIMIT, "box at %" PRIu64 ": more than %d boxes", in->pos,
                        JUMBF_BOXES_MAX);
        if (jumbf_next_box(in, &box, err) != EXH_OK)
            return err->status;
        if (strcmp(box.type, "jumb") != 0)
            continue;
        if (depth == JUMBF_DEPTH_MAX)
            return fail(err, EXH_LIMIT, "box 'jumb' at %" PRIu64 ": nested deeper than %d", box.pos,
                        JUMBF_DEPTH_MAX);
        if (jumbf_open(&box, &superbox, err) != EXH_OK)
            return err->status;
        path[depth++] = superbox.children;
    }
    return EXH_OK;
}

enum exh_status jumbf_check(struct exh_bytes view, uint64_t pos, bool padded, struct jumbf *out,
                            struct exh_error *err)
{
    struct reader in = reader_over(view, pos);
    struct jumbf_box box;
    struct jumbf top;

    // The end of what is padded is not the end of the box.
    if (read_box(&in, !padded, &box, err) != EXH_OK || jumbf_open(&box, &top, err) != EXH_OK)
        return err->status;
    if (in.rest.n && !padded)
        return fail(err, EXH_MALFORMED, "box 'jumb' at %" PRIu64 ": %zu bytes behind it", pos,
                    in.rest.n);
    for (size_t i = 0; i < in.rest.n; i++)
        if (in.rest.p[i])
            return fail(err, EXH_MALFORMED, "padding at %" PRIu64 " is not zero", in.pos + i);
    if (check_children(&top, err) != EXH_OK)
        return err->status;
    *out = top;
    return EXH_OK;
}

/* Whether the code point may not be in a label. */
static bool label_forbids(uint32_t c)
{
    return c <= 0x1F || (c >= 0x7F && c <= 0x9F) || c == '/' || c == ';' || c == '?' || c == '#' ||
           c == 0xFEFF || c == 0xFFFF;
}

bool jumbf_label_valid(struct exh_bytes label)
{
    if (!label.n || label.n > JUMBF_LABEL_MAX || !utf8_valid(label))
        return false;
    for (size_t i = 0; i < label.n;) {
        const uint8_t first = label.p[i++];
        uint32_t c = first < 0x80   ? first
                     : first < 0xE0 ? first & 31
                     : first < 0xF0 ? first & 15
                                    : first & 7;
        for (; i < label.n && (label.p[i] & 0xC0) == 0x80; i++)
            c = c << 6 | (label.p[i] & 0x3F);
        if (label_forbids(c))
            return false;
    }
    return true;
}

size_t jumbf_put_box_open(struct buf *b, const char four[4])
{
    const size_t at = b->n;

    buf_put_u32(b, 0); // filled in when it is closed
    buf_put(b, four, 4);
    return at;
}

size_t jumbf_put_open(struct buf *b, const jumbf_type type, const char *label,
                      struct exh_bytes salt)
{
    const size_t at = jumbf_put_box_open(b, "jumb");
    const size_t desc = jumbf_put_box_open(b, "jumd");

    assert(salt.n == 0 || salt.n == 16 || salt.n == 32);
    if (!jumbf_label_valid(bytes_of(label)) && !b->failed)
        b->failed = EXH_INVALID;
    buf_put(b, type, JUMBF_TYPE_N);
    buf_put_u8(b, TOGGLE_REQUESTABLE | TOGGLE_LABEL | (salt.n ? TOGGLE_PRIVATE : 0));
    buf_put(b, label, strlen(label) + 1);
    if (salt.n) {
        const size_t box = jumbf_put_box_open(b, "c2sh");
        buf_put_bytes(b, salt);
        jumbf_put_close(b, box);
    }
    jumbf_put_close(b, desc);
    return at;
}

void jumbf_put_close(struct buf *b, size_t at)
{
    if (b->failed)
        return;
    if (b->n - at > UINT32_MAX)
        b->failed = EXH_LIMIT;
    buf_set_u32(b, at, (uint32_t)(b->n - at));
}
