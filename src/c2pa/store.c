#include "c2pa/store.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"

/* What reading needs everywhere. */
struct reading {
    const struct exh_crypto *crypto;
    struct arena *arena;
    struct store *store;
    size_t unpacked; // bytes of compressed manifests so far
};

static uint32_t hash_label(struct exh_bytes label)
{
    uint32_t h = 2166136261u; // FNV-1a: only to skip most comparisons

    for (size_t i = 0; i < label.n; i++)
        h = (h ^ label.p[i]) * 16777619u;
    return h;
}

static bool all_zero(struct exh_bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        if (b.p[i])
            return false;
    return true;
}

/* The content of one box of a redacted assertion: zeros, perhaps behind the marker's id. */
static bool box_is_blank(const struct jumbf_box *box)
{
    struct exh_bytes data = box->content;

    if (strcmp(box->type, "uuid") == 0 && data.n >= JUMBF_TYPE_N &&
        memcmp(data.p, jumbf_redacted, JUMBF_TYPE_N) == 0) {
        data.p += JUMBF_TYPE_N;
        data.n -= JUMBF_TYPE_N;
    }
    return all_zero(data);
}

/* bfdb: toggles, media type, NUL [, file name]. */
static struct exh_bytes media_type(struct exh_bytes bfdb)
{
    struct reader r = reader_over(bfdb, 0);

    reader_u8(&r);
    return reader_until(&r, 0);
}

static enum exh_status read_box(const struct jumbf *j, struct store_box *out, struct exh_error *err)
{
    struct reader children = j->children;
    struct store_box box = { .label = j->label,
                             .content = j->box.content,
                             .blank = true,
                             .pos = j->box.pos,
                             .label_hash = hash_label(j->label) };

    while (children.rest.n) {
        struct jumbf_box child;
        enum exh_status status = jumbf_next_box(&children, &child, err);
        if (status != EXH_OK)
            return status;
        box.blank = box.blank && box_is_blank(&child);
        if (strcmp(child.type, "bfdb") == 0)
            box.media = media_type(child.content);
        // The first content box counts; of an embedded file, the data behind its description.
        if (!box.type[0] || (strcmp(box.type, "bfdb") == 0 && strcmp(child.type, "bidb") == 0)) {
            memcpy(box.type, child.type, sizeof box.type);
            box.data = child.content;
        }
    }
    *out = box;
    return EXH_OK;
}

/* The next superbox among the children, other boxes skipped; *more is false when there is none. */
static enum exh_status next_superbox(struct reader *children, struct jumbf *out, bool *more,
                                     struct exh_error *err)
{
    while (children->rest.n) {
        struct jumbf_box child;
        enum exh_status status = jumbf_next_box(children, &child, err);
        if (status != EXH_OK)
            return status;
        *more = strcmp(child.type, "jumb") == 0;
        if (*more)
            return jumbf_open(&child, out, err);
    }
    *more = false;
    return EXH_OK;
}

static enum exh_status count_children(struct reader children, size_t *n, struct exh_error *err)
{
    struct jumbf inner;
    bool more = true;
    size_t count = 0;

    for (;;) {
        enum exh_status status = next_superbox(&children, &inner, &more, err);
        if (status != EXH_OK)
            return status;
        if (!more)
            break;
        count++;
    }
    *n = count;
    return EXH_OK;
}

/* Every superbox of an assertion store, data box store or credential store. */
static enum exh_status read_boxes(const struct jumbf *j, struct arena *arena,
                                  struct store_boxes *out, struct exh_error *err)
{
    struct store_boxes boxes = { 0 };
    struct reader children = j->children;
    struct jumbf inner;
    bool more = true;
    size_t n = 0;

    enum exh_status status = count_children(children, &n, err);
    if (status != EXH_OK)
        return status;
    if (n > STORE_ASSERTIONS_MAX)
        return fail(err, EXH_LIMIT, "store at %" PRIu64 ": %zu boxes in one manifest, at most %d",
                    j->box.pos, n, STORE_ASSERTIONS_MAX);
    boxes.items = arena_array(arena, n, sizeof *boxes.items);
    if (!boxes.items)
        return fail_no_memory(err);
    while (status == EXH_OK && boxes.n < n) {
        status = next_superbox(&children, &inner, &more, err);
        if (status == EXH_OK)
            status = read_box(&inner, &boxes.items[boxes.n++], err);
    }
    *out = boxes;
    return status;
}

