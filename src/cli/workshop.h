/*
 * workshop.h -- a signed file in memory, taken apart so that every part of it can be forged.
 *
 * Edits are made in place, in a copy: nothing else moves, so what a verifier finds is the forgery and
 * not the way it was made. The checksum of a PNG chunk is set right again, as a forger would.
 */
#ifndef CLI_WORKSHOP_H
#define CLI_WORKSHOP_H

#include "c2pa/store.h"
#include "cli/judge.h"
#include "formats/container.h"

#define WORKSHOP_MAX ((size_t)256 << 20) // bytes of a file that is forged in memory

struct workshop {
    const char *path; // borrowed
    uint8_t *p;       // the file; owned
    size_t n;
    uint8_t *sidecar; // owned; NULL: the credential lies in the file
    size_t sidecar_n;
    struct container container; // of the file, or of the sidecar
    struct arena arena;
    struct store store; // views into container.jumbf and container.update_jumbf
};

/*
 * Take a file apart. EXH_NOT_FOUND: it carries no credential, nor has one beside it. EXH_LIMIT over
 * WORKSHOP_MAX.
 */
NODISCARD enum exh_status workshop_open(struct workshop *w, const char *path, const char *store,
                                        struct exh_error *err);
void workshop_close(struct workshop *w); // a zeroed one is allowed

/* A copy of the file, and of its sidecar, that is being forged. */
struct forgery {
    uint8_t *p; // owned
    size_t n;
    uint8_t *sidecar; // owned, or NULL
    size_t sidecar_n;
};
NODISCARD enum exh_status forgery_new(const struct workshop *w, struct forgery *f,
                                      struct exh_error *err);
void forgery_free(struct forgery *f);

/*
 * The byte of a forgery that a byte of the store became: at is a view into the store. NULL when it is
 * not there as it is (inside a compressed manifest).
 */
uint8_t *forgery_byte(const struct workshop *w, struct forgery *f, const uint8_t *at);

/* Set right what a container computes over the store: the last step of a forgery. */
void forgery_seal(const struct workshop *w, struct forgery *f);

/* A range of the file that is picture or sound, outside of the store: where content can be forged. */
struct span workshop_content(const struct workshop *w);

#endif
