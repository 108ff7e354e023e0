#include "cli/stream_out.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/signing.h"

struct stream_out {
    struct exh_fragment_sinks sinks;
    const struct segments *segments;
    const char *init_name;
    const char *path;
    char work[PATH_MAX];        // the folder until it gets its name; "" when there is none
    struct exh_output *init;    // owned, like the next
    struct exh_output *segment; // the one at hand
    size_t written;             // segments that are complete
};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static const char *segment_name(const struct stream_out *s, size_t i)
{
    return last_part(segments_paths(s->segments)[i]);
}

/* The path of a file in the working folder; false: it is too long. */
static bool path_in(const struct stream_out *s, const char *name, char to[PATH_MAX])
{
    const int n = snprintf(to, PATH_MAX, "%s/%s", s->work, name);

    return n > 0 && n < PATH_MAX;
}

static enum exh_status open_file(struct stream_out *s, const char *name, struct exh_output **out,
                                 struct exh_error *err)
{
    char path[PATH_MAX];

    if (!path_in(s, name, path))
        return fail(err, EXH_INVALID, "%s: the name is too long", name);
    enum exh_status status = exh_output_open(path, 0, out, err);
    return status;
}

static enum exh_status begin_segment(void *ctx, size_t i, const struct exh_sink **sink,
                                     struct exh_error *err)
{
    struct stream_out *s = ctx;

    if (strcmp(segment_name(s, i), s->init_name) == 0)
        return fail(err, EXH_INVALID, "%s: two inputs have this name", s->init_name);
    enum exh_status status = open_file(s, segment_name(s, i), &s->segment, err);
    if (status == EXH_OK)
        *sink = exh_output_sink(s->segment);
    return status;
}

static enum exh_status end_segment(void *ctx, size_t i, struct exh_error *err)
{
    struct stream_out *s = ctx;
    enum exh_status status = exh_output_commit(s->segment, err);

    if (status != EXH_OK)
        return status;
    exh_output_close(s->segment);
    s->segment = NULL;
    s->written = i + 1;
    return EXH_OK;
}

static enum exh_status make_folder(struct stream_out *s, struct exh_error *err)
{
    struct stat st;
    size_t n = strlen(s->path);

    while (n > 1 && s->path[n - 1] == '/')
        n--;
    if (stat(s->path, &st) == 0)
        return fail(err, EXH_INVALID, "%s: exists already; a stream goes into a folder of its own",
                    s->path);
    const int used = snprintf(s->work, sizeof s->work, "%.*s.XXXXXX", (int)n, s->path);
    if (used < 0 || (size_t)used >= sizeof s->work || !mkdtemp(s->work)) {
        s->work[0] = '\0';
        return fail(err, EXH_IO, "%s: cannot make a folder: %s", s->path, strerror(errno));
    }
    return EXH_OK;
}

enum exh_status stream_out_open(const char *path, const char *init, const struct segments *segments,
                                struct stream_out **out, struct exh_error *err)
{
    struct stream_out *s = calloc(1, sizeof *s);

    if (!s)
        return fail_no_memory(err);
    s->path = path;
    s->segments = segments;
    s->init_name = last_part(init);
    s->sinks = (struct exh_fragment_sinks){ .begin = begin_segment, .end = end_segment, .ctx = s };
    enum exh_status status = make_folder(s, err);
    if (status == EXH_OK)
        status = open_file(s, s->init_name, &s->init, err);
    if (status != EXH_OK) {
        stream_out_close(s);
        return status;
    }
    s->sinks.init = exh_output_sink(s->init);
    *out = s;
    return EXH_OK;
}

const struct exh_fragment_sinks *stream_out_sinks(const struct stream_out *s)
{
    return &s->sinks;
}

/* As a folder made in the usual way. */
static enum exh_status open_to_others(const struct stream_out *s, struct exh_error *err)
{
    const mode_t mask = umask(0);

    (void)umask(mask);
    if (chmod(s->work, 0777 & ~mask) != 0)
        return fail(err, EXH_IO, "%s: %s", s->work, strerror(errno));
    return EXH_OK;
}

/* Bring the name to stable storage, too. */
static enum exh_status sync_parent(const char *path, struct exh_error *err)
{
    char parent[PATH_MAX];
    const char *name = last_part(path);

    snprintf(parent, sizeof parent, "%.*s", (int)(name - path), path);
    const int fd = open(parent[0] ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        (void)close(fd);
    return done ? EXH_OK : fail(err, EXH_IO, "%s: %s", path, strerror(errno));
}

enum exh_status stream_out_commit(struct stream_out *s, struct exh_error *err)
{
    enum exh_status status = exh_output_commit(s->init, err);

    if (status != EXH_OK)
        return status;
    exh_output_close(s->init);
    s->init = NULL;
    status = open_to_others(s, err);
    if (status != EXH_OK)
        return status;
    if (rename(s->work, s->path) != 0)
        return fail(err, EXH_IO, "%s: %s", s->path, strerror(errno));
    s->work[0] = '\0';
    return sync_parent(s->path, err);
}

static void remove_file(const struct stream_out *s, const char *name)
{
    char path[PATH_MAX];

    if (path_in(s, name, path))
        (void)unlink(path);
}

void stream_out_close(struct stream_out *s)
{
    if (!s)
        return;
    exh_output_close(s->init);
    exh_output_close(s->segment);
    if (s->work[0]) {
        remove_file(s, s->init_name);
        for (size_t i = 0; i < s->written; i++)
            remove_file(s, segment_name(s, i));
        (void)rmdir(s->work);
    }
    free(s);
}

static enum exh_status begin_nowhere(void *ctx, size_t i, const struct exh_sink **sink,
                                     struct exh_error *err)
{
    (void)ctx, (void)i, (void)err;
    *sink = &sink_nowhere;
    return EXH_OK;
}

static enum exh_status end_nowhere(void *ctx, size_t i, struct exh_error *err)
{
    (void)ctx, (void)i, (void)err;
    return EXH_OK;
}

const struct exh_fragment_sinks stream_nowhere = { &sink_nowhere, begin_nowhere, end_nowhere,
                                                   NULL };
