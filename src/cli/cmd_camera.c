/*
 * cmd_camera.c -- exhibit camera photo: a picture that is signed in the same step as it is taken.
 *
 * What is signed as captured comes from the capture path alone: there is no argument for a file.
 */
#define _XOPEN_SOURCE 700 // realpath
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/error.h"
#include "base/text.h"
#include "base/when.h"
#include "cli/camera_state.h"
#include "cli/capture.h"
#include "cli/facts.h"
#include "cli/judge.h"
#include "cli/key_file.h"
#include "cli/module.h"
#include "cli/tsa.h"

#define SOFTWARE "exhibit " EXH_VERSION

struct photo_args {
    const char *key;
    const char *cert;
    const char *passphrase;
    const char *device;
    const char *size;
    const char *dir;
    const char *position;
    const char *tsa;
    bool test_source;
    bool preview;
};

static const struct option options[] = {
    { "key", 0, OPTION_TEXT, "K.pem", "the camera's private key", .needed = true,
      .at = offsetof(struct photo_args, key) },
    { "cert", 0, OPTION_TEXT, "CHAIN.pem", "its certificate, of role camera", .needed = true,
      .at = offsetof(struct photo_args, cert) },
    { "passphrase", 0, OPTION_TEXT, "FILE", "the key's passphrase: first line of FILE",
      .at = offsetof(struct photo_args, passphrase) },
    { "device", 0, OPTION_TEXT, "DEVICE", "the camera; /dev/video0 when not given",
      .at = offsetof(struct photo_args, device) },
    { "size", 0, OPTION_TEXT, "WxH", "pixels, as the camera offers them",
      .at = offsetof(struct photo_args, size) },
    { "dir", 0, OPTION_TEXT, "DIR", "where the photo goes; the current folder when not given",
      .at = offsetof(struct photo_args, dir) },
    { "position", 0, OPTION_TEXT, "LAT,LON,ACC", "where the camera stands: degrees, metres",
      .at = offsetof(struct photo_args, position) },
    { "tsa", 0, OPTION_TEXT, "URL", "have the signature time-stamped by this authority",
      .at = offsetof(struct photo_args, tsa) },
    { "test-source", 0, OPTION_FLAG, NULL, "a test card instead of a camera",
      .at = offsetof(struct photo_args, test_source) },
    { "preview", 0, OPTION_FLAG, NULL, "show what the camera sees; a key takes the photo",
      .at = offsetof(struct photo_args, preview) },
};

/* One photo on its way. */
struct shot {
    const struct call *call;
    const struct photo_args *args;
    struct exh_key *key;
    struct exh_certs *certs;
    struct exh_signer signer;
    struct exh_certificate certificate;
    struct camera_state state;
    struct exh_capture capture;
    uint8_t *jpeg; // with EXIF; owned
    size_t jpeg_n;
    char *metadata; // c2pa.metadata of that EXIF; owned
    struct exh_signed result;
    char path[PATH_MAX];
};

static enum exh_status find_camera(struct shot *s, struct exh_error *err)
{
    const struct exh_crypto *crypto = exh_crypto_openssl();
    struct exh_chain *chain = NULL;
    size_t n;
    const struct exh_bytes *certs = exh_certs_chain(s->certs, &n);
    enum exh_status status = crypto->chain_new(certs, n, &chain, err);

    if (status != EXH_OK)
        return status;
    crypto->chain_certificate(chain, 0, &s->certificate);
    crypto->chain_free(chain);
    if (!s->certificate.camera[0])
        return fail(err, EXH_INVALID,
                    "%s: this certificate is not of a camera; exhibit ca issue DIR --camera ID "
                    "makes one",
                    s->args->cert);
    return EXH_OK;
}

static enum exh_status open_signer(struct shot *s, struct exh_error *err)
{
    enum exh_status status = certs_file_open(s->args->cert, &s->certs, err);

    if (status == EXH_OK)
        status = find_camera(s, err);
    if (status == EXH_OK)
        status =
            key_file_open(s->call, s->args->key, s->args->passphrase, "passphrase", &s->key, err);
    if (status == EXH_OK)
        status = exh_key_signer(s->key, s->certs, 0, &s->signer, err);
    return status;
}

/* "52.52,13.405,5" */
static enum exh_status read_position(struct shot *s, struct exh_error *err)
{
    struct exh_capture *c = &s->capture;
    const char *text = s->args->position;
    int used = 0;

    if (!text) {
        c->position_reason = "not configured";
        return EXH_OK;
    }
    if (sscanf(text, "%lf,%lf,%lf%n", &c->lat, &c->lon, &c->accuracy_m, &used) != 3 || text[used] ||
        !(fabs(c->lat) <= 90) || !(fabs(c->lon) <= 180) ||
        !(c->accuracy_m >= 0 && c->accuracy_m <= 1e6))
        return fail(err, EXH_INVALID,
                    "--position %s: LAT,LON,ACC in degrees and metres was expected", text);
    c->has_position = true;
    c->position_source = "fixed";
    return EXH_OK;
}

