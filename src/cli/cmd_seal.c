/*
 * cmd_seal.c -- exhibit seal: only those who were named can open it, and anybody can tell who sealed it.
 *
 * Here is the one-file form; a recording that grows is in seal_stream.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/media_type.h"
#include "cli/progress.h"
#include "cli/seal_result.h"
#include "cli/signing.h"
#include "io/fd.h"

#define PIECE_N ((size_t)128 << 10) // bytes read from a pipe at a time

static const struct option options[] = {
    { "output", 'o', OPTION_TEXT, "OUT.age", "where the sealed file goes; stdout when not given",
      .at = offsetof(struct seal_args, out) },
    { "force", 'f', OPTION_FLAG, NULL, "replace OUT.age if it is there",
      .at = offsetof(struct seal_args, force) },
    { "recipient", 'r', OPTION_LIST, "RECIPIENT",
      "who may open it: age1..., pgp:FPR, or a FILE with a certificate, a statement or recipients",
      .at = offsetof(struct seal_args, recipients) },
    { "protect", 'p', OPTION_FLAG, NULL, "seal with a passphrase, which is asked for",
      .at = offsetof(struct seal_args, protect) },
    { "passphrase-file", 0, OPTION_TEXT, "FILE",
      "the same, with the first line of FILE ('-': stdin)",
      .at = offsetof(struct seal_args, passphrase_file) },
    { "signer", 0, OPTION_TEXT, "KEY", "sign as its sealer: a PEM file, or a device's URI",
      .at = offsetof(struct seal_args, signer) },
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "the signer's certificate, then those above it",
      .at = offsetof(struct seal_args, cert) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the signer's passphrase is the first line of FILE",
      .at = offsetof(struct seal_args, passphrase) },
    { "armor", 'a', OPTION_FLAG, NULL, "as text, for mail",
      .at = offsetof(struct seal_args, armor) },
    { "media-type", 0, OPTION_TEXT, "TYPE",
      "what it is, in clear; by its first bytes when not given",
      .at = offsetof(struct seal_args, media_type) },
    { "frames", 0, OPTION_TEXT, "A-B", "of a camera, in clear: the frame's number, or two as 7-9",
      .at = offsetof(struct seal_args, frames) },
    { "prev", 0, OPTION_TEXT, "OID", "with --frames: the object id of the camera's capture before",
      .at = offsetof(struct seal_args, prev) },
    { "beacon", 0, OPTION_TEXT, "SHA256", "a checkpoint's digest, to prove: not older than this",
      .at = offsetof(struct seal_args, beacon) },
    { "trust", 0, OPTION_LIST, "ROOTS.pem", "whose statements to believe",
      .at = offsetof(struct seal_args, judge.trust) },
    { "stream", 0, OPTION_FLAG, NULL, "record what comes, second by second: OUT.age and OUT.led",
      .at = offsetof(struct seal_args, stream) },
    { "clear", 0, OPTION_FLAG, NULL, "with --stream: the ledger alone; OUT stays in clear",
      .at = offsetof(struct seal_args, clear) },
    { "sync", 0, OPTION_TEXT, "2s|record",
      "with --stream: what a power cut may cost: 2 s (default), or the record in progress",
      .at = offsetof(struct seal_args, sync) },
    { "previous", 0, OPTION_TEXT, "LEDGER", "with --stream: go on after this ledger's recording",
      .at = offsetof(struct seal_args, previous) },
    { "segment-seconds", 0, OPTION_NUMBER, "N", "with --stream: a new file every N seconds; 600",
      .at = offsetof(struct seal_args, segment_seconds) },
    { "segment-bytes", 0, OPTION_NUMBER, "N", "with --stream: a new file every N bytes; 1 GiB",
      .at = offsetof(struct seal_args, segment_bytes) },
};

struct job {
    struct sealing s;
    struct exh_output *out; // owned
    const struct exh_sink *sink;
    struct progress progress;
};

/* --- A file: read by offset. A pipe: as it comes, so that no plaintext is ever put aside. */

static enum exh_status seal_file(struct job *job, struct exh_sealed *done, struct exh_error *err)
{
    uint8_t first[MEDIA_TYPE_LOOK];
    struct exh_source source = { 0 };
    enum exh_status status = exh_source_open(job->s.in, &source, err);

