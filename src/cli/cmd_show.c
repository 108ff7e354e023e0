/*
 * cmd_show.c -- exhibit show: where a file comes from, as a tree; or one assertion of it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/diag.h"
#include "cli/facts.h"
#include "cli/judge.h"

#define DEPTH_MAX 24 // levels of ingredients that are drawn

struct show_args {
    struct judge_args judge;
    const char *assertion;
    const char *manifest;
    bool raw;
    bool whole;
};

static const struct option options[] = {
    { "assertion", 0, OPTION_TEXT, "LABEL", "show the content of one: its label, or \"claim\"",
      .at = offsetof(struct show_args, assertion) },
    { "manifest", 0, OPTION_TEXT, "LABEL", "of this manifest, not of the active one",
      .at = offsetof(struct show_args, manifest) },
    { "raw", 0, OPTION_FLAG, NULL, "with --assertion: its bytes as they are (a thumbnail)",
      .at = offsetof(struct show_args, raw) },
    { "whole", 0, OPTION_FLAG, NULL, "with --assertion: byte strings in full length",
      .at = offsetof(struct show_args, whole) },
};

/* One walk over the tree. */
struct tree {
    struct term t;
    const struct exh_report *report;
    bool *drawn;              // manifests that were drawn already
    bool last[DEPTH_MAX * 3]; // whether the branch of a level ends
    size_t level;
};

/* The lines before an entry; a later entry of the same level follows unless `last`. */
static void branch(struct tree *tree, bool last)
{
    const bool utf8 = tree->t.utf8;

    term_begin(&tree->t, STYLE_FAINT);
    for (size_t i = 0; i < tree->level; i++)
        fputs(tree->last[i] ? "   " : utf8 ? "\u2502  " : "|  ", tree->t.to);
    if (utf8)
        fputs(last ? "\u2514\u2500 " : "\u251c\u2500 ", tree->t.to);
    else
        fputs(last ? "`- " : "|- ", tree->t.to);
    term_end(&tree->t);
    tree->last[tree->level] = last;
}

static void put_field(const struct tree *tree, const char *before, const char *text)
{
    if (!text || !*text)
        return;
    fputs(before, tree->t.to);
    term_put(&tree->t, text);
}

static void put_action(const struct tree *tree, struct cbor action)
{
    struct exh_bytes text;
    const char *type;

    if (cbor_text(cbor_get(action, "action"), &text)) {
        fputc(' ', tree->t.to);
        term_put_n(&tree->t, (const char *)text.p, text.n);
    }
    if (!cbor_text(cbor_get(action, "digitalSourceType"), &text))
        return;
    type = (const char *)text.p + text.n;
    while (type > (const char *)text.p && type[-1] != '/')
        type--;
    fputs(" (", tree->t.to);
    term_put_n(&tree->t, type, (size_t)((const char *)text.p + text.n - type));
    fputc(')', tree->t.to);
}

/* What is worth a word behind a label: the actions that were done. */
static void put_summary(const struct tree *tree, const struct exh_assertion *a)
{
    struct exh_error err;
    struct cbor map, action;

    if (strncmp(a->label, "c2pa.actions", 12) != 0 || strcmp(a->type, "cbor") != 0 ||
        cbor_parse(a->content, 0, &map, &err) != EXH_OK)
        return;
    fputc(':', tree->t.to);
    struct cbor_walk walk = cbor_walk(cbor_get(map, "actions"));
    while (cbor_next(&walk, NULL, &action))
        put_action(tree, action);
}

static void draw_assertion(struct tree *tree, const struct exh_assertion *a, bool last)
{
    branch(tree, last);
    term_styled(&tree->t, STYLE_LINK, a->label);
    put_summary(tree, a);
    term_begin(&tree->t, STYLE_FAINT);
    if (a->redacted)
        fputs(" (redacted)", tree->t.to);
    else
        fprintf(tree->t.to, " (%s, %zu bytes%s)", a->type, a->content.n,
                a->created ? "" : ", gathered");
    term_end(&tree->t);
    fputc('\n', tree->t.to);
}

static void draw_signature(struct tree *tree, const struct exh_manifest *m, bool last)
{
    char name[32], at[WHEN_TEXT_MAX];

    branch(tree, last);
    fputs("signature: ", tree->t.to);
    if (!m->has_signer) {
        fputs("not readable\n", tree->t.to);
        return;
    }
    fprintf(tree->t.to, "%s by ", facts_algorithm(m->alg, name));
    put_field(tree,
              m->signer.camera[0]   ? "camera "
              : m->signer.person[0] ? ""
                                    : "",
              m->signer.camera[0]   ? m->signer.camera
              : m->signer.person[0] ? m->signer.person
                                    : m->signer.subject);
    put_field(tree, ", certified by ", m->signer.issuer);
    when_write(at, m->signer.not_after);
    fprintf(tree->t.to, " until %.10s", at);
    if (m->stamped) {
        when_write(at, m->stamp_time);
        fprintf(tree->t.to, ", time-stamped %s", at);
        put_field(tree, " by ", m->stamp_authority);
    }
    fputc('\n', tree->t.to);
}

