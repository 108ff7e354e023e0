/*
 * segments.h -- the media segments of a CMAF track as sources: any number of files, one of them open.
 */
#ifndef CLI_SEGMENTS_H
#define CLI_SEGMENTS_H

#include <exhibit/source.h>

#include "cli/command.h"

#define SEGMENTS_MAX 1000000 // files of one track: eleven days of one-second segments

struct segments; // owned; segments_free()

/* Sorted as numbers in their names count: seg-2 before seg-10. Paths are borrowed. */
enum exh_status segments_new(struct operands paths, struct segments **out, struct exh_error *err);
void segments_free(struct segments *s); // NULL is allowed
const struct exh_source *segments_sources(const struct segments *s, size_t *n);
const char *const *segments_paths(const struct segments *s); // in that order

/* Order of two names: digits compare as numbers. As for qsort(). */
int segments_order(const char *a, const char *b);

#endif