    if (status != EXH_OK)
        return status;
    const size_t n = source.size < sizeof first ? (size_t)source.size : sizeof first;
    status = source.read(source.ctx, 0, first, n, err);
    sealing_see(&job->s, (struct exh_bytes){ first, n });
    sealing_start_pool(&job->s, source.size);
    job->s.options.progress = progress_to;
    job->s.options.progress_ctx = &job->progress;
    if (status == EXH_OK)
        status = exh_seal(&source, job->sink, &job->s.options, done, err);
    exh_source_close(&source);
    return status == EXH_OK ? EXH_OK : within(err, job->s.in);
}

static enum exh_status feed(struct job *job, int fd, uint8_t *piece, size_t n,
                            const struct exh_sink *sealer, struct exh_error *err)
{
    enum exh_status status = EXH_OK;

    for (uint64_t done = 0; n && status == EXH_OK;) {
        status = sealer->write(sealer->ctx, piece, n, err);
        done += n;
        progress_count(&job->progress, done);
        const ssize_t got = status == EXH_OK ? fd_read(fd, piece, PIECE_N) : 0;
        if (got < 0)
            status = fail(err, EXH_IO, "cannot read: %s", strerror(errno));
        n = got > 0 ? (size_t)got : 0;
    }
    return status;
}

static enum exh_status seal_bytes(struct job *job, int fd, struct exh_sealed *done,
                                  struct exh_error *err)
{
    struct exh_sealer *sealer = NULL;
    uint8_t *piece = malloc(PIECE_N);
    const ssize_t got = piece ? fd_read(fd, piece, PIECE_N) : -1;
    enum exh_status status = EXH_OK;

    if (!piece)
        return fail_no_memory(err);
    if (got < 0)
        status = fail(err, EXH_IO, "cannot read: %s", strerror(errno));
    const size_t n = got > 0 ? (size_t)got : 0;
    sealing_see(&job->s, (struct exh_bytes){ piece, n });
    sealing_start_pool(&job->s, n < PIECE_N ? n : UINT64_MAX);
    if (status == EXH_OK)
        status = exh_sealer_new(job->sink, &job->s.options, &sealer, err);
    if (status == EXH_OK)
        status = feed(job, fd, piece, n, exh_sealer_sink(sealer), err);
    if (status == EXH_OK)
        status = exh_sealer_finish(sealer, done, err);
    exh_sealer_free(sealer);
    free(piece);
    return status;
}

static enum exh_status seal_pipe(struct job *job, struct exh_sealed *done, struct exh_error *err)
{
    const bool in = strcmp(job->s.in, "-") == 0;
    const int fd = in ? STDIN_FILENO : open(job->s.in, O_RDONLY | O_CLOEXEC | O_NOCTTY);

    if (fd < 0)
        return fail_errno(err, job->s.in, "open");
    enum exh_status status = seal_bytes(job, fd, done, err);
    if (!in)
        (void)close(fd);
    return status == EXH_OK ? EXH_OK : within(err, in ? "standard input" : job->s.in);
}

static bool is_pipe(const char *path)
{
    struct stat st;
    const int rc = strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &st) : stat(path, &st);

    return rc == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static enum exh_status begin_output(struct job *job, const char *out, struct exh_error *err)
{
    const struct seal_args *a = job->s.args;
    const struct operands *given = &job->s.call->operands; // IN, and recipients behind it
    const char *const files[] = { a->signer, a->cert, a->passphrase, a->passphrase_file };
    const char *const none[] = { NULL };
    enum exh_status status = output_apart(out, (const char *const *)given->items, given->n, err);

    if (status == EXH_OK)
        status = output_apart(out, files, ARRAY_N(files), err);
    if (status == EXH_OK)
        status = output_apart(out, a->recipients.items, a->recipients.n, err);
    if (status == EXH_OK)
        status = output_apart(out, a->judge.trust.items, a->judge.trust.n, err);
    return status == EXH_OK ? output_begin(out, a->force, none, &job->out, err) : status;
}

static enum exh_status seal_one(struct job *job, struct exh_error *err)
{
    const struct seal_args *a = job->s.args;
    const struct call *call = job->s.call;
    const char *out = a->out ? a->out : "-";
    struct exh_sealed done = { 0 };
    enum exh_status status = EXH_OK;

    if (!call->shared.dry_run)
        status = begin_output(job, out, err);
    if (status != EXH_OK)
        return status;
    job->sink = job->out ? exh_output_sink(job->out) : &sink_nowhere;
    job->progress = progress_for(&call->shared, job->s.in);
    status = is_pipe(job->s.in) ? seal_pipe(job, &done, err) : seal_file(job, &done, err);
    progress_end(&job->progress);
    if (status == EXH_OK && job->out)
        status = exh_output_commit(job->out, err);
    const struct seal_result result = { .out = out, .done = &done };
    return status == EXH_OK ? seal_result_print(&job->s, &result, err) : status;
}

