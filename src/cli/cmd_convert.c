/*
 * cmd_convert.c -- exhibit convert: an old recording of EncroCam becomes a sealed file.
 *
 * Without a signer the recording is read once. With one it is read twice, because the import's credential is
 * bound to the whole film; nothing of it is claimed to be captured here.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <exhibit/pool.h>
#include <exhibit/seal.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/convert_result.h"
#include "cli/key_file.h"
#include "cli/progress.h"
#include "cli/recipients.h"
#include "cli/signing.h"
#include "cli/term.h"
#include "seal/convert_source.h"

#define HOURS_DEFAULT 24 // of EncroCam
#define TOLD_MAX      5  // findings of one kind that are told one by one
#define TITLE_MAX     512

struct convert_args {
    const char *out;
    bool force;
    struct option_list recipients;
    const char *signer;
    const char *cert;
    const char *passphrase;
    const char *camera;
    const char *openpgp_passphrase;
    uint64_t hours;
    struct judge_args judge; // of its options only those that say whose statements hold
};

static const struct option options[] = {
    { "output", 'o', OPTION_TEXT, "NEW.age", "where the sealed film goes ('-': stdout)",
      .at = offsetof(struct convert_args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace NEW.age if it is there",
      .at = offsetof(struct convert_args, force) },
    { "recipient", 'r', OPTION_LIST, "RECIPIENT", "who may open it: age1..., pgp:FPR, or a FILE",
      .at = offsetof(struct convert_args, recipients) },
    { "signer", 0, OPTION_TEXT, "KEY", "who imports it: a PEM file, or a device's URI",
      .at = offsetof(struct convert_args, signer) },
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "the signer's certificate, then those above it",
      .at = offsetof(struct convert_args, cert) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the signer's passphrase is the first line of FILE",
      .at = offsetof(struct convert_args, passphrase) },
    { "camera", 0, OPTION_TEXT, "FPR", "fingerprint of the OpenPGP key that the camera signs with",
      .at = offsetof(struct convert_args, camera) },
    { "openpgp-passphrase", 0, OPTION_TEXT, "FILE",
      "the passphrase of the owner's OpenPGP key is the first line of FILE",
      .at = offsetof(struct convert_args, openpgp_passphrase) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whose statements about recipients to believe",
      .at = offsetof(struct convert_args, judge.trust) },
    { "hours", 0, OPTION_NUMBER, "N", "hours that a file of the camera has; 24 when not given",
      .at = offsetof(struct convert_args, hours) },
};

/* One conversion. */
struct job {
    const struct call *call;
    const struct convert_args *args;
    const char *in;
    struct exh_source old;
    struct openpgp openpgp;
    struct recipients recipients;
    struct convert_slot slot;
    char camera[EXH_OPENPGP_FINGERPRINT_MAX];
    struct convert_options options;
    uint64_t told[CONVERT_CODES_N];
    struct judge judge;
    struct certified own; // with a signer
    char credential[PATH_MAX];
    struct exh_pool *pool;
    struct progress progress;
    struct exh_output *out;
    struct exh_output *credential_out;
    struct convert_source *plain;
    struct convert_report report;
    const char *media_type;
    struct exh_sealed sealed;
    bool written;
};

static void tell(void *ctx, const struct convert_finding *f)
{
    struct job *job = ctx;

    if (job->told[f->code]++ >= TOLD_MAX || job->call->shared.quiet)
        return;
    progress_end(&job->progress);
    complain(job->call, "%s: %s", job->in, f->text);
    if (job->told[f->code] == TOLD_MAX)
        complain(job->call, "%s: more of this is only counted", job->in);
}

// --- what the command line names

static enum exh_status open_signer(struct job *job, struct exh_error *err)
{
    const struct convert_args *a = job->args;
    const struct certified_args key = { a->signer, a->cert, a->passphrase, "passphrase" };

    if (!a->signer)
        return EXH_OK;
    enum exh_status status = certified_open(&job->own, &key, job->call, &job->judge.now, err);
    if (status != EXH_OK)
        return status;
    if (job->own.leaf.camera[0]) // its signature says "captured", and nothing was
        return fail(err, EXH_INVALID,
                    "an import is signed by a person, and this certificate is of camera %s",
                    job->own.leaf.camera);
    return EXH_OK;
}

/* X.ts.age has its credential beside it, in X.ts.c2pa.age. */
static enum exh_status name_credential(struct job *job, struct exh_error *err)
{
    const char *out = job->args->out;
    const size_t n = strlen(out);
    const size_t stem = n > 4 && strcmp(out + n - 4, ".age") == 0 ? n - 4 : n;
    const int need =
        snprintf(job->credential, sizeof job->credential, "%.*s.c2pa.age", (int)stem, out);

    return need > 0 && (size_t)need < sizeof job->credential
               ? EXH_OK
               : fail(err, EXH_INVALID, "the name of OUT is too long");
}

static enum exh_status fill_options(struct job *job, struct exh_error *err)
{
    const struct convert_args *a = job->args;
    const unsigned hours = a->hours <= UINT_MAX ? (unsigned)a->hours : 0;