/*
 * A picture was on its way when the process ended. If it is there, its claim is what the next one
 * refers to; if not, its frame is a gap.
 */
static enum exh_status settle_pending(struct shot *s, struct exh_error *err)
{
    const struct judge_args none = { 0 };
    struct exh_report *report = NULL;
    struct judge judge;

    if (!s->state.pending[0])
        return EXH_OK;
    if (access(s->state.pending, F_OK) == 0) {
        enum exh_status status = judge_open(&judge, &none, &s->call->shared, err);
        if (status != EXH_OK)
            return status;
        status = judge_file(&judge, s->state.pending, &report, err);
        judge_close(&judge);
        if (status != EXH_OK)
            return status;
        s->state.has_prev = report->manifests_n > 0;
        memcpy(s->state.prev, report->claim_sha256, sizeof s->state.prev);
        exh_report_free(report);
    }
    s->state.pending[0] = 0;
    return camera_state_save(&s->state, err);
}

/* DIR/CAMERA_YYYY_MM_DD_HH_MM_SS_FRAME.jpg, in UTC. */
static enum exh_status name_photo(struct shot *s, struct exh_error *err)
{
    const char *dir = s->args->dir ? s->args->dir : ".";
    char folder[PATH_MAX], when[WHEN_TEXT_MAX];

    when_write(when, s->capture.captured_at == EXH_NO_TIME ? 0 : s->capture.captured_at);
    for (char *c = when; *c; c++)
        *c = *c == 'Z' ? 0 : strchr("-:T", *c) ? '_' : *c;
    // The state remembers the path, and the next call may run elsewhere.
    if (!realpath(dir, folder))
        return fail(err, EXH_NOT_FOUND, "%s: there is no such folder", dir);
    const int n = snprintf(s->path, sizeof s->path, "%s/%s_%s_%" PRIu64 ".jpg", folder,
                           s->certificate.camera, when, s->state.next_frame);
    if (n < 0 || (size_t)n >= sizeof s->path)
        return fail(err, EXH_INVALID, "%s: the path is too long", dir);
    return EXH_OK;
}

/* The frame, with EXIF of the same facts that are signed. */
static enum exh_status take(struct shot *s, struct exh_error *err)
{
    const struct frame_source source = {
        .device = s->args->device ? s->args->device : "/dev/video0",
        .test_card = s->args->test_source,
        .size = s->args->size,
        .frame = s->state.next_frame,
    };
    const struct media_api *media = module_media(err);
    struct buf frame = buf_with_limit(CAPTURE_JPEG_MAX);

    if (!media)
        return err->status;
    enum exh_status status = s->args->preview ? capture_preview(&source, err) : EXH_OK;
    if (status == EXH_OK)
        status = capture_frame(&source, &frame, err);
    if (status == EXH_OK) {
        capture_clock(&s->capture);
        const struct media_capture facts = {
            .make = "Exhibit",
            .model = source.test_card ? "test card" : "V4L2 camera",
            .software = SOFTWARE,
            .serial = s->certificate.camera,
            .has_time = s->capture.captured_at != EXH_NO_TIME,
            .taken_at = s->capture.captured_at,
            .utc_offset_min = s->capture.utc_offset_min,
            .has_position = s->capture.has_position,
            .lat = s->capture.lat,
            .lon = s->capture.lon,
            .accuracy_m = s->capture.accuracy_m,
        };
        status = media->add_exif(buf_view(&frame), &facts, &s->jpeg, &s->jpeg_n, err);
    }
    if (status == EXH_OK) {
        const struct exh_source picture = exh_source_memory(s->jpeg, s->jpeg_n);
        status = media->metadata(&picture, &s->metadata, &(size_t){ 0 }, err);
    }
    buf_free(&frame);
    return status;
}

static enum exh_status sign(struct shot *s, struct exh_error *err)
{
    const struct exh_source picture = exh_source_memory(s->jpeg, s->jpeg_n);
    struct exh_output *output = NULL;
    struct tsa tsa = { .url = s->args->tsa };
    const struct exh_stamper stamper = { .stamp = tsa_stamp, .ctx = &tsa };
    const struct exh_sign_options o = {
        .crypto = exh_crypto_openssl(),
        .now = s->capture.captured_at,
        // A test card is signed like a photo, but it does not say that a sensor saw it.
        .source_type = s->args->test_source ? "screenCapture" : "digitalCapture",
        .capture = &s->capture,
        .metadata = s->metadata,
        .stamper = tsa.url ? &stamper : NULL,
    };

