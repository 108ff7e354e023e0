/*
 * seal_stream.c -- exhibit seal --stream: what comes in is sealed and signed second by second.
 *
 * Records end where the film allows it (formats/cut.h), about every second. Ctrl-C ends the recording: what
 * the other programs of a pipeline still write after it is taken in, for a moment, and all is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/progress.h"
#include "cli/seal_segment.h"
#include "formats/cut.h"
#include "io/fd.h"

#define PIECE_N    ((size_t)128 << 10) // bytes read at a time
#define WAIT_MS    250     // how often is looked whether a record is due when nothing comes
#define GRACE_MS   500     // for what others write after Ctrl-C
#define RECORD_US  1000000 // a record ends at the next good place after this time
#define PATIENT_US 2000000 // and at any place after this one

struct recording {
    struct sealing *s;
    int in;
    int signals;
    bool interrupted;
    int64_t stop_ms; // when to stop after that
    uint8_t *piece;  // owned, of PIECE_N bytes
    size_t held;     // bytes in it that came, and wait for those behind them
    struct buf
        first; // until it is decided how the film may be cut; then what each segment needs first
    bool has_head; // `first` is that
    bool told;     // that it is not well formed
    struct cutter cutter;
    struct segment segment;
    uint64_t record_us; // monotonic, when the record in progress began; 0: it has not
    uint64_t bytes;
    struct progress progress;
};

static uint64_t now_us(void)
{
    struct exh_moment m = { 0 };

    exh_clock_system()->now(exh_clock_system()->ctx, &m);
    return m.monotonic_us;
}

/* --- What comes in. */

enum input { INPUT_BYTES, INPUT_NOTHING, INPUT_END };