    job->options = (struct convert_options){
        .crypto = exh_crypto_openssl(),
        .openpgp = &job->openpgp.table,
        .now = (int64_t)time(NULL),
        .tell = tell,
        .ctx = job,
    };
    if (convert_slot_of(job->in, hours ? hours : HOURS_DEFAULT, &job->slot))
        job->options.slot = &job->slot;
    if (!a->camera)
        return EXH_OK;
    job->options.camera = job->camera;
    return openpgp_fingerprint(a->camera, job->camera, err);
}

static enum exh_status prepare(struct job *job, struct exh_error *err)
{
    const struct convert_args *a = job->args;
    enum exh_status status = fill_options(job, err);

    if (status == EXH_OK)
        status = judge_open(&job->judge, &a->judge, &job->call->shared, err);
    if (status == EXH_OK && a->out && a->signer)
        status = name_credential(job, err);
    if (status == EXH_OK)
        status = open_signer(job, err);
    if (status == EXH_OK)
        status = recipients_read(&job->recipients, job->call, &a->recipients, &job->judge, err);
    if (status == EXH_OK)
        status = openpgp_open(&job->openpgp, job->call, a->openpgp_passphrase, err);
    if (status == EXH_OK)
        status = exh_source_open(job->in, &job->old, err);
    if (status == EXH_OK)
        status = exh_pool_new(exh_pool_processors() - 1, &job->pool, err);
    return status;
}

static void release(struct job *job)
{
    progress_end(&job->progress);
    convert_source_free(job->plain);
    exh_output_close(job->out);
    exh_output_close(job->credential_out);
    exh_pool_free(job->pool);
    exh_source_close(&job->old);
    openpgp_close(&job->openpgp);
    recipients_free(&job->recipients);
    certified_close(&job->own);
    judge_close(&job->judge);
}

// --- sealing

static struct exh_seal_options seal_options(const struct job *job, const char *media_type)
{
    return (struct exh_seal_options){
        .crypto = exh_crypto_openssl(),
        .recipients = job->recipients.list,
        .signer = job->args->signer ? &job->own.signer : NULL,
        .media_type = media_type,
        .clock = exh_clock_system(),
        .workers = exh_pool_workers(job->pool),
    };
}

static enum exh_status begin_output(const struct job *job, const char *path,
                                    struct exh_output **out, struct exh_error *err)
{
    const char *const inputs[] = { job->in, NULL };

    return output_begin(path, job->args->force, inputs, out, err);
}

/* Piece by piece; the output begins with the first one, so that nothing is written for nothing. */
static enum exh_status convert_pieces(struct job *job, struct convert *c,
                                      struct exh_sealer **sealer, struct exh_error *err)
{
    struct exh_bytes piece = { 0 };
    enum exh_status status = EXH_OK;

    while (status == EXH_OK && (status = convert_next(c, &piece, err)) == EXH_OK && piece.n) {
        if (!job->media_type)
            job->media_type = convert_media_type(c);
        progress_to(&job->progress, convert_position(c), job->old.size);
        if (job->call->shared.dry_run)
            continue;
        if (!*sealer) {
            const struct exh_seal_options o = seal_options(job, job->media_type);
            status = begin_output(job, job->args->out, &job->out, err);
            if (status == EXH_OK)
                status = exh_sealer_new(exh_output_sink(job->out), &o, sealer, err);
        }
        if (status == EXH_OK) {
            const struct exh_sink *to = exh_sealer_sink(*sealer);
            status = to->write(to->ctx, piece.p, piece.n, err);
        }
    }
    return status;
}

static enum exh_status convert_once(struct job *job, struct exh_error *err)
{
    struct exh_sealer *sealer = NULL;
    struct convert *c = NULL;
    enum exh_status status = convert_open(&job->old, &job->options, &c, err);

    if (status == EXH_OK)
        status = convert_pieces(job, c, &sealer, err);
    if (status == EXH_OK)
        job->report = *convert_report(c);
    if (status == EXH_OK && sealer)
        status = exh_sealer_finish(sealer, &job->sealed, err);
    if (status == EXH_OK && sealer)
        status = exh_output_commit(job->out, err);
    job->written = status == EXH_OK && sealer;
    exh_sealer_free(sealer);
    convert_close(c);
    return status;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/*
 * The credential says that a film was opened, and what it came out of. Whose keys were signed is all that the
 * old format proves.
 */
static enum exh_status sign_film(struct job *job, const struct exh_sink *film,
                                 const struct exh_sink *credential, struct exh_error *err)
{
    char from[TITLE_MAX], title[TITLE_MAX];
    const struct exh_sign_options o = {
        .crypto = exh_crypto_openssl(),
        .now = (int64_t)time(NULL),
        .title = title,
        .input_title = from,
        .sidecar = credential,
        .progress = progress_to,
        .progress_ctx = &job->progress,
    };
    const char *name = base_name(job->args->out), *old = base_name(job->in);
    const size_t n = strlen(name);

    (void)snprintf(title, sizeof title, "%.*s",
                   (int)(n > 4 && strcmp(name + n - 4, ".age") == 0 ? n - 4 : n), name);
    (void)snprintf(from, sizeof from,
                   "%.200s: imported from EncroCrypt2, key packets signed by %s; order and times "
                   "unproven",
                   utf8_valid(bytes_of(old)) ? old : "a recording", job->report.signer.fingerprint);
    return exh_sign(convert_source_as(job->plain), film, &job->own.signer, &o, NULL, err);
}

static enum exh_status seal_signed(struct job *job, struct exh_error *err)
{
    const struct exh_seal_options film_options = seal_options(job, job->media_type);
    const struct exh_seal_options credential_options = seal_options(job, "application/c2pa");
    struct exh_sealer *film = NULL, *credential = NULL;
    enum exh_status status = exh_sealer_new(exh_output_sink(job->out), &film_options, &film, err);