/* One superbox inside a manifest, told by its type and label. Unknown ones are skipped. */
static enum exh_status read_part(struct reading *in, const struct jumbf *j,
                                 struct store_manifest *m, struct exh_error *err)
{
    // Type and label both: neither is signed, so a box that says two things is none of them.
    if (jumbf_is(j->type, "c2as") && bytes_are(j->label, "c2pa.assertions"))
        return read_boxes(j, in->arena, &m->assertions, err);
    if (jumbf_is(j->type, "c2db") && bytes_are(j->label, "c2pa.databoxes"))
        return read_boxes(j, in->arena, &m->databoxes, err);
    if (jumbf_is(j->type, "c2vc") && bytes_are(j->label, "c2pa.credentials"))
        return read_boxes(j, in->arena, &m->credentials, err);
    if (jumbf_is(j->type, "c2cl")) {
        m->claims++;
        return read_box(j, &m->claim, err);
    }
    if (jumbf_is(j->type, "c2cs")) {
        m->signatures++;
        return read_box(j, &m->signature, err);
    }
    return EXH_OK;
}

static enum exh_status read_parts(struct reading *in, const struct jumbf *j,
                                  struct store_manifest *m, struct exh_error *err)
{
    struct reader children = j->children;
    struct jumbf inner;
    bool more = true;
    enum exh_status status = next_superbox(&children, &inner, &more, err);

    while (status == EXH_OK && more) {
        status = read_part(in, &inner, m, err);
        if (status == EXH_OK)
            status = next_superbox(&children, &inner, &more, err);
    }
    return status;
}

static bool kind_of(const jumbf_type type, enum manifest_kind *kind)
{
    static const struct {
        const char *four;
        enum manifest_kind kind;
    } kinds[] = {
        { "c2ma", MANIFEST_STANDARD },
        { "c2md", MANIFEST_STANDARD }, // 1.x drafts
        { "c2um", MANIFEST_UPDATE },
        { "c2tm", MANIFEST_TIME_STAMP },
    };

    for (size_t i = 0; i < ARRAY_N(kinds); i++)
        if (jumbf_is(type, kinds[i].four)) {
            *kind = kinds[i].kind;
            return true;
        }
    return false;
}

/* The unpacked superbox of a compressed manifest, in the arena. */
static enum exh_status unpack(struct reading *in, struct exh_bytes packed, struct exh_bytes *out,
                              struct exh_error *err)
{
    const size_t room = STORE_UNPACKED_MAX - in->unpacked;
    size_t n = 0;

    if (!in->crypto->unbrotli)
        return fail(err, EXH_UNSUPPORTED, "compressed manifests cannot be read here");
    if (!room)
        return fail(err, EXH_LIMIT, "compressed manifests unpack to more than %zu bytes",
                    STORE_UNPACKED_MAX);
    uint8_t *scratch = malloc(room);
    if (!scratch)
        return fail_no_memory(err);
    enum exh_status status = in->crypto->unbrotli(packed, scratch, room, &n, err);
    if (status == EXH_LIMIT) // a bomb: the next one is not even tried
        in->unpacked = STORE_UNPACKED_MAX;
    uint8_t *kept = status == EXH_OK ? arena_take(in->arena, n) : NULL;
    if (kept) {
        memcpy(kept, scratch, n);
        in->unpacked += n;
        *out = (struct exh_bytes){ kept, n };
    } else if (status == EXH_OK) {
        status = fail_no_memory(err);
    }
    free(scratch);
    return status;
}

/* Unpack a c2cm superbox and read the manifest inside; the label must be the same. */
static enum exh_status read_compressed(struct reading *in, const struct jumbf *outer,
                                       struct store_manifest *m, struct exh_error *err)
{
    struct reader children = outer->children;
    struct jumbf_box brob;
    struct exh_bytes raw;
    struct jumbf inner;

    enum exh_status status = jumbf_next_box(&children, &brob, err);
    if (status == EXH_OK && strcmp(brob.type, "brob") != 0)
        status = fail(err, EXH_MALFORMED, "box '%s' in place of 'brob'", brob.type);
    if (status == EXH_OK)
        status = unpack(in, brob.content, &raw, err);
    if (status == EXH_OK)
        status = jumbf_check(raw, 0, false, &inner, err);
    if (status != EXH_OK)
        return status;
    if (!kind_of(inner.type, &m->kind) || m->kind == MANIFEST_TIME_STAMP)
        return fail(err, EXH_MALFORMED, "neither a standard nor an update manifest");
    if (!bytes_equal(inner.label, outer->label))
        return fail(err, EXH_MALFORMED, "its label differs from the one outside");
    m->inner = (struct store_box){ .label = inner.label, .content = inner.box.content };
    return read_parts(in, &inner, m, err);
}