/* From the second Ctrl-C on nothing is waited for. */
static void take_signal(struct recording *r)
{
    struct signalfd_siginfo info;

    if (read(r->signals, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    r->stop_ms = (int64_t)(now_us() / 1000) + (r->interrupted ? 0 : GRACE_MS);
    r->interrupted = true;
}

/* Wait for bytes, but not for long; *n receives how many came behind those held in r->piece. */
static enum exh_status read_piece(struct recording *r, enum input *what, size_t *n,
                                  struct exh_error *err)
{
    struct pollfd fds[] = { { .fd = r->in, .events = POLLIN },
                            { .fd = r->signals, .events = POLLIN } };

    *what = INPUT_NOTHING;
    *n = 0;
    if (poll(fds, 2, WAIT_MS) < 0 && errno != EINTR)
        return fail(err, EXH_IO, "cannot wait: %s", strerror(errno));
    if (fds[1].revents)
        take_signal(r);
    if (r->interrupted && (int64_t)(now_us() / 1000) >= r->stop_ms) {
        *what = INPUT_END;
        return EXH_OK;
    }
    if (!fds[0].revents)
        return EXH_OK;
    const ssize_t got = read(r->in, r->piece + r->held, PIECE_N - r->held);
    if (got < 0 && errno != EINTR && errno != EAGAIN)
        return fail(err, EXH_IO, "cannot read: %s", strerror(errno));
    if (got >= 0)
        *what = got ? INPUT_BYTES : INPUT_END;
    *n = got > 0 ? (size_t)got : 0;
    return EXH_OK;
}

/* --- Where records end. */

static enum cut_place wanted(const struct recording *r)
{
    const uint64_t for_us = r->record_us ? now_us() - r->record_us : 0;

    if (segment_is_full(&r->segment))
        return r->cutter.kind == CUT_PACKETS && for_us >= PATIENT_US ? CUT_HERE : CUT_WELL;
    if (for_us >= PATIENT_US)
        return CUT_HERE;
    return for_us >= RECORD_US ? CUT_WELL : CUT_NOT;
}

static enum exh_status end_record(struct recording *r, struct exh_error *err)
{
    const bool may_end = r->cutter.kind == CUT_PACKETS || r->cutter.place == CUT_WELL;
    enum exh_status status = segment_record(&r->segment, err);

    r->record_us = 0;
    if (status != EXH_OK || !may_end || !segment_is_full(&r->segment))
        return status;
    return segment_next(&r->segment, r->has_head ? buf_view(&r->first) : (struct exh_bytes){ 0 },
                        err);
}

static enum exh_status write_some(struct recording *r, struct exh_bytes bytes,
                                  struct exh_error *err)
{
    if (bytes.n && !r->record_us)
        r->record_us = now_us();
    r->bytes += bytes.n;
    return bytes.n ? segment_write(&r->segment, bytes, err) : EXH_OK;
}

/* What each segment of MP4 and Matroska begins with is the film's beginning. */
static void note_head(struct recording *r)
{
    if (r->has_head || !r->cutter.begun)
        return;
    r->has_head = r->cutter.head_n && r->cutter.head_n <= r->first.n;
    if (r->has_head)
        r->first.n = (size_t)r->cutter.head_n;
}

static void keep_head(struct recording *r, struct exh_bytes bytes)
{
    if (!r->cutter.begun && r->first.n < CUT_LOOK_MAX)
        buf_put_bytes(&r->first, bytes);
}

static void tell_lost(struct recording *r)
{
    if (r->told || !r->cutter.lost || r->cutter.kind == CUT_PACKETS)
        return;
    r->told = true;
    progress_end(&r->progress);
    complain(r->s->call,
             "warning: %s is not well formed from byte %" PRIu64
             " on: what comes now is one record, "
             "signed when the recording ends",
             r->s->in, r->cutter.at);
}

/* more: others will follow. Where it takes those to know what comes, the last ones are held back. */
static enum exh_status take(struct recording *r, struct exh_bytes bytes, bool more,
                            struct exh_error *err)
{
    enum exh_status status = EXH_OK;
    bool found = true;
    size_t n = 1;

    while (bytes.n && (n || found) && status == EXH_OK) {
        n = cutter_next(&r->cutter, bytes, wanted(r), more, &found);
        note_head(r);
        tell_lost(r);
        status = write_some(r, (struct exh_bytes){ bytes.p, n }, err);
        if (status == EXH_OK && found)
            status = end_record(r, err);
        bytes.p += n;
        bytes.n -= n;
    }
    progress_count(&r->progress, r->bytes);
    if (status != EXH_OK)
        return status;
    memmove(r->piece, bytes.p, bytes.n);
    r->held = bytes.n;
    return EXH_OK;
}

static enum exh_status take_held(struct recording *r, struct exh_error *err)
{
    return take(r, (struct exh_bytes){ r->piece, r->held }, false, err);
}

/* Nothing came for a moment: what is there must not wait. */
static enum exh_status rest(struct recording *r, struct exh_error *err)
{
    enum exh_status status = take_held(r, err);

    if (status != EXH_OK || r->cutter.place == CUT_NOT ||
        (r->record_us && now_us() - r->record_us < RECORD_US))
        return status;
    return end_record(r, err);
}

/* --- From its beginning to its end. */

static enum exh_filler filler_of(enum cut_kind kind)
{
    switch (kind) {
    case CUT_BOXES: return EXH_FILLER_BMFF;
    case CUT_PACKETS: return EXH_FILLER_TS;
    case CUT_ELEMENTS: return EXH_FILLER_MATROSKA;
    case CUT_UNDECIDED:
    case CUT_ANYWHERE: break;
    }
    return EXH_FILLER_NONE;
}

/* Read on until it is known what comes. */
static enum exh_status see(struct recording *r, bool *ended, struct exh_error *err)
{
    enum cut_kind kind = CUT_UNDECIDED;
    enum exh_status status = EXH_OK;
    enum input what;
    size_t n;

    *ended = false;
    while (kind == CUT_UNDECIDED && status == EXH_OK) {
        status = read_piece(r, &what, &n, err);
        buf_put(&r->first, r->piece, n);
        *ended = what == INPUT_END;
        if (status == EXH_OK)
            kind = cut_look(buf_view(&r->first), *ended);
    }
    if (status == EXH_OK)
        status = buf_finish(&r->first, err);
    cutter_begin(&r->cutter, kind);
    return status;
}

static enum exh_status begin(struct recording *r, struct exh_error *err)
{
    struct previous previous;
    const char *ledger = r->s->args->previous;
    enum exh_status status = ledger ? previous_read(ledger, &previous, err) : EXH_OK;

    sealing_see(r->s, buf_view(&r->first));
    if (status == EXH_OK)
        status = segment_begin(&r->segment, r->s, filler_of(r->cutter.kind),
                               ledger ? &previous : NULL, err);
    return status;
}

static enum exh_status go_on(struct recording *r, struct exh_error *err)
{
    enum input what = INPUT_NOTHING;
    enum exh_status status = EXH_OK;
    size_t n;

    while (status == EXH_OK && what != INPUT_END) {
        status = read_piece(r, &what, &n, err);
        if (status == EXH_OK && what == INPUT_BYTES) {
            keep_head(r, (struct exh_bytes){ r->piece + r->held, n });
            status = take(r, (struct exh_bytes){ r->piece, r->held + n }, true, err);
        } else if (status == EXH_OK && what == INPUT_NOTHING) {
            status = rest(r, err);
        }
    }
    return status == EXH_OK ? take_held(r, err) : status;
}

static enum exh_status record(struct recording *r, struct exh_error *err)
{
    bool ended = false;
    enum exh_status status = see(r, &ended, err);

    if (status == EXH_OK && !r->first.n)
        return fail(err, EXH_IO, "nothing came: no recording was made");
    if (status == EXH_OK)
        status = begin(r, err);
    if (status != EXH_OK)
        return status;
    // A copy, since `first` becomes the head of each segment while its bytes are taken.
    struct buf copy = buf_with_limit(CUT_LOOK_MAX + PIECE_N);
    buf_put_bytes(&copy, buf_view(&r->first));
    status = buf_finish(&copy, err);
    if (status == EXH_OK)
        status = take(r, buf_view(&copy), !ended, err);
    buf_free(&copy);
    if (status == EXH_OK && !ended)
        status = go_on(r, err);
    return status == EXH_OK ? segment_end(&r->segment, err) : status;
}

/* Signals come as bytes, so that none of them stops us within a record. */
static enum exh_status catch_signals(struct recording *r, struct exh_error *err)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    r->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (r->signals < 0 || sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return fail(err, EXH_IO, "cannot catch signals: %s", strerror(errno));
    return EXH_OK;
}

static enum exh_status open_input(struct recording *r, struct exh_error *err)
{
    const char *path = r->s->in;

    if (strcmp(path, "-") != 0)
        r->in = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (r->in < 0)
        return fail_errno(err, path, "open");
    r->piece = malloc(PIECE_N);
    return r->piece ? catch_signals(r, err) : fail_no_memory(err);
}

static void close_recording(struct recording *r)
{
    progress_end(&r->progress);
    segment_close(&r->segment);
    buf_free(&r->first);
    free(r->piece);
    if (r->in > STDIN_FILENO)
        (void)close(r->in);
    if (r->signals >= 0)
        (void)close(r->signals);
}

static int tell(const struct recording *r, enum exh_status status, const struct exh_error *err)
{
    const struct call *call = r->s->call;

    if (status == EXH_OK && r->interrupted)
        complain(call, "interrupted: the recording is closed");
    if (status == EXH_OK)
        return r->interrupted ? EXIT_INTERRUPTED : EXIT_HOLDS;
    const int code = failed(call, err);
    if (r->segment.ledger_path[0] && r->bytes)
        complain(call, "what is in %s so far stands; go on with --previous %s",
                 r->segment.body_path, r->segment.ledger_path);
    return r->interrupted ? EXIT_INTERRUPTED : code;
}

int seal_stream(struct sealing *s)
{
    struct recording r = { .s = s,
                           .in = STDIN_FILENO,
                           .signals = -1,
                           .first = buf_with_limit(CUT_LOOK_MAX + PIECE_N),
                           .progress = progress_for(&s->call->shared, s->args->out) };
    struct exh_error err;
    enum exh_status status = open_input(&r, &err);

    sealing_start_pool(s, UINT64_MAX);
    if (status == EXH_OK)
        status = record(&r, &err);
    progress_end(&r.progress);
    const int code = tell(&r, status, &err);
    close_recording(&r);
    return code;
}