    if (status == EXH_OK)
        status = exh_sealer_new(exh_output_sink(job->credential_out), &credential_options,
                                &credential, err);
    if (status == EXH_OK)
        status = sign_film(job, exh_sealer_sink(film), exh_sealer_sink(credential), err);
    if (status == EXH_OK)
        status = exh_sealer_finish(film, &job->sealed, err);
    if (status == EXH_OK)
        status = exh_sealer_finish(credential, NULL, err);
    exh_sealer_free(film);
    exh_sealer_free(credential);
    return status;
}

static enum exh_status convert_signed(struct job *job, struct exh_error *err)
{
    enum exh_status status =
        convert_source_new(&job->old, &job->options, progress_to, &job->progress, &job->plain, err);

    if (status != EXH_OK)
        return status;
    job->report = *convert_source_report(job->plain);
    job->media_type = convert_source_media_type(job->plain);
    if (!job->report.bytes)
        return EXH_OK;
    status = begin_output(job, job->args->out, &job->out, err);
    if (status == EXH_OK)
        status = begin_output(job, job->credential, &job->credential_out, err);
    if (status == EXH_OK)
        status = seal_signed(job, err);
    if (status == EXH_OK)
        status = exh_output_commit(job->credential_out, err);
    if (status == EXH_OK)
        status = exh_output_commit(job->out, err); // last: a film is never without its credential
    job->written = status == EXH_OK;
    return status;
}

static enum exh_status print(const struct job *job, struct exh_error *err)
{
    const struct convert_result r = {
        .in = job->in,
        .out = job->written ? job->args->out : NULL,
        .credential = job->written && job->args->signer ? job->credential : NULL,
        .sealer = job->written && job->args->signer ? job->own.leaf.person : NULL,
        .recipients = exh_recipients_count(job->recipients.list),
        .sealed = job->written ? &job->sealed : NULL,
        .report = &job->report,
        .media_type = job->media_type,
    };

    return convert_result_print(job->call, &r, err);
}

static int run(const struct call *call, const void *args)
{
    const struct convert_args *a = args;
    struct job job = { .call = call, .args = a, .in = call->operands.items[0] };
    struct exh_error err;

    if (!a->out && !call->shared.dry_run)
        return usage(call, "-o NEW.age is missing");
    if (!a->recipients.n && !call->shared.dry_run)
        return usage(call, "-r RECIPIENT is missing: somebody must be able to open it");
    if (!a->signer != !a->cert)
        return usage(call, "--signer and --cert belong together");
    if (a->signer && a->out && strcmp(a->out, "-") == 0)
        return usage(call, "with --signer, OUT must be a file: its credential lies beside it");
    job.progress = progress_for(&call->shared, job.in);
    enum exh_status status = prepare(&job, &err);
    if (status == EXH_OK)
        status = a->signer && !call->shared.dry_run ? convert_signed(&job, &err)
                                                    : convert_once(&job, &err);
    progress_end(&job.progress);
    if (status == EXH_OK)
        status = print(&job, &err);
    const int code = status == EXH_OK ? convert_exit_code(&job.report) : failed(call, &err);
    release(&job);
    return code;
}

static const struct example examples[] = {
    { "exhibit convert rec-20254.encrocam -o day.ts.age -r age1... --camera 071FA348...",
      "seal what the camera with this key recorded" },
    { "exhibit convert old.encrocam -o day.ts.age -r me.pub --signer me.pem --cert me.crt",
      "the same, signed by who imports it" },
    { "exhibit convert old.encrocam --dry-run", "only tell what is wrong with a recording" },
};

const struct command cmd_convert = {
    .name = "convert",
    .summary = "seal an old recording of EncroCam, and tell what is wrong with it",
    .operands = "OLD.encrocam",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "The owner's OpenPGP key must be in GnuPG's keyring, with the camera's public key beside\n"
        "it. Whatever can be read is converted; damage, and what contradicts itself, is told, and\n"
        "the exit status is not 0 then. EncroCam signs nothing but its keys: order, times and\n"
        "completeness stay unproven, and an import is never signed as captured.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 1,
    .operands_max = 1,
    .args_size = sizeof(struct convert_args),
    .secrets = true,
    .run = run,
};
