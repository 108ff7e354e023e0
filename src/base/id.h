/*
 * id.h -- what a camera's id, and a person's name, may look like.
 *
 * They stand in certificates, addresses, file names and folders, so they are plain ASCII, short, and
 * never begin with a dot or a dash.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>

#include <exhibit/bytes.h>

#define ID_MAX 64 // characters

/* What the rule is called in a message. */
#define ID_RULE "1 to 64 of A-Z a-z 0-9 . _ -, the first a letter or digit"

bool id_valid(struct exh_bytes id);

#endif
