/* test_sign_capture.c -- what only a camera may say, and how it is written. */
#include "sign_world.h"

static const uint8_t prev[32] = "the previous capture's claim....";

static const struct exh_capture full = { .camera_id = "7",
                                         .start_frame = 1041,
                                         .end_frame = 1043,
                                         .captured_at = WORLD_NOW,
                                         .utc_offset_min = 120,
                                         .clock_source = "gnss",
                                         .has_clock_offset = true,
                                         .clock_offset_ms = -12,
                                         .clock_uncertainty_ms = 5,
                                         .has_position = true,
                                         .lat = 48.5,
                                         .lon = -11.25,
                                         .has_alt = true,
                                         .alt = 512,
                                         .accuracy_m = 4.5,
                                         .position_source = "gnss",
                                         .prev = prev };

/* Keys sorted bytewise as encoded, numbers in their shortest form: RFC 8949, 4.2.1. */
static const char full_cbor[] = "a8"
                                "6470726576"
                                "5820"
                                "7468652070726576696f757320636170747572652773"
                                "20636c61696d2e2e2e2e"
                                "65636c6f636b"
                                "a3"
                                "66736f75726365"
                                "64676e7373"
                                "696f66667365745f6d73"
                                "2b"
                                "6e756e6365727461696e74795f6d73"
                                "05"
                                "68706f736974696f6e"
                                "a5"
                                "63616c74"
                                "f96000"
                                "636c6174"
                                "f95210"
                                "636c6f6e"
                                "f9c9a0"
                                "66736f75726365"
                                "64676e7373"
                                "6a61636375726163795f6d"
                                "f94480"
                                "6963616d6572615f6964"
                                "6137"
                                "69656e645f6672616d65"
                                "190413"
                                "6a6c6f63616c5f74696d65"
                                "c0"
                                "7819"
                                "323032362d31312d32315431313a30303a30302b30323a3030"
                                "6b63617074757265645f6174"
                                "c0"
                                "74"
                                "323032362d31312d32315430393a30303a30305a"
                                "6b73746172745f6672616d65"
                                "190411";

/* No clock, no position: said, not guessed. */
static const struct exh_capture bare = { .camera_id = "7", .captured_at = EXH_NO_TIME };
static const char bare_cbor[] = "a5"
                                "65636c6f636b"
                                "a1"
                                "66736f75726365"
                                "646e6f6e65"
                                "68706f736974696f6e"
                                "a1"
                                "66726561736f6e"
                                "6d6e6f7420617661696c61626c65"
                                "6963616d6572615f6964"
                                "6137"
                                "69656e645f6672616d65"
                                "00"
                                "6b73746172745f6672616d65"
                                "00";

static struct exh_sign_options capture_of(const struct exh_capture *capture)
{
    return (struct exh_sign_options){ .source_type = "digitalCapture",
                                      .capture = capture,
                                      .now = WORLD_NOW };
}

static void expect_bytes(const char *name, struct exh_bytes got, const char *hex)
{
    char text[2000];

    if (!CHECK(got.n * 2 < sizeof text, "%s: %zu bytes", name, got.n))
        return;
    hex_write(text, got.p, got.n);
    CHECK(strcmp(text, hex) == 0, "%s:\n  got  %s\n  want %s", name, text, hex);
}

static void test_bytes(void)
{
    static const struct {
        const char *name;
        const struct exh_capture *capture;
        const char *hex;
    } cases[] = {
        { "full", &full, full_cbor },
        { "bare", &bare, bare_cbor },
    };
    struct buf asset = world_asset(WORLD_JPEG, 50);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct exh_sign_options o = capture_of(cases[i].capture);
        struct buf out = world_sign(buf_view(&asset), &o, NULL);
        struct world w = world_open(buf_view(&out));
        const struct store_box *box =
            store_find_box(&w.active->assertions, bytes_of("org.exhibit.capture"));
        if (CHECK(box, "%s: no assertion", cases[i].name)) {
            expect_bytes(cases[i].name, box->data, cases[i].hex);
            CHECK(box->content.n > box->data.n + 16 + 25 + 20 + 8, "%s: not salted", cases[i].name);
        }
        world_expect_good(cases[i].name, buf_view(&out), NULL);
        world_close(&w);
        buf_free(&out);
    }
    buf_free(&asset);
}