    s->capture.camera_id = s->certificate.camera;
    s->capture.start_frame = s->capture.end_frame = s->state.next_frame;
    s->capture.prev = s->state.has_prev ? s->state.prev : NULL;
    enum exh_status status = exh_output_open(s->path, 0, &output, err);
    if (status == EXH_OK)
        status = exh_sign(&picture, exh_output_sink(output), &s->signer, &o, &s->result, err);
    if (status == EXH_OK)
        status = exh_output_commit(output, err);
    exh_output_close(output);
    if (status == EXH_OK && s->result.warning[0])
        complain(s->call, "warning: %s", s->result.warning);
    return status;
}

/* The frame is used up and the name written down, before there is a picture of that name. */
static enum exh_status sign_and_remember(struct shot *s, struct exh_error *err)
{
    struct camera_state after = s->state;

    after.next_frame++;
    memcpy(after.pending, s->path, sizeof after.pending);
    enum exh_status status = camera_state_save(&after, err);
    if (status == EXH_OK)
        status = sign(s, err);
    if (status != EXH_OK)
        return status;
    after.pending[0] = 0;
    after.has_prev = true;
    memcpy(after.prev, s->result.claim_sha256, sizeof after.prev);
    return camera_state_save(&after, err);
}

/* What lies on the disk is read again: a photo that does not verify is said loudly. */
static int check_photo(struct shot *s)
{
    const struct judge_args none = { 0 };
    const struct call *call = s->call;
    struct exh_report *report = NULL;
    struct judge judge;
    struct exh_error err;
    const struct term t = term_of(stdout, &call->shared);

    enum exh_status status = judge_open(&judge, &none, &call->shared, &err);
    if (status == EXH_OK)
        status = judge_file(&judge, s->path, &report, &err);
    judge_close(&judge);
    if (status != EXH_OK)
        return failed(call, &err);
    int code = exh_report_exit_code(report);
    if (code == EXIT_UNTRUSTED)
        code = EXIT_HOLDS; // whom this machine trusts is no matter of the camera
    if (code != EXIT_HOLDS) {
        complain(call, "%s: the photo does not verify: %s", s->path, report->axes[0].sentence);
    } else if (!call->shared.quiet) {
        const char *name = strrchr(s->path, '/') + 1;
        term_put(&t, s->args->dir ? s->args->dir : "");
        printf("%s%s\n", s->args->dir ? "/" : "", name);
        facts_print_capture(&t, "  signed and verified: ", &report->capture);
    }
    exh_report_free(report);
    return code;
}

static int photo(struct shot *s)
{
    struct exh_error err;
    enum exh_status status = open_signer(s, &err);

    if (status == EXH_OK)
        status = read_position(s, &err);
    if (status == EXH_OK) {
        status = camera_state_open(&s->state, s->certificate.camera, &err);
        if (status != EXH_OK && s->state.busy) {
            complain(s->call, "%s", err.text);
            return EXIT_BUSY;
        }
    }
    if (status == EXH_OK)
        status = settle_pending(s, &err);
    if (status == EXH_OK)
        status = take(s, &err);
    if (status == EXH_OK)
        status = name_photo(s, &err);
    if (status == EXH_OK && s->call->shared.dry_run) {
        printf("%s would be written\n", s->path);
        return EXIT_HOLDS;
    }
    if (status == EXH_OK)
        status = sign_and_remember(s, &err);
    return status == EXH_OK ? check_photo(s) : failed(s->call, &err);
}

static int run(const struct call *call, const void *args)
{
    struct shot *s = calloc(1, sizeof *s);

    if (!s) {
        complain(call, "out of memory");
        return EXIT_UNABLE;
    }
    s->call = call;
    s->args = args;
    s->state.lock = -1;
    const int code = photo(s);
    camera_state_close(&s->state);
    free(s->metadata);
    free(s->jpeg);
    exh_certs_free(s->certs);
    exh_key_free(s->key);
    free(s);
    return code;
}

static const struct example examples[] = {
    { "exhibit camera photo --key cam.pem --cert cam-chain.pem", "a photo of /dev/video0" },
    { "exhibit camera photo --key cam.pem --cert cam-chain.pem --dir photos "
      "--position 52.52,13.405,5",
      "into a folder, from a camera that stands there" },
    { "exhibit camera photo --key cam.pem --cert cam-chain.pem --test-source",
      "a test card, where there is no camera" },
};

const struct command cmd_camera_photo = {
    .name = "camera photo",
    .summary = "take a photo that is signed at once",
    .operands = "",
    .examples = examples,
    .examples_n = ARRAY_N(examples),
    .about =
        "The photo's name tells camera, time (UTC) and frame. Frames are counted, and each photo\n"
        "names the one before: a photo that was taken away leaves a gap that can be proved.\n",
    .options = options,
    .options_n = ARRAY_N(options),
    .takes = TAKES_DRY_RUN,
    .args_size = sizeof(struct photo_args),
    .secrets = true,
    .run = run,
};