static size_t count_failures(struct exh_findings f)
{
    size_t n = 0;

    for (size_t i = 0; i < f.n; i++)
        n += f.items[i].kind == EXH_FAILURE;
    return n;
}

static void draw_failures(struct tree *tree, struct exh_findings f, bool last)
{
    size_t left = count_failures(f);

    for (size_t i = 0; i < f.n; i++) {
        if (f.items[i].kind != EXH_FAILURE)
            continue;
        branch(tree, last && --left == 0);
        term_begin(&tree->t, STYLE_BAD);
        term_put(&tree->t, f.items[i].code);
        term_end(&tree->t);
        put_field(tree, ": ", f.items[i].explanation);
        fputc('\n', tree->t.to);
    }
}

static void put_manifest_line(struct tree *tree, const struct exh_manifest *m)
{
    const bool active = m == &tree->report->manifests[tree->report->manifests_n - 1];

    term_styled(&tree->t, STYLE_STRONG, m->label);
    put_field(tree, ", made with ", m->generator);
    put_field(tree, ", title ", m->title);
    fprintf(tree->t.to, "%s%s%s\n", m->update ? " (update)" : "",
            m->compressed ? " (compressed)" : "", active ? " (active)" : "");
}

static void draw_ingredient_line(struct tree *tree, const struct exh_ingredient_info *in, bool last)
{
    branch(tree, last);
    fputs("ingredient:", tree->t.to);
    put_field(tree, " ", in->relationship);
    put_field(tree, " ", in->title);
    put_field(tree, " ", in->format);
    fputs(in->manifest < 0 ? ", no manifest\n" : "\n", tree->t.to);
}

/* A manifest below the entry that was just drawn; each is drawn once, so circles end. */
static void draw_manifest(struct tree *tree, size_t index)
{
    const struct exh_manifest *m = &tree->report->manifests[index];
    const size_t failures = count_failures(m->findings);

    branch(tree, true);
    if (tree->drawn[index] || tree->level / 2 >= DEPTH_MAX) {
        term_styled(&tree->t, STYLE_STRONG, m->label);
        fputs(tree->drawn[index] ? " (see above)\n" : " (too deep to draw)\n", tree->t.to);
        return;
    }
    tree->drawn[index] = true;
    put_manifest_line(tree, m);
    tree->level++;
    draw_signature(tree, m, !failures && !m->assertions_n && !m->ingredients_n);
    draw_failures(tree, m->findings, !m->assertions_n && !m->ingredients_n);
    for (size_t i = 0; i < m->assertions_n; i++)
        draw_assertion(tree, &m->assertions[i], i + 1 == m->assertions_n && !m->ingredients_n);
    for (size_t i = 0; i < m->ingredients_n; i++) {
        draw_ingredient_line(tree, &m->ingredients[i], i + 1 == m->ingredients_n);
        if (m->ingredients[i].manifest < 0)
            continue;
        tree->level++;
        draw_manifest(tree, (size_t)m->ingredients[i].manifest);
        tree->level--;
    }
    tree->level--;
}

/* Manifests that the active one does not lead to: they are no part of the history. */
static void draw_rest(struct tree *tree)
{
    for (size_t i = 0; i < tree->report->manifests_n; i++) {
        if (tree->drawn[i])
            continue;
        fputs("not referred to: ", tree->t.to);
        term_put(&tree->t, tree->report->manifests[i].label);
        fputc('\n', tree->t.to);
    }
}

static enum exh_status draw(const struct call *call, const char *path,
                            const struct exh_report *report, struct exh_error *err)
{
    struct tree tree = { .t = term_of(stdout, &call->shared), .report = report };
    const enum style style = facts_style(exh_report_exit_code(report));

    tree.drawn = calloc(report->manifests_n + 1, sizeof *tree.drawn);
    if (!tree.drawn)
        return fail_no_memory(err);
    term_styled(&tree.t, STYLE_STRONG, path);
    put_field(&tree, ", ", report->format);
    fputs(": ", tree.t.to);
    term_begin(&tree.t, style);
    fprintf(tree.t.to, "%s%s", facts_mark(&tree.t, style), report->headline);
    term_end(&tree.t);
    fputc('\n', tree.t.to);
    if (report->manifests_n) {
        draw_manifest(&tree, report->manifests_n - 1);
        draw_rest(&tree);
    }
    free(tree.drawn);
    return EXH_OK;
}

