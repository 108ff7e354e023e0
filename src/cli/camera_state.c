#include "cli/camera_state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <exhibit/file.h>

#include "base/text.h"
#include "formats/json.h"

#define STATE_MAX ((size_t)16 << 10) // bytes of the file: a path and some numbers

static bool is_file_name(const char *id)
{
    return *id && *id != '.' &&
           id[strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")] == 0;
}

/* Make the folders that a path lies in. */
static enum exh_status make_folders(const char *path, struct exh_error *err)
{
    char part[PATH_MAX];

    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const size_t n = (size_t)(slash - path);
        memcpy(part, path, n);
        part[n] = 0;
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return fail(err, EXH_IO, "%s: cannot be made: %s", part, strerror(errno));
    }
    return EXH_OK;
}

/* The path of the state, its folder made. */
static enum exh_status find_path(struct camera_state *s, const char *id, struct exh_error *err)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;

    if (state && *state == '/')
        n = snprintf(s->path, sizeof s->path, "%s/exhibit/camera-%s.json", state, id);
    else if (home && *home == '/')
        n = snprintf(s->path, sizeof s->path, "%s/.local/state/exhibit/camera-%s.json", home, id);
    else
        return fail(err, EXH_IO, "neither XDG_STATE_HOME nor HOME says where state is kept");
    if (n < 0 || (size_t)n + sizeof ".lock" > sizeof s->path)
        return fail(err, EXH_IO, "the path of the camera's state is too long");
    return make_folders(s->path, err);
}

static enum exh_status lock(struct camera_state *s, struct exh_error *err)
{
    char path[PATH_MAX + 8];

    (void)snprintf(path, sizeof path, "%s.lock", s->path);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return fail(err, EXH_IO, "%s: cannot be opened: %s", path, strerror(errno));
    if (flock(s->lock, LOCK_EX | LOCK_NB) == 0)
        return EXH_OK;
    s->busy = errno == EWOULDBLOCK;
    return fail(err, EXH_IO, "%s: %s", path,
                s->busy ? "another process is taking a picture with this camera" : strerror(errno));
}

static enum exh_status parse(struct camera_state *s, struct exh_bytes text, struct exh_error *err)
{
    struct json j;
    char prev[65];
    int64_t frame = 0;
    enum exh_status status = json_parse(text, 0, &j, err);

    if (status != EXH_OK)
        return status;
    if (!json_int(json_get(j, "next_frame"), &frame) || frame < 1)
        return fail(err, EXH_MALFORMED, "no next_frame");
    if (json_type(json_get(j, "prev")) != JSON_NONE) {
        if (!json_string(json_get(j, "prev"), prev, sizeof prev, NULL) ||
            !hex_read(bytes_of(prev), s->prev, sizeof s->prev))
            return fail(err, EXH_MALFORMED, "prev is not 64 hexadecimal digits");
        s->has_prev = true;
    }
    if (json_type(json_get(j, "pending")) != JSON_NONE &&
        !json_string(json_get(j, "pending"), s->pending, sizeof s->pending, NULL))
        return fail(err, EXH_MALFORMED, "pending is not a path");
    s->next_frame = (uint64_t)frame;
    return EXH_OK;
}

static enum exh_status read_state(struct camera_state *s, struct exh_error *err)
{
    uint8_t *p = NULL;
    size_t n = 0;
    enum exh_status status = exh_file_read(s->path, STATE_MAX, &p, &n, err);

    if (status == EXH_NOT_FOUND) {
        s->is_new = true;
        s->next_frame = 1;
        return EXH_OK;
    }
    if (status != EXH_OK)
        return status;
    status = parse(s, (struct exh_bytes){ p, n }, err);
    free(p);
    return status == EXH_OK ? EXH_OK : within(err, s->path);
}

enum exh_status camera_state_open(struct camera_state *s, const char *camera_id,
                                  struct exh_error *err)
{
    *s = (struct camera_state){ .lock = -1 };
    if (!is_file_name(camera_id))
        return fail(err, EXH_INVALID,
                    "camera id %s: letters, digits, '.', '_' and '-' were expected", camera_id);
    enum exh_status status = find_path(s, camera_id, err);
    if (status == EXH_OK)
        status = lock(s, err);
    if (status == EXH_OK)
        status = read_state(s, err);
    if (status != EXH_OK)
        camera_state_close(s);
    return status;
}

enum exh_status camera_state_save(const struct camera_state *s, struct exh_error *err)
{
    struct buf b = buf_with_limit(STATE_MAX);
    struct json_out j = json_over(&b);
    char prev[65];

    json_open_object(&j);
    json_put_key(&j, "next_frame");
    json_put_uint(&j, s->next_frame);
    if (s->has_prev) {
        hex_write(prev, s->prev, sizeof s->prev);
        json_put_key(&j, "prev");
        json_put_text(&j, prev);
    }
    if (s->pending[0]) {
        json_put_key(&j, "pending");
        json_put_text(&j, s->pending);
    }
    json_close_object(&j);
    buf_put_u8(&b, '\n');
    enum exh_status status = buf_finish(&b, err);
    if (status == EXH_OK)
        status =
            exh_file_write(s->path, EXH_OUTPUT_REPLACE | EXH_OUTPUT_PRIVATE, buf_view(&b), err);
    buf_free(&b);
    return status;
}

void camera_state_close(struct camera_state *s)
{
    if (s->lock >= 0)
        (void)close(s->lock);
    s->lock = -1;
}
