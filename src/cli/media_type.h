/*
 * media_type.h -- what kind of file it is, by its first bytes: what a ledger says of a sealed one in clear.
 */
#ifndef CLI_MEDIA_TYPE_H
#define CLI_MEDIA_TYPE_H

#include <exhibit/bytes.h>

#define MEDIA_TYPE_LOOK ((size_t)4 << 10) // bytes that are looked at

/* "video/mp4"; "application/octet-stream" where nothing is known. Borrowed for ever. */
const char *media_type_of(struct exh_bytes first);

#endif
