/*
 * fd.h -- descriptors read and written to the last byte, whatever signals and kernels do.
 */
#ifndef IO_FD_H
#define IO_FD_H

#include <sys/types.h>

#include <exhibit/bytes.h>

#include "base/error.h"

/* Write all n bytes. EXH_IO. */
NODISCARD enum exh_status fd_write(int fd, const uint8_t *p, size_t n, struct exh_error *err);

/* Write all n bytes at an offset. EXH_IO. */
NODISCARD enum exh_status fd_write_at(int fd, uint64_t at, const uint8_t *p, size_t n,
                                      struct exh_error *err);

/* Read up to n bytes: fewer only at the end. Negative with errno set when it failed. */
ssize_t fd_read(int fd, uint8_t *to, size_t n);

/* A file in the folder for temporary files that has no name. -1 with errno set when it failed. */
int fd_temporary(void);

/* The folder of a path into to, of PATH_MAX bytes as the path at most has; "." when it is a bare name. */
void fd_folder_of(const char *path, char *to);

/* Bring the entry of a path in its folder to stable storage. EXH_IO. */
NODISCARD enum exh_status fd_sync_folder(const char *path, struct exh_error *err);

/* fail() with what the system said of errno. */
enum exh_status fail_errno(struct exh_error *err, const char *path, const char *action);

#endif