static const struct exh_manifest *find_manifest(const struct exh_report *r, const char *label)
{
    for (size_t i = 0; label && i < r->manifests_n; i++)
        if (strcmp(r->manifests[i].label, label) == 0)
            return &r->manifests[i];
    return label || !r->manifests_n ? NULL : &r->manifests[r->manifests_n - 1];
}

/* Content and type of an assertion by its label, or of the claim. */
static bool find_content(const struct exh_manifest *m, const char *label, struct exh_bytes *content,
                         const char **type)
{
    for (size_t i = 0; i < m->assertions_n; i++) {
        if (strcmp(m->assertions[i].label, label) != 0 && strcmp(m->assertions[i].url, label) != 0)
            continue;
        *content = m->assertions[i].content;
        *type = m->assertions[i].type;
        return true;
    }
    *content = m->claim;
    *type = "cbor";
    return strcmp(label, "claim") == 0;
}

static enum exh_status dump(const struct call *call, const struct show_args *a,
                            const struct exh_report *report, struct exh_error *err)
{
    const struct term t = term_of(stdout, &call->shared);
    const struct exh_manifest *m = find_manifest(report, a->manifest);
    struct exh_bytes content;
    const char *type;
    struct cbor c;
    struct json j;

    if (!m)
        return fail(err, EXH_NOT_FOUND, "no manifest %s", a->manifest);
    if (!find_content(m, a->assertion, &content, &type))
        return fail(err, EXH_NOT_FOUND, "manifest %s has no assertion %s", m->label, a->assertion);
    if (a->raw) {
        fwrite(content.p, 1, content.n, stdout);
        return EXH_OK;
    }
    if (strcmp(type, "cbor") == 0) {
        enum exh_status status = cbor_parse(content, 0, &c, err);
        if (status == EXH_OK)
            diag_cbor(&t, c, a->whole);
        return status;
    }
    if (strcmp(type, "json") == 0) {
        enum exh_status status = json_parse(content, 0, &j, err);
        if (status == EXH_OK)
            diag_json(&t, j);
        return status;
    }
    return fail(err, EXH_UNSUPPORTED, "%s holds %zu bytes of type '%s': --raw writes them",
                a->assertion, content.n, type);
}

static enum exh_status print_json(const struct exh_report *report, struct exh_error *err)
{
    char *json = NULL;
    size_t n = 0;
    enum exh_status status = exh_report_json(report, &json, &n, err);

    if (status == EXH_OK)
        puts(json);
    free(json);
    return status;
}

static int show_file(const struct call *call, const struct show_args *a, struct judge *judge,
                     const char *path)
{
    struct exh_report *report = NULL;
    struct exh_error err;
    int code = EXIT_HOLDS;

    enum exh_status status = judge_file(judge, path, &report, &err);
    if (status != EXH_OK)
        return failed(call, &err);
    if (report->manifests_n == 0)
        code = EXIT_NO_CREDENTIAL;
    if (call->shared.json)
        status = print_json(report, &err);
    else if (report->manifests_n == 0)
        complain(call, "%s: %s", path, report->axes[0].sentence);
    else if (a->assertion)
        status = dump(call, a, report, &err);
    else
        status = draw(call, path, report, &err);
    exh_report_free(report);
    return status == EXH_OK ? code : failed(call, &err);
}

static int run(const struct call *call, const void *args)
{
    const struct show_args *a = args;
    struct judge judge;
    struct exh_error err;

    if ((a->raw || a->whole || a->manifest) && !a->assertion)
        return usage(call, "--manifest, --raw and --whole go with --assertion");
    if (judge_open(&judge, &a->judge, &call->shared, &err) != EXH_OK)
        return failed(call, &err);
    const int code = show_file(call, a, &judge, call->operands.items[0]);
    judge_close(&judge);
    return code;
}

static const struct example examples[] = {
    { "exhibit show photo.jpg", "the tree of manifests, assertions and ingredients" },
    { "exhibit show photo.jpg --assertion c2pa.metadata", "what the camera wrote of itself" },
    { "exhibit show photo.jpg --assertion c2pa.thumbnail.claim --raw > thumb.jpg",
      "take the thumbnail out" },
    { "exhibit show --json photo.jpg", "everything, for programs" },
};

const struct command cmd_show = {
    .name = "show",
    .summary = "show where a file comes from",
    .operands = "FILE",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about = "What is shown is what the file says; whether it is true, exhibit verify tells.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .group = &judge_options,
    .group_at = offsetof(struct show_args, judge),
    .takes = TAKES_JSON,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct show_args),
    .run = run,
};
