#include "gpg_world.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND_MAX 4096

/* Without what the test is worth nothing. */
static void need(bool there, const char *what)
{
    if (there)
        return;
    fprintf(stderr, "gpg_world: %s\n", what);
    exit(1);
}

PRINTF_LIKE(1, 2)
static bool shell(const char *fmt, ...)
{
    char command[COMMAND_MAX];
    va_list args;

    va_start(args, fmt);
    const int n = vsnprintf(command, sizeof command, fmt, args);
    va_end(args);
    need(n > 0 && n < COMMAND_MAX, "the command is too long");
    return system(command) == 0;
}

bool gpg_run(const struct gpg_world *w, const char *home, const char *fmt, ...)
{
    char arguments[COMMAND_MAX / 2];
    va_list args;

    va_start(args, fmt);
    vsnprintf(arguments, sizeof arguments, fmt, args);
    va_end(args);
    return shell("gpg --homedir %s --batch --yes --quiet --trust-model always %s >>%s/log 2>&1 "
                 "</dev/null",
                 home, arguments, w->folder);
}

size_t gpg_read(const struct gpg_world *w, const char *name, uint8_t *to, size_t size)
{
    char path[PATH_MAX];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "rb");
    if (!f)
        return 0;
    size_t n = fread(to, 1, size, f);
    fclose(f);
    return n;
}

void gpg_write(const struct gpg_world *w, const char *name, const void *p, size_t n)
{
    char path[PATH_MAX];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "wb");
    need(f && fwrite(p, 1, n, f) == n && fclose(f) == 0, path);
}

/* The fingerprint of the first key of a home. */
static void read_key(const struct gpg_world *w, const char *home, char key[41])
{
    need(shell("gpg --homedir %s --batch --with-colons --list-keys 2>/dev/null"
               " | awk -F: '/^fpr/ { print $10; exit }' >%s/key",
               home, w->folder) &&
             gpg_read(w, "key", (uint8_t *)key, 40) == 40,
         "no key was made");
    key[40] = 0;
}

static void make_home(struct gpg_world *w, char home[80], const char *name, bool decrypts,
                      char key[41])
{
    snprintf(home, 80, "%s/%s", w->folder, name);
    need(mkdir(home, 0700) == 0, home);
    need(
        gpg_run(w, home, "--passphrase '' --quick-gen-key %s@example.org ed25519 sign never", name),
        "gpg made no key");
    read_key(w, home, key);
    need(!decrypts ||
             gpg_run(w, home, "--passphrase '' --quick-add-key %s cv25519 encr never", key),
         "gpg made no subkey");
}

/* A home learns the public keys of another. */
static void introduce(const struct gpg_world *w, const char *home, const char *other)
{
    need(gpg_run(w, other, "--output %s/public --export", w->folder) &&
             gpg_run(w, home, "--import %s/public", w->folder),
         "keys are not taken over");
}

void gpg_world_make(struct gpg_world *w)
{
    memset(w, 0, sizeof *w);
    snprintf(w->folder, sizeof w->folder, "/tmp/exhibit-gpg-XXXXXX");
    need(mkdtemp(w->folder), "no folder for the keys");
    make_home(w, w->owner, "owner", true, w->owner_key);
    make_home(w, w->camera, "camera", false, w->camera_key);
    make_home(w, w->stranger, "stranger", true, w->stranger_key);
    introduce(w, w->owner, w->camera);
    introduce(w, w->camera, w->owner);
    introduce(w, w->stranger, w->owner);
    setenv("GNUPGHOME", w->owner, 1);
}

void gpg_world_remove(const struct gpg_world *w)
{
    const char *const homes[] = { w->owner, w->camera, w->stranger };

    for (size_t i = 0; i < ARRAY_N(homes); i++)
        (void)shell("gpgconf --homedir %s --kill all >/dev/null 2>&1", homes[i]);
    (void)shell("rm -rf %s", w->folder);
}

size_t gpg_message(const struct gpg_world *w, const char *home, const char *arguments,
                   const void *plain, size_t plain_n, uint8_t *to, size_t size)
{
    gpg_write(w, "plain", plain, plain_n);
    need(gpg_run(w, home, "--output %s/message %s --encrypt --recipient %s %s/plain", w->folder,
                 arguments, w->owner_key, w->folder),
         "gpg encrypted nothing");
    return gpg_read(w, "message", to, size);
}
