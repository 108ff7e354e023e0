/*
 * hash_boxes.c -- c2pa.hash.boxes: the asset's boxes, listed by name in groups with a hash each.
 *
 * The list and the file are walked side by side, once. A group is hashed from the start of its first
 * box to the end of its last one.
 *
 * Spec: C2PA, "General Box Hash", "Validating a general box hash".
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "c2pa/binding_hash.h"

#define MALFORMED "assertion.boxesHash.malformed"
#define MISMATCH  "assertion.boxesHash.mismatch"
#define UNKNOWN   "assertion.boxesHash.unknownBox"

#define STORE_NAME "C2PA"
#define AFTER_NAME "c2pa.after"

/*
 * A scan that does not have its hash. c2pa-rs counts all restart intervals to SOS, and to RSTn only its
 * marker: so it may turn out right when the scan ends. Every byte is under the hash either way.
 */
struct scan {
    bool open;
    bool restarted;   // RSTn followed
    struct span span; // from SOS to the end of the last RSTn
    enum exh_hash alg;
    struct exh_bytes want;
};

/* What is left of the list, and the group that is being matched. */
struct side {
    const struct binding_question *q;
    struct cbor boxes;
    struct cbor_walk groups;
    struct cbor group;
    struct cbor_walk names;
    bool in_group;
    struct span span; // of the group's boxes so far
    bool sos_alone;   // the group is one box, SOS
    struct scan scan;
    size_t matched;    // boxes of the group so far
    enum exh_hash alg; // of the whole list
    uint64_t done;     // bytes hashed
    size_t excluded;   // groups that are not hashed because the signer says so
    size_t seen;       // boxes of the file
    bool image_ended;  // the last box was EOI
    bool judged;       // the answer is there: the walk ends
    struct binding_answer *answer;
};

/* End the walk: the answer is given, and stands in s->answer. */
static enum exh_status stop(struct side *s)
{
    s->judged = true;
    return EXH_INVALID; // never seen: hash_boxes_check() asks for `judged` first
}

static bool is_name(struct cbor name, const char *text)
{
    return cbor_text_is(name, text);
}

/* The name that the list expects next, if any is left. */
static bool next_name(struct side *s, struct cbor *name)
{
    if (s->in_group)
        return cbor_next(&s->names, NULL, name);
    if (!cbor_next(&s->groups, NULL, &s->group))
        return false;
    s->names = cbor_walk(cbor_get(s->group, "names"));
    s->in_group = true;
    s->matched = 0;
    return cbor_next(&s->names, NULL, name);
}

static bool has_more_names(const struct side *s)
{
    struct cbor_walk ahead = s->names;
    struct cbor name;

    return cbor_next(&ahead, NULL, &name);
}

/* Whether any group names this box: then it is out of order, else unknown. */
static bool is_listed(const struct side *s, const char *wanted)
{
    struct cbor_walk groups = cbor_walk(s->boxes);
    struct cbor group;

    while (cbor_next(&groups, NULL, &group)) {
        struct cbor_walk names = cbor_walk(cbor_get(group, "names"));
        struct cbor name;
        while (cbor_next(&names, NULL, &name))
            if (is_name(name, wanted))
                return true;
    }
    return false;
}

/* A name for people: of the assertion, so that it may be anything. */
static void printable(struct cbor name, char to[24])
{
    struct exh_bytes text = { 0 };
    size_t n = 0;

    cbor_text(name, &text);
    for (; n < 23 && n < text.n; n++)
        to[n] = text.p[n] >= ' ' && text.p[n] <= '~' ? (char)text.p[n] : '?';
    to[n] = '\0';
}

static bool is_excluded(const struct side *s)
{
    bool excluded = false;

    cbor_bool(cbor_get(s->group, "excluded"), &excluded);
    return excluded;
}

/* Whether these bytes of the asset have the hash. */
static enum exh_status compare(const struct binding_question *q, struct span span,
                               enum exh_hash alg, struct exh_bytes want, uint64_t *done, bool *same,
                               struct exh_error *err)
{
    struct exh_hasher *h = q->crypto->hash_new(alg);
    enum exh_status status = h ? binding_hash_add(q, h, span, done, err) : fail_no_memory(err);

    if (status != EXH_OK) {
        q->crypto->hash_free(h);
        return status;
    }
    *same = binding_hash_is(q, h, want);
    return EXH_OK;
}

