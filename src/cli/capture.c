#include "cli/capture.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "base/when.h"
#include "cli/child.h"

#define GRAB_MS      30000      // for one frame, exposure control included
#define WARM_UP      "gte(n,8)" // frames that a camera needs until its exposure is right
#define TEST_SIZE    "1280x720"
#define CLOCK_IS_SET 1704067200 // 2024-01-01: before this program existed, no photo was taken
#define ARGS_MAX     40

/* "1280x720": two numbers, nothing that ffmpeg could read as more. */
static bool is_size(const char *text)
{
    const size_t w = strspn(text, "0123456789");

    if (w < 1 || w > 5 || text[w] != 'x')
        return false;
    const size_t h = strspn(text + w + 1, "0123456789");
    return h >= 1 && h <= 5 && text[w + 1 + h] == 0;
}

static enum exh_status check(const struct frame_source *s, struct exh_error *err)
{
    struct stat st;

    if (s->size && !is_size(s->size))
        return fail(err, EXH_INVALID, "size %s: a form like 1280x720 was expected", s->size);
    if (s->test_card)
        return EXH_OK;
    if (s->device[0] != '/')
        return fail(err, EXH_INVALID, "device %s: a path like /dev/video0 was expected", s->device);
    if (stat(s->device, &st) != 0)
        return fail(
            err, EXH_NOT_FOUND,
            "%s: there is no camera (--device names another, --test-source makes a picture)",
            s->device);
    if (!S_ISCHR(st.st_mode))
        return fail(err, EXH_INVALID, "%s: is no camera", s->device);
    return EXH_OK;
}

/* A list of arguments; one too many is a mistake of ours. */
struct args {
    const char *items[ARGS_MAX];
    size_t n;
};

static void add(struct args *a, const char *one, const char *two)
{
    a->items[a->n++] = one;
    if (two)
        a->items[a->n++] = two;
}

static void add_input(struct args *a, const struct frame_source *s, char card[96])
{
    if (s->test_card) {
        (void)snprintf(card, 96, "testsrc2=size=%s:rate=1,hue=h=%" PRIu64,
                       s->size ? s->size : TEST_SIZE, s->frame * 47 % 360);
        add(a, "-f", "lavfi");
        add(a, "-i", card);
        return;
    }
    add(a, "-f", "v4l2");
    if (s->size)
        add(a, "-video_size", s->size);
    add(a, "-i", s->device);
}

enum exh_status capture_frame(const struct frame_source *source, struct buf *out,
                              struct exh_error *err)
{
    struct args a = { 0 };
    char card[96];
    enum exh_status status = check(source, err);

    if (status != EXH_OK)
        return status;
    add(&a, "ffmpeg", "-hide_banner");
    add(&a, "-nostdin", NULL);
    add(&a, "-loglevel", "error");
    add_input(&a, source, card);
    if (!source->test_card)
        add(&a, "-vf", "select=" WARM_UP);
    add(&a, "-frames:v", "1");
    add(&a, "-c:v", "mjpeg");
    add(&a, "-q:v", "2");
    add(&a, "-pix_fmt", "yuvj420p");
    add(&a, "-bitexact", NULL);
    add(&a, "-f", "image2pipe");
    add(&a, "pipe:1", NULL);
    status = child_read(a.items, GRAB_MS, out, err);
    if (status != EXH_OK)
        return status;
    if (out->n < 4 || memcmp(out->p, "\xFF\xD8\xFF", 3) != 0)
        return fail(err, EXH_IO, "ffmpeg gave no picture");
    return EXH_OK;
}

enum exh_status capture_preview(const struct frame_source *source, struct exh_error *err)
{
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    struct args a = { 0 };
    char card[96];
    enum exh_status status = check(source, err);

    if (status != EXH_OK)
        return status;
    if (!(x11 && *x11) && !(wayland && *wayland))
        return fail(err, EXH_INVALID,
                    "--preview needs a display, and there is none (DISPLAY, WAYLAND_DISPLAY)");
    add(&a, "ffplay", "-hide_banner");
    add(&a, "-loglevel", "error");
    add(&a, "-exitonkeydown", "-exitonmousedown");
    add(&a, "-window_title", "exhibit: a key or a click takes the photo");
    add_input(&a, source, card);
    return child_run(a.items, err);
}

/* Whether the kernel's clock is kept right by somebody, and how far off it may be. */
static void judge_clock(struct exh_capture *c)
{
    struct timex state = { 0 };

    c->clock_source = "system";
    if (adjtimex(&state) < 0 || state.status & STA_UNSYNC)
        return;
    c->clock_source = "ntp";
    c->has_clock_offset = true;
    c->clock_offset_ms = state.offset / (state.status & STA_NANO ? 1000000 : 1000);
    c->clock_uncertainty_ms = (state.maxerror + 999) / 1000;
}

void capture_clock(struct exh_capture *capture)
{
    const time_t now = time(NULL);
    struct tm local;

    capture->captured_at = (int64_t)now;
    if (now < CLOCK_IS_SET || !localtime_r(&now, &local)) {
        capture->captured_at = EXH_NO_TIME;
        capture->clock_source = "none";
        return;
    }
    const int64_t there = when_of(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                                  local.tm_hour, local.tm_min, local.tm_sec);
    capture->utc_offset_min = (int)((there - (int64_t)now) / 60);
    judge_clock(capture);
}