/* --- What goes together. */

/* The first option that means nothing here; NULL: none. */
static const char *stray_option(const struct seal_args *a)
{
    if (!a->signer && (a->frames || a->prev || a->beacon))
        return "--frames, --prev and --beacon stand in a ledger: give --signer and --cert";
    if (!a->signer && a->passphrase)
        return "--passphrase is of the signer's key; --passphrase-file is what IN is sealed with";
    if (a->stream)
        return NULL;
    if (a->clear || a->sync || a->previous || a->segment_seconds || a->segment_bytes)
        return "--clear, --sync, --previous and --segment-... go with --stream";
    return NULL;
}

static const char *wrong_stream(const struct call *call, const struct seal_args *a)
{
    if (!a->out || strcmp(a->out, "-") == 0)
        return "a recording is two files that grow: give -o OUT.age";
    if (a->force)
        return "a recording replaces nothing: give another -o, and --previous to go on";
    if (a->armor || call->shared.dry_run)
        return "a recording is neither armored nor only tried";
    if (a->clear && !a->signer)
        return "--clear without --signer leaves nothing to do";
    if (a->clear && (a->recipients.n || a->protect || a->passphrase_file))
        return "--clear seals nothing, so nobody needs to be able to open it";
    return NULL;
}

static const char *wrong_one(const struct call *call, const struct seal_args *a)
{
    const bool to_stdout = !a->out || strcmp(a->out, "-") == 0;

    if (!call->operands.n)
        return "IN was expected ('-': standard input)";
    if (passphrase_clashes(a->passphrase_file, call->operands.items[0]) ||
        passphrase_clashes(a->passphrase, call->operands.items[0]))
        return PASSPHRASE_CLASH;
    if (to_stdout && !a->armor && !call->shared.dry_run && isatty(STDOUT_FILENO))
        return "a sealed file is no text for a terminal: give -o OUT.age, or --armor";
    return NULL;
}

static const char *wrong(const struct call *call, const struct seal_args *a)
{
    const char *why = stray_option(a);

    if (!a->signer != !a->cert)
        return "--signer and --cert belong together";
    if (!why)
        why = a->stream ? wrong_stream(call, a) : wrong_one(call, a);
    if (!why && !a->clear && !a->recipients.n && !a->protect && !a->passphrase_file)
        why = "who may open it? Give -r RECIPIENT: what `exhibit recipient` prints, a certificate, "
              "pgp:FINGERPRINT; or -p for a passphrase";
    return why;
}

static int run(const struct call *call, const void *args)
{
    const struct seal_args *a = args;
    const char *why = wrong(call, a);
    struct job job = { 0 };
    struct exh_error err;
    int code = EXIT_HOLDS;

    if (why)
        return usage(call, "%s", why);
    if (sealing_open(&job.s, call, a, &err) != EXH_OK)
        return failed(call, &err);
    if (a->stream)
        code = seal_stream(&job.s);
    else if (seal_one(&job, &err) != EXH_OK)
        code = failed(call, &err);
    exh_output_close(job.out);
    sealing_close(&job.s);
    return code;
}

static const struct example examples[] = {
    { "exhibit seal photo.jpg -o photo.jpg.age -r age1...", "for one person; age -d opens it too" },
    { "exhibit seal photo.jpg -o photo.jpg.age -r ann.recipient -r bob.pem --trust root.pem "
      "--signer me.pem --cert me-chain.pem",
      "for two, by a signed statement and a certificate; and anybody can tell who sealed it" },
    { "ffmpeg ... -f mp4 -movflags frag_keyframe+empty_moov - | exhibit seal --stream "
      "-o x.mp4.age -r age1... --signer cam.pem --cert cam-chain.pem",
      "record: what was written a second ago is safe, and proved" },
    { "exhibit seal notes.txt -p -a", "with a passphrase, as text" },
};

const struct command cmd_seal = {
    .name = "seal",
    .summary = "seal a file for those who may open it",
    .operands = "[IN]",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "OUT.age is an age file: any of the recipients opens it, with `exhibit open` or age. With\n"
        "--signer it also carries a signed ledger: `exhibit check` tells without any key who\n"
        "sealed it and when, and that nothing is missing. stock age does not look at that.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_JSON | TAKES_DRY_RUN,
    .operands_min = 0,
    .operands_max = SIZE_MAX,
    .args_size = sizeof(struct seal_args),
    .secrets = true,
    .run = run,
};