static enum exh_status read_manifest(struct reading *in, const struct jumbf *j,
                                     struct exh_error *err)
{
    struct store_manifest m = { .label = j->label, .pos = j->box.pos };
    enum exh_status status = EXH_OK;
    const bool packed = jumbf_is(j->type, "c2cm");

    if (!packed && !kind_of(j->type, &m.kind))
        return EXH_OK; // something that a later edition put there
    if (in->store->n == STORE_MANIFESTS_MAX)
        return fail(err, EXH_LIMIT, "more than %d manifests in the store", STORE_MANIFESTS_MAX);
    m.box = (struct store_box){ .label = j->label,
                                .content = j->box.content,
                                .pos = j->box.pos,
                                .label_hash = hash_label(j->label) };
    if (packed) {
        m.compressed = true;
        status = read_compressed(in, j, &m, err);
        if (status != EXH_OK && status != EXH_NO_MEMORY) {
            m.unpack_failed = true; // a finding about this manifest, not about the file
            m.unpack_why = arena_printf(in->arena, "%s", err->text);
            status = EXH_OK;
        }
    } else {
        status = read_parts(in, j, &m, err);
    }
    if (status == EXH_OK)
        in->store->items[in->store->n++] = m;
    return status;
}

static enum exh_status read_one(struct reading *in, struct exh_bytes jumbf, struct exh_error *err)
{
    struct jumbf top, manifest;
    bool more = true;
    enum exh_status status = jumbf_check(jumbf, 0, true, &top, err);

    if (status == EXH_OK && (!jumbf_is(top.type, "c2pa") || !bytes_are(top.label, "c2pa")))
        status = fail(err, EXH_MALFORMED, "store: the outer box is not labelled 'c2pa'");
    if (status == EXH_OK)
        status = next_superbox(&top.children, &manifest, &more, err);
    while (status == EXH_OK && more) {
        status = read_manifest(in, &manifest, err);
        if (status == EXH_OK)
            status = next_superbox(&top.children, &manifest, &more, err);
    }
    return status;
}

static enum exh_status count_manifests(struct exh_bytes jumbf, size_t *n, struct exh_error *err)
{
    struct jumbf top;
    size_t count = 0;
    enum exh_status status = jumbf_check(jumbf, 0, true, &top, err);

    if (status == EXH_OK)
        status = count_children(top.children, &count, err);
    *n += count;
    return status;
}

enum exh_status store_read(struct exh_bytes jumbf, struct exh_bytes update,
                           const struct exh_crypto *crypto, struct arena *arena, struct store *out,
                           struct exh_error *err)
{
    struct store store = { 0 };
    struct reading in = { .crypto = crypto, .arena = arena, .store = &store };
    size_t n = 0;

    enum exh_status status = count_manifests(jumbf, &n, err);
    if (status == EXH_OK && update.n)
        status = count_manifests(update, &n, err);
    if (status != EXH_OK)
        return status;
    n = n < STORE_MANIFESTS_MAX ? n : STORE_MANIFESTS_MAX;
    store.items = arena_array(arena, n, sizeof *store.items);
    if (!store.items)
        return fail_no_memory(err);
    status = read_one(&in, jumbf, err);
    if (status == EXH_OK && update.n)
        status = read_one(&in, update, err);
    if (status == EXH_OK)
        *out = store;
    return status;
}

struct store_manifest *store_find(const struct store *s, struct exh_bytes label)
{
    const uint32_t h = hash_label(label);
    struct store_manifest *found = NULL;

    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].box.label_hash != h || !bytes_equal(s->items[i].label, label))
            continue;
        if (found)
            return NULL;
        found = &s->items[i];
    }
    return found;
}

struct store_box *store_find_box(const struct store_boxes *boxes, struct exh_bytes label)
{
    const uint32_t h = hash_label(label);
    struct store_box *found = NULL;

    for (size_t i = 0; i < boxes->n; i++) {
        if (boxes->items[i].label_hash != h || !bytes_equal(boxes->items[i].label, label))
            continue;
        if (found)
            return NULL;
        found = &boxes->items[i];
    }
    return found;
}

const uint8_t *store_digest(struct store_box *box, enum exh_hash alg,
                            const struct exh_crypto *crypto, struct arena *arena)
{
    if (!box->digests)
        box->digests = arena_take(arena, sizeof *box->digests);
    if (!box->digests)
        return NULL;
    if (!box->digests->have[alg]) {
        struct exh_hasher *h = crypto->hash_new(alg);
        if (!h)
            return NULL;
        crypto->hash_update(h, box->content.p, box->content.n);
        crypto->hash_final(h, box->digests->digest[alg]);
        box->digests->have[alg] = true;
    }
    return box->digests->digest[alg];
}
