#include <unistd.h>

#include <exhibit/file.h>

#include "check.h"
#include "cli/camera_state.h"
#include "cli/capture.h"
#include "cli/child.h"
#include "cli/segments.h"

static char folder[] = "/tmp/exhibit-test-XXXXXX";
static struct exh_error err;

static void put(const char *text)
{
    const struct exh_bytes bytes = { (const uint8_t *)text, strlen(text) };

    if (exh_file_write("exhibit/camera-c.json", EXH_OUTPUT_REPLACE, bytes, &err) != EXH_OK)
        abort();
}

static void test_state(void)
{
    struct camera_state s, other;

    CHECK(camera_state_open(&s, "c", &err) == EXH_OK && s.is_new && s.next_frame == 1, "%s",
          err.text);
    CHECK(camera_state_open(&other, "c", &err) == EXH_IO && other.busy, "locked: %s", err.text);
    CHECK(camera_state_open(&other, "d", &err) == EXH_OK, "another camera: %s", err.text);
    camera_state_close(&other);
    s.next_frame = 43;
    s.has_prev = true;
    memset(s.prev, 0xA7, sizeof s.prev);
    (void)snprintf(s.pending, sizeof s.pending, "/a \"b\"/c");
    CHECK(camera_state_save(&s, &err) == EXH_OK, "%s", err.text);
    camera_state_close(&s);

    CHECK(camera_state_open(&other, "c", &err) == EXH_OK && !other.is_new, "%s", err.text);
    CHECK(other.next_frame == 43 && other.has_prev && memcmp(other.prev, s.prev, 32) == 0 &&
              strcmp(other.pending, s.pending) == 0,
          "read back: frame %u, pending %s", (unsigned)other.next_frame, other.pending);
    camera_state_close(&other);
}

static void test_damaged_state(void)
{
    static const char *const cases[] = {
        "",
        "{}",
        "[1]",
        "{\"next_frame\":0}",
        "{\"next_frame\":-3}",
        "{\"next_frame\":1.5}",
        "{\"next_frame\":\"7\"}",
        "{\"next_frame\":9223372036854775808}",
        "{\"next_frame\":7",
        "{\"next_frame\":7,\"prev\":\"abc\"}",
        "{\"next_frame\":7,\"prev\":7}",
        "{\"next_frame\":7,\"pending\":7}",
    };
    static const char *const ids[] = { "", ".", "..", "a/b", "a b", ".hidden", "caf\xC3\xA9" };
    struct camera_state s;

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        put(cases[i]);
        CHECK(camera_state_open(&s, "c", &err) == EXH_MALFORMED, "%s: %s", cases[i], err.text);
        CHECK(strstr(err.text, "camera-c.json"), "%s: names no file: %s", cases[i], err.text);
    }
    put("{\"next_frame\":7}");
    CHECK(camera_state_open(&s, "c", &err) == EXH_OK && s.next_frame == 7 && !s.has_prev,
          "a refused state keeps its lock: %s", err.text);
    camera_state_close(&s);
    for (size_t i = 0; i < ARRAY_N(ids); i++)
        CHECK(camera_state_open(&s, ids[i], &err) == EXH_INVALID, "id \"%s\": %s", ids[i],
              err.text);
}

static void test_segments_order(void)
{
    static const char *const sorted[] = { "",         "a",          "seg-1-1", "seg-1-2",
                                          "seg-1-10", "seg-1-010x", "seg-2-1", "seg-10-1" };

    for (size_t i = 0; i < ARRAY_N(sorted); i++)
        for (size_t k = 0; k < ARRAY_N(sorted); k++) {
            const int order = segments_order(sorted[i], sorted[k]);
            CHECK(i < k   ? order < 0
                  : i > k ? order > 0
                          : order == 0,
                  "%s and %s: %d", sorted[i], sorted[k], order);
        }
    CHECK(segments_order("s007", "s7") == 0, "leading zeros do not count");
}

static void test_child(void)
{
    static const struct {
        const char *const argv[4];
        int timeout_ms;
        enum exh_status want;
        const char *says; // out, or the error
    } cases[] = {
        { { "printf", "a $b; %s", "'c'", NULL }, 5000, EXH_OK, "a $b; 'c'" },
        { { "sh", "-c", "cat; echo end", NULL }, 5000, EXH_OK, "end\n" },
        { { "sh", "-c", "echo one >&2; echo two >&2; exit 3", NULL }, 5000, EXH_IO, "sh: two" },
        { { "sh", "-c", "exit 3", NULL }, 5000, EXH_IO, "failed without saying why" },
        { { "sh", "-c", "kill -9 $$", NULL }, 5000, EXH_IO, "failed" },
        { { "sh", "-c", "exec sleep 30", NULL }, 100, EXH_IO, "gave no answer" },
        { { "sh", "-c", "yes", NULL }, 5000, EXH_LIMIT, "" },
        { { "no-such-program-of-exhibit", NULL }, 5000, EXH_NOT_FOUND, "is not installed" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct buf out = buf_with_limit(1000000);
        enum exh_status status = child_read(cases[i].argv, cases[i].timeout_ms, &out, &err);
        CHECK(status == cases[i].want, "row %zu: %s (%s)", i, exh_status_name(status), err.text);
        buf_put_u8(&out, 0);
        const char *text = status == EXH_OK ? (const char *)out.p : err.text;
        CHECK(status == EXH_OK ? strcmp(text, cases[i].says) == 0
                               : strstr(text, cases[i].says) != NULL,
              "row %zu: %s", i, text);
        buf_free(&out);
    }
}

static void test_sources(void)
{
    static const struct {
        const char *name;
        struct frame_source source;
        enum exh_status want;
    } cases[] = {
        { "no device", { .device = "/dev/no-such-camera" }, EXH_NOT_FOUND },
        { "a file", { .device = "/etc/passwd" }, EXH_INVALID },
        { "a URL", { .device = "http://127.0.0.1/" }, EXH_INVALID },
        { "an option", { .device = "-version" }, EXH_INVALID },
        { "a size with more", { .device = "/dev/null", .size = "1x1,hue=h=1" }, EXH_INVALID },
        { "a size of letters", { .test_card = true, .size = "axb" }, EXH_INVALID },
        { "half a size", { .test_card = true, .size = "640x" }, EXH_INVALID },
        { "too many digits", { .test_card = true, .size = "640x123456" }, EXH_INVALID },
    };
    struct buf out = buf_with_limit(1000);

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        CHECK(capture_frame(&cases[i].source, &out, &err) == cases[i].want, "%s: %s", cases[i].name,
              err.text);
    (void)unsetenv("DISPLAY");
    (void)unsetenv("WAYLAND_DISPLAY");
    CHECK(capture_preview(&(struct frame_source){ .test_card = true }, &err) == EXH_INVALID &&
              strstr(err.text, "needs a display"),
          "preview: %s", err.text);
    buf_free(&out);
}

int main(void)
{
    if (!mkdtemp(folder) || chdir(folder) != 0 || setenv("XDG_STATE_HOME", folder, 1) != 0)
        abort();
    test_state();
    test_damaged_state();
    test_segments_order();
    test_child();
    test_sources();
    static const char *const made[] = { "c.json", "c.json.lock", "d.json.lock" };
    for (size_t i = 0; i < ARRAY_N(made); i++) {
        char path[64];
        (void)snprintf(path, sizeof path, "exhibit/camera-%s", made[i]);
        (void)unlink(path);
    }
    CHECK(rmdir("exhibit") == 0 && chdir("/") == 0 && rmdir(folder) == 0,
          "%s holds files that nobody expected", folder);
    return check_done();
}
