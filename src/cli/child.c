#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PIECE         ((size_t)64 << 10) // bytes read at a time
#define COMPLAINT_MAX 4096               // bytes kept of what it prints on stderr

extern char **environ;

struct child {
    pid_t pid;
    int out, err; // our ends of its pipes; -1: closed
};

static int64_t clock_ms(void)
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum exh_status fail_spawn(const char *name, int code, struct exh_error *err)
{
    if (code == ENOENT)
        return fail(err, EXH_NOT_FOUND, "the program %s is needed, and is not installed", name);
    return fail(err, EXH_IO, "%s: cannot be run: %s", name, strerror(code));
}

/* posix_spawnp() takes char *const[], but changes nothing: its text says so. */
static int spawn(pid_t *pid, const char *const *argv, posix_spawn_file_actions_t *actions)
{
    char *copy[64];
    size_t n = 0;

    for (; argv[n] && n + 1 < ARRAY_N(copy); n++)
        memcpy(&copy[n], &argv[n], sizeof copy[n]);
    copy[n] = NULL;
    return posix_spawnp(pid, argv[0], actions, NULL, copy, environ);
}

static enum exh_status start(struct child *c, const char *const *argv, struct exh_error *err)
{
    posix_spawn_file_actions_t actions;
    int out[2], errs[2];

    if (pipe(out) != 0)
        return fail(err, EXH_IO, "no pipe: %s", strerror(errno));
    if (pipe(errs) != 0) {
        (void)close(out[0]);
        (void)close(out[1]);
        return fail(err, EXH_IO, "no pipe: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(out[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(errs[i], F_SETFD, FD_CLOEXEC);
    }
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    (void)posix_spawn_file_actions_adddup2(&actions, errs[1], STDERR_FILENO);
    const int code = spawn(&c->pid, argv, &actions);
    (void)posix_spawn_file_actions_destroy(&actions);
    (void)close(out[1]);
    (void)close(errs[1]);
    c->out = out[0];
    c->err = errs[0];
    if (code == 0)
        return EXH_OK;
    (void)close(c->out);
    (void)close(c->err);
    return fail_spawn(argv[0], code, err);
}

/* Take what is there; at the end the descriptor is closed and set to -1. */
static void drain(int *fd, struct buf *to)
{
    uint8_t piece[PIECE];
    ssize_t got = read(*fd, piece, sizeof piece);

    if (got > 0) {
        buf_put(to, piece, (size_t)got);
    } else if (got == 0 || errno != EINTR) {
        (void)close(*fd);
        *fd = -1;
    }
}

/* Both pipes until their ends. False: it took too long, or printed too much. */
static bool collect(struct child *c, int timeout_ms, struct buf *out, struct buf *complaint)
{
    const int64_t until = clock_ms() + timeout_ms;

    while (c->out >= 0 || c->err >= 0) {
        struct pollfd fds[2] = { { .fd = c->out, .events = POLLIN },
                                 { .fd = c->err, .events = POLLIN } };
        const int64_t left = until - clock_ms();
        if (left <= 0 || out->failed)
            return false;
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
            return false;
        if (c->out >= 0 && fds[0].revents)
            drain(&c->out, out);
        if (c->err >= 0 && fds[1].revents)
            drain(&c->err, complaint);
    }
    return !out->failed;
}

/* The last line that is not empty. */
static void last_line(const struct buf *b, char to[256])
{
    size_t end = b->n;

    while (end && (b->p[end - 1] == '\n' || b->p[end - 1] == '\r'))
        end--;
    size_t begin = end;
    while (begin && b->p[begin - 1] != '\n')
        begin--;
    (void)snprintf(to, 256, "%.*s", (int)(end - begin), b->p ? (const char *)b->p + begin : "");
}

static void stop(struct child *c, int *status)
{
    if (c->out >= 0)
        (void)close(c->out);
    if (c->err >= 0)
        (void)close(c->err);
    while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
        ;
}

static enum exh_status judge(const char *name, bool finished, int status, const struct buf *out,
                             const struct buf *complaint, int timeout_ms, struct exh_error *err)
{
    char line[256];

    if (out->failed)
        return buf_finish(out, err) == EXH_OK ? EXH_OK : within(err, name);
    if (!finished)
        return fail(err, EXH_IO, "%s: gave no answer within %d s", name, timeout_ms / 1000);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail_spawn(name, ENOENT, err);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return EXH_OK;
    last_line(complaint, line);
    return fail(err, EXH_IO, "%s: %s", name, *line ? line : "failed without saying why");
}

enum exh_status child_read(const char *const *argv, int timeout_ms, struct buf *out,
                           struct exh_error *err)
{
    struct buf complaint = buf_with_limit(COMPLAINT_MAX);
    struct child c = { 0 };
    int ended = 0;
    enum exh_status status = start(&c, argv, err);

    if (status != EXH_OK)
        return status;
    const bool finished = collect(&c, timeout_ms, out, &complaint);
    if (!finished)
        (void)kill(c.pid, SIGKILL);
    stop(&c, &ended);
    status = judge(argv[0], finished, ended, out, &complaint, timeout_ms, err);
    buf_free(&complaint);
    return status;
}

enum exh_status child_run(const char *const *argv, struct exh_error *err)
{
    struct child c = { .out = -1, .err = -1 };
    int ended = 0;
    const int code = spawn(&c.pid, argv, NULL);

    if (code != 0)
        return fail_spawn(argv[0], code, err);
    stop(&c, &ended);
    if (WIFEXITED(ended) && WEXITSTATUS(ended) == 0)
        return EXH_OK;
    return fail(err, EXH_IO, "%s: ended with a failure", argv[0]);
}