static enum exh_status changed(struct side *s, struct span span, enum exh_hash alg)
{
    binding_fails(s->answer, MISMATCH,
                  "bytes %" PRIu64 " to %" PRIu64 " are not what was signed: their %s is another",
                  span.at, span.at + span.n, exh_hash_name(alg));
    return stop(s);
}

/* The group is complete: compare its hash. */
static enum exh_status close_group(struct side *s, struct exh_error *err)
{
    const enum exh_hash alg = binding_alg(s->group, s->alg);
    struct exh_bytes want = { 0 };
    bool same;

    s->in_group = false;
    if (is_excluded(s)) {
        s->excluded++;
        return EXH_OK;
    }
    if (!alg) {
        binding_fails(s->answer, "algorithm.unsupported",
                      "the boxes from %" PRIu64 " on have no hash algorithm that is allowed",
                      s->span.at);
        return stop(s);
    }
    if (!cbor_bytes(cbor_get(s->group, "hash"), &want)) {
        binding_fails(s->answer, MISMATCH,
                      "the boxes from %" PRIu64 " on are listed without a hash", s->span.at);
        return stop(s);
    }
    enum exh_status status = compare(s->q, s->span, alg, want, &s->done, &same, err);
    if (status != EXH_OK || same)
        return status;
    if (s->scan.open) // the marker alone is not it either: it is the scan that differs
        return changed(s, s->scan.span, s->scan.alg);
    if (!s->sos_alone)
        return changed(s, s->span, alg);
    s->scan = (struct scan){ .open = true, .span = s->span, .alg = alg, .want = want };
    return EXH_OK;
}

/* A scan is over that did not have its hash as far as the first restart marker. */
static enum exh_status close_scan(struct side *s, struct exh_error *err)
{
    const struct scan scan = s->scan;
    struct binding_question quiet = *s->q; // these bytes are read for the second time
    bool same = false;

    s->scan.open = false;
    quiet.progress = NULL;
    if (scan.restarted) {
        enum exh_status status =
            compare(&quiet, scan.span, scan.alg, scan.want, &s->done, &same, err);
        if (status != EXH_OK)
            return status;
    }
    return same ? EXH_OK : changed(s, scan.span, scan.alg);
}

/* Whether the store's entry is what it must be: this box, and alone. */
static enum exh_status take_store(struct side *s, const struct named_box *box)
{
    s->in_group = false;
    if (box->store && s->matched == 0 && !has_more_names(s))
        return EXH_OK;
    binding_fails(s->answer, MISMATCH,
                  box->store
                      ? "the manifest store at %" PRIu64 " is listed together with other boxes"
                      : "the box at %" PRIu64 " is called C2PA, but is not the manifest store",
                  box->span.at);
    return stop(s);
}

static enum exh_status take(struct side *s, const struct named_box *box, struct exh_error *err)
{
    if (s->matched++ == 0)
        s->span = box->span;
    s->span.n = box->span.at + box->span.n - s->span.at;
    s->sos_alone = s->matched == 1 && strcmp(box->name, "SOS") == 0;
    return has_more_names(s) ? EXH_OK : close_group(s, err);
}

/* The list calls all that is left "c2pa.after", where the walk sees pictures. */
static enum exh_status take_rest(struct side *s, const struct named_box *box, struct exh_error *err)
{
    const struct named_box rest = { .name = AFTER_NAME,
                                    .span = { box->span.at, s->q->asset->size - box->span.at } };
    struct cbor more;
    enum exh_status status = take(s, &rest, err);

    if (status != EXH_OK)
        return status;
    if (s->in_group || next_name(s, &more))
        binding_fails(s->answer, MISMATCH, "boxes are listed behind %s", AFTER_NAME);
    return stop(s);
}

static enum exh_status differs(struct side *s, const struct named_box *box, const struct cbor *name)
{
    char expected[24];

    if (!is_listed(s, box->name)) {
        binding_fails(s->answer, UNKNOWN, "box %s at %" PRIu64 " is not listed", box->name,
                      box->span.at);
    } else if (name) {
        printable(*name, expected);
        binding_fails(s->answer, MISMATCH, "box %s at %" PRIu64 ", but the list has %s here",
                      box->name, box->span.at, expected);
    } else {
        binding_fails(s->answer, UNKNOWN, "box %s at %" PRIu64 ", but the list has ended",
                      box->name, box->span.at);
    }
    return stop(s);
}

static enum exh_status visit_box(struct side *s, const struct named_box *box, struct exh_error *err)
{
    const bool first = s->seen++ == 0;
    const bool after_image = s->image_ended;
    struct cbor name;

