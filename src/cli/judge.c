#include "cli/judge.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/module.h"
#include "cli/progress.h"
#include "cli/segments.h"

#define TRUST_FILE_MAX ((size_t)16 << 20) // bytes; EXH_ANCHORS_MAX certificates are smaller

static const struct option rows[] = {
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust as signers",
      .at = offsetof(struct judge_args, trust) },
    { "tsa-trust", 0, OPTION_LIST, "ROOTS.pem", "whom to trust with time-stamps",
      .at = offsetof(struct judge_args, tsa_trust) },
    { "allowed", 0, OPTION_TEXT, "CERTS.pem", "trust these signers themselves",
      .at = offsetof(struct judge_args, allowed) },
    { "ekus", 0, OPTION_TEXT, "FILE", "accept these key usages (OIDs, one a line)",
      .at = offsetof(struct judge_args, ekus) },
    { "at", 0, OPTION_TEXT, "TIME", "judge as of this time (RFC 3339), not now",
      .at = offsetof(struct judge_args, at) },
    { "store", 0, OPTION_TEXT, "FILE", "the credential, kept beside the file",
      .at = offsetof(struct judge_args, store) },
    { "fragments", 0, OPTION_REST, "SEGMENT...", "media segments of an init segment",
      .at = offsetof(struct judge_args, fragments) },
    { "online", 0, OPTION_FLAG, NULL, "ask the servers that the file names",
      .at = offsetof(struct judge_args, online) },
    { "allow-private", 0, OPTION_FLAG, NULL, "with --online: also servers of local networks",
      .at = offsetof(struct judge_args, allow_private) },
};

const struct option_group judge_options = { rows, ARRAY_N(rows) };

/* $XDG_CONFIG_HOME/exhibit/NAME, else /etc/exhibit/NAME; false when neither is there. */
static bool default_file(const char *name, char to[PATH_MAX])
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int n = 0;

    if (config && *config == '/')
        n = snprintf(to, PATH_MAX, "%s/exhibit/%s", config, name);
    else if (home && *home == '/')
        n = snprintf(to, PATH_MAX, "%s/.config/exhibit/%s", home, name);
    if (n > 0 && n < PATH_MAX && access(to, R_OK) == 0)
        return true;
    (void)snprintf(to, PATH_MAX, "/etc/exhibit/%s", name);
    return access(to, R_OK) == 0;
}

