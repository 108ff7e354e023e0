/*
 * armor_source.h -- an armored age file as the binary one that it is.
 *
 * The text is gone through once to find its size and that it is well formed, then again while it is
 * read: in order it costs one more pass, and a step back begins anew. Constant memory.
 */
#ifndef SEAL_ARMOR_SOURCE_H
#define SEAL_ARMOR_SOURCE_H

#include <stdbool.h>

#include "formats/age_armor.h"

struct armor_source; // owned; armor_source_free()

/* Whether a source is armored: by its first bytes. */
NODISCARD enum exh_status armor_source_is(const struct exh_source *text, bool *armored,
                                          struct exh_error *err);

/* text is borrowed for life. EXH_MALFORMED  EXH_IO  EXH_NO_MEMORY */
NODISCARD enum exh_status armor_source_new(const struct exh_source *text, struct armor_source **out,
                                           struct exh_error *err);

/* The binary file; borrowed until armor_source_free(). */
struct exh_source armor_source_binary(struct armor_source *a);
void armor_source_free(struct armor_source *a); // NULL is allowed

#endif
