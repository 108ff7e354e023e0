/*
 * convert_source.h -- an old recording's plaintext as a source, for whoever must know its size first.
 *
 *     status = convert_source_new(&old, &options, &plain, &err); // reads it all, tells what is wrong with it
 *     ... convert_source_as(plain) ...                           // decrypts it again, piece by piece
 *
 * No plaintext is kept but one piece. Reading goes forward; a step back begins anew from the beginning of the
 * recording, which is allowed CONVERT_REWINDS_MAX times.
 */
#ifndef SEAL_CONVERT_SOURCE_H
#define SEAL_CONVERT_SOURCE_H

#include "seal/convert.h"

#define CONVERT_REWINDS_MAX 64

struct convert_source; // owned; convert_source_free()

/*
 * Read the whole recording once; its findings are told. progress may be NULL. Everything in options, and the old
 * source, is borrowed until convert_source_free(). Failures as of convert_next().
 */
NODISCARD enum exh_status convert_source_new(
    const struct exh_source *old, const struct convert_options *options,
    void (*progress)(void *ctx, uint64_t done, uint64_t total), void *ctx,
    struct convert_source **out, struct exh_error *err);
void convert_source_free(struct convert_source *s); // NULL is allowed

/* The plaintext. EXH_IO when the recording has changed; EXH_LIMIT after too many steps back. */
const struct exh_source *convert_source_as(const struct convert_source *s);

const struct convert_report *convert_source_report(const struct convert_source *s);
const char *convert_source_media_type(const struct convert_source *s);

#endif
