/*
 * gpg_world.h -- GnuPG homes for tests, made anew each time and removed again; no key of anybody's.
 *
 *     struct gpg_world w;
 *     gpg_world_make(&w);    // owner: decrypts; camera: signs; they know each other. GNUPGHOME: owner's
 *     gpg_run(&w, w.camera, "--output %s/m --sign --encrypt --recipient %s %s/in", ...);
 *     gpg_world_remove(&w);
 *
 * What cannot be made ends the test program.
 */
#ifndef TESTS_GPG_WORLD_H
#define TESTS_GPG_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

struct gpg_world {
    char folder[64]; // of all homes and files; "log" in it has what gpg said
    char owner[80], camera[80], stranger[80];             // homes
    char owner_key[41], camera_key[41], stranger_key[41]; // fingerprints
};

void gpg_world_make(struct gpg_world *w);
void gpg_world_remove(const struct gpg_world *w);

/* gpg --batch in a home, with arguments as for a shell. Whether it succeeded. */
PRINTF_LIKE(3, 4)
bool gpg_run(const struct gpg_world *w, const char *home, const char *fmt, ...);

/* Encrypt a message to the owner, in a home; with further arguments as for a shell. Its size. */
size_t gpg_message(const struct gpg_world *w, const char *home, const char *arguments,
                   const void *plain, size_t plain_n, uint8_t *to, size_t size);

/* A small file in the world's folder. Reading one that is not there gives 0 bytes. */
size_t gpg_read(const struct gpg_world *w, const char *name, uint8_t *to, size_t size);
void gpg_write(const struct gpg_world *w, const char *name, const void *p, size_t n);

#endif