/* What a reader makes of it. */
static void test_read(void)
{
    const struct exh_sign_options o = capture_of(&full);
    struct buf asset = world_asset(WORLD_BMFF, 50);
    struct exh_signed first, second;
    struct buf out = world_sign(buf_view(&asset), &o, &first);
    struct exh_report *r = world_judge(buf_view(&out), NULL);
    const struct exh_claimed_capture *c = &r->capture;

    CHECK(c->present && strcmp(c->camera_id, "7") == 0, "camera");
    CHECK(c->start_frame == 1041 && c->end_frame == 1043, "frames");
    CHECK(strcmp(c->captured_at, "2026-11-21T09:00:00Z") == 0, "%s", c->captured_at);
    CHECK(strcmp(c->local_time, "2026-11-21T11:00:00+02:00") == 0, "%s", c->local_time);
    CHECK(strcmp(c->clock_source, "gnss") == 0 && strcmp(c->position_source, "gnss") == 0,
          "sources");
    CHECK(c->has_position && c->lat >= 48.5 && c->lon <= -11.25 && c->accuracy_m >= 4.5, "place");
    CHECK(c->has_prev && memcmp(c->prev, prev, 32) == 0, "previous claim");
    CHECK(memcmp(first.claim_sha256, r->claim_sha256, 32) == 0, "the next one's prev");
    CHECK(r->signer == EXH_SIGNER_TRUSTED, "signer");
    exh_report_free(r);
    buf_free(&out);

    struct exh_capture next = full;
    next.prev = first.claim_sha256;
    const struct exh_sign_options then = capture_of(&next);
    out = world_sign(buf_view(&asset), &then, &second);
    CHECK(memcmp(first.claim_sha256, second.claim_sha256, 32) != 0, "another claim");
    buf_free(&out);
    buf_free(&asset);
}

/* Who may say so, and what makes no sense. */
static void test_refusals(void)
{
    static const struct exh_capture backwards = { .camera_id = "7", .start_frame = 2 };
    static const struct exh_capture nowhere = { .camera_id = "7", .has_position = true, .lat = 91 };
    static const struct exh_capture no_number = { .camera_id = "7",
                                                  .has_position = true,
                                                  .accuracy_m = -1 };
    static const struct exh_capture anonymous = { .end_frame = 1 };
    static const struct exh_capture bad_text = { .camera_id = "7", .clock_source = "\xFF" };
    static const struct exh_capture far_away = { .camera_id = "7", .utc_offset_min = 1441 };
    static const struct {
        const char *name, *certificate, *type;
        const struct exh_capture *capture;
        const char *says;
    } cases[] = {
        { "a person", "person:p", "digitalCapture", &full, "not a camera's" },
        { "another camera", "camera:8", "digitalCapture", &full, "certificate is of camera 8" },
        { "a person without facts", "person:p", "digitalCapture", NULL, "only a capture" },
        { "a camera without facts", "camera:7", "digitalCapture", NULL, "only a capture" },
        { "a person by URI", "person:p",
          "https://cv.iptc.org/newscodes/digitalsourcetype/computationalCapture", NULL,
          "only a capture" },
        { "facts of something else", "camera:7", "print", &full, "source type is" },
        { "facts without a type", "camera:7", NULL, &full, "source type is" },
        { "no certificate", "x", "digitalCapture", &full, "not a certificate" },
        { "frames", "camera:7", "digitalCapture", &backwards, "before the first" },
        { "latitude", "camera:7", "digitalCapture", &nowhere, "not on earth" },
        { "accuracy", "camera:7", "digitalCapture", &no_number, "accurate to" },
        { "no id", "camera:7", "digitalCapture", &anonymous, "camera id is missing" },
        { "text", "camera:7", "digitalCapture", &bad_text, "not UTF-8" },
        { "offset", "camera:7", "digitalCapture", &far_away, "minutes from UTC" },
    };
    struct buf asset = world_asset(WORLD_JPEG, 50);

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct exh_sign_options o = { .source_type = cases[i].type,
                                            .capture = cases[i].capture,
                                            .now = WORLD_NOW };
        struct exh_error err = { 0 };
        struct buf out;
        const enum exh_status got =
            world_sign_as(buf_view(&asset), cases[i].certificate, &o, false, &out, NULL, &err);
        CHECK(got == EXH_INVALID || got == EXH_MALFORMED, "%s: status %u", cases[i].name, got);
        CHECK(strstr(err.text, cases[i].says), "%s: %s", cases[i].name, err.text);
        buf_free(&out);
    }
    buf_free(&asset);
}

int main(void)
{
    test_bytes();
    test_read();
    test_refusals();
    return check_done();
}