static enum exh_status add_anchors(struct exh_trust *trust, enum exh_purpose purpose,
                                   const char *path, struct exh_error *err)
{
    uint8_t *pem = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(path, TRUST_FILE_MAX, &pem, &n, err);

    if (status != EXH_OK)
        return status;
    status = exh_trust_add_anchors(trust, purpose, (const char *)pem, n, err);
    free(pem);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

static enum exh_status add_list(struct exh_trust *trust, enum exh_purpose purpose,
                                const struct option_list *list, const char *name,
                                struct exh_error *err)
{
    char path[PATH_MAX];
    enum exh_status status = EXH_OK;

    for (size_t i = 0; i < list->n && status == EXH_OK; i++)
        status = add_anchors(trust, purpose, list->items[i], err);
    if (list->n == 0 && default_file(name, path))
        status = add_anchors(trust, purpose, path, err);
    return status;
}

static enum exh_status add_text(struct exh_trust *trust, const char *path,
                                enum exh_status (*add)(struct exh_trust *, const char *, size_t,
                                                       struct exh_error *),
                                struct exh_error *err)
{
    uint8_t *text = NULL;
    size_t n = 0;

    if (!path)
        return EXH_OK;
    enum exh_status status = exh_file_read(path, TRUST_FILE_MAX, &text, &n, err);
    if (status != EXH_OK)
        return status;
    status = add(trust, (const char *)text, n, err);
    free(text);
    return status == EXH_OK ? EXH_OK : within(err, path);
}

static enum exh_status find_time(struct judge *j, struct exh_error *err)
{
    if (!j->args->at) {
        j->now = (int64_t)time(NULL);
        return EXH_OK;
    }
    if (!when_read(bytes_of(j->args->at), &j->now, NULL))
        return fail(err, EXH_INVALID, "--at %s: a time like 2026-11-21T09:00:00Z was expected",
                    j->args->at);
    return EXH_OK;
}

static enum exh_status fill(struct judge *j, struct exh_error *err)
{
    const struct judge_args *a = j->args;
    enum exh_status status = find_time(j, err);

    if (status == EXH_OK && a->allow_private && !a->online)
        status = fail(err, EXH_INVALID, "--allow-private means nothing without --online");
    if (status == EXH_OK)
        status = add_list(j->trust, EXH_PURPOSE_CLAIM, &a->trust, "trust.pem", err);
    if (status == EXH_OK)
        status = add_list(j->trust, EXH_PURPOSE_TSA, &a->tsa_trust, "tsa-trust.pem", err);
    if (status == EXH_OK)
        status = add_text(j->trust, a->allowed, exh_trust_add_allowed, err);
    if (status == EXH_OK)
        status = add_text(j->trust, a->ekus, exh_trust_set_ekus, err);
    if (status == EXH_OK && a->fragments.n)
        status = segments_new(a->fragments, &j->segments, err);
    return status;
}

enum exh_status judge_open(struct judge *j, const struct judge_args *args,
                           const struct shared *shared, struct exh_error *err)
{
    *j = (struct judge){ .args = args, .shared = shared, .trust = exh_trust_new() };
    if (!j->trust)
        return fail_no_memory(err);
    enum exh_status status = fill(j, err);
    if (status != EXH_OK)
        judge_close(j);
    return status;
}

void judge_close(struct judge *j)
{
    exh_trust_free(j->trust);
    segments_free(j->segments);
    *j = (struct judge){ 0 };
}

enum exh_status judge_fetch(void *ctx, enum exh_fetch_kind kind, const char *url,
                            struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                            struct exh_error *err)
{
    struct judge *j = ctx;
    const struct client_request request = {
        .kind = kind == EXH_FETCH_OCSP ? CLIENT_ASK_OCSP : CLIENT_GET_MANIFEST,
        .url = url,
        .body = body,
        .reach = j->args->allow_private ? CLIENT_ANY : CLIENT_PUBLIC,
    };

    if (!j->client)
        j->client = module_client(err);
    return j->client ? j->client->fetch(&request, to, size, n, err) : err->status;
}

enum exh_status judge_source(struct judge *j, const char *name, const struct exh_source *asset,
                             const struct exh_source *store, struct exh_report **out,
                             struct exh_error *err)
{
    struct progress progress = progress_for(j->shared, name);
    struct exh_verify_options options = {
        .crypto = exh_crypto_openssl(),
        .trust = j->trust,
        .now = j->now,
        .store = store,
        .fetch = j->args->online ? judge_fetch : NULL,
        .fetch_ctx = j,
        .progress = progress_to,
        .progress_ctx = &progress,
    };

    if (j->segments)
        options.fragments = segments_sources(j->segments, &options.fragments_n);
    enum exh_status status = exh_verify(asset, &options, out, err);
    progress_end(&progress);
    return status;
}

static enum exh_status verify_with(struct judge *j, const char *path,
                                   const struct exh_source *asset, const char *sidecar,
                                   struct exh_report **out, struct exh_error *err)
{
    struct exh_source store = { 0 };
    enum exh_status status = exh_source_open(sidecar, &store, err);

    if (status == EXH_OK)
        status = judge_source(j, path, asset, &store, out, err);
    exh_source_close(&store);
    return status;
}

bool judge_find_sidecar(const char *path, char to[PATH_MAX])
{
    static const char *const endings[] = { ".c2pa", ".auth" };
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    const size_t stems[] = { strlen(path), dot ? (size_t)(dot - path) : strlen(path) };

    for (size_t i = 0; i < ARRAY_N(stems); i++) {
        for (size_t k = 0; k < ARRAY_N(endings); k++) {
            int n = snprintf(to, PATH_MAX, "%.*s%s", (int)stems[i], path, endings[k]);
            if (n > 0 && n < PATH_MAX && strcmp(to, path) != 0 && access(to, R_OK) == 0)
                return true;
        }
    }
    return false;
}

static enum exh_status judge_open_file(struct judge *j, const char *path,
                                       const struct exh_source *asset, struct exh_report **out,
                                       struct exh_error *err)
{
    char sidecar[PATH_MAX];

    if (j->args->store)
        return verify_with(j, path, asset, j->args->store, out, err);

    // Only what carries nothing itself is asked for a sidecar, so that a forger cannot override.
    enum exh_status status = judge_source(j, path, asset, NULL, out, err);
    const bool none = status == EXH_OK && (*out)->state == EXH_STATE_NONE;
    if ((!none && status != EXH_UNSUPPORTED) || !judge_find_sidecar(path, sidecar))
        return status;
    exh_report_free(none ? *out : NULL);
    return verify_with(j, path, asset, sidecar, out, err);
}

enum exh_status judge_file(struct judge *j, const char *path, struct exh_report **out,
                           struct exh_error *err)
{
    struct exh_source asset = { 0 };
    enum exh_status status = exh_source_open(path, &asset, err);

    if (status != EXH_OK)
        return status;
    status = judge_open_file(j, path, &asset, out, err);
    exh_source_close(&asset);
    return status == EXH_OK ? EXH_OK : within(err, path);
}