    s->image_ended = strcmp(box->name, "EOI") == 0;
    struct side before = *s;
    bool any = next_name(s, &name);
    if (first && strcmp(box->name, "PNGh") == 0 && !(any && is_name(name, "PNGh"))) {
        *s = before; // older lists begin behind the signature, which cannot differ
        return EXH_OK;
    }
    if (any && s->q->sidecar && !box->store && is_name(name, STORE_NAME) && s->matched == 0 &&
        !has_more_names(s)) {
        s->in_group = false; // the place that an embedded store would have had
        any = next_name(s, &name);
    }
    if (any && after_image && is_name(name, AFTER_NAME))
        return take_rest(s, box, err);
    if (!any || !is_name(name, box->name))
        return differs(s, box, any ? &name : NULL);
    if (strcmp(box->name, STORE_NAME) == 0)
        return take_store(s, box);
    return take(s, box, err);
}

static enum exh_status visit(void *ctx, const struct named_box *box, struct exh_error *err)
{
    struct side *s = ctx;
    struct named_box marker = *box;

    if (!s->scan.open)
        return visit_box(s, box, err);
    if (strncmp(box->name, "RST", 3) == 0) {
        s->scan.restarted = true;
        s->scan.span.n = box->span.at + box->span.n - s->scan.span.at;
        marker.span.n = 2;
        return visit_box(s, &marker, err);
    }
    enum exh_status status = close_scan(s, err);
    return status == EXH_OK ? visit_box(s, box, err) : status;
}

/* The file has ended: nothing may be left of the list. */
static enum exh_status finish(struct side *s, struct exh_error *err)
{
    struct cbor name;
    char text[24];

    if (s->scan.open) {
        enum exh_status status = close_scan(s, err);
        if (status != EXH_OK)
            return status;
    }
    bool any = next_name(s, &name);
    if (any && s->q->sidecar && is_name(name, STORE_NAME) && s->matched == 0) {
        s->in_group = false;
        any = next_name(s, &name);
    }
    if (any) {
        printable(name, text);
        binding_fails(s->answer, MISMATCH, "the list goes on with %s, but the file has ended",
                      text);
    }
    return EXH_OK;
}

/* Every group has names, and all of them are text. */
static bool check_list(struct cbor boxes, struct binding_answer *answer)
{
    struct cbor_walk groups = cbor_walk(boxes);
    struct cbor group;

    if (!cbor_is(boxes, CBOR_ARRAY) || !cbor_count(boxes)) {
        binding_fails(answer, MALFORMED, "it has no list of boxes");
        return false;
    }
    while (cbor_next(&groups, NULL, &group)) {
        struct cbor names = cbor_get(group, "names");
        struct cbor_walk walk = cbor_walk(names);
        struct cbor name;
        bool good = cbor_is(names, CBOR_ARRAY) && cbor_count(names);
        while (good && cbor_next(&walk, NULL, &name)) {
            struct exh_bytes text;
            good = cbor_text(name, &text);
        }
        if (!good) {
            binding_fails(answer, MALFORMED, "a group of boxes without names");
            return false;
        }
    }
    return true;
}

enum exh_status hash_boxes_check(const struct binding_question *q, struct binding_answer *out,
                                 struct exh_error *err)
{
    struct side s = { .q = q,
                      .boxes = cbor_get(q->assertion, "boxes"),
                      .alg = binding_alg(q->assertion, q->alg),
                      .answer = out };

    if (!check_list(s.boxes, out))
        return EXH_OK;
    s.groups = cbor_walk(s.boxes);
    *out = (struct binding_answer){ .code = "assertion.boxesHash.match", .kind = EXH_SUCCESS };
    enum exh_status status = container_boxes(q->asset, q->container, visit, &s, err);
    if (status == EXH_OK)
        status = finish(&s, err);
    if (s.judged)
        status = EXH_OK;
    if (status == EXH_MALFORMED || status == EXH_LIMIT || status == EXH_UNSUPPORTED) {
        binding_fails(out, MISMATCH, "the file's boxes cannot be told: %.150s", err->text);
        return EXH_OK;
    }
    if (status == EXH_OK && out->kind == EXH_SUCCESS && s.excluded)
        snprintf(out->explanation, sizeof out->explanation,
                 "the content is unchanged; the signer leaves out %zu group%s of boxes", s.excluded,
                 s.excluded == 1 ? "" : "s");
    return status;
}
