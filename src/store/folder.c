#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "io/fd.h"

enum exh_status folder_each(int at, const char *path, folder_visitor *visit, void *ctx,
                            struct exh_error *err)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    enum exh_status status = EXH_OK;

    if (!d) {
        status = fail_errno(err, path, "open");
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    errno = 0;
    for (struct dirent *e; status == EXH_OK && (e = readdir(d)); errno = 0) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            status = visit(ctx, dirfd(d), e->d_name, err);
    }
    if (status == EXH_OK && errno)
        status = fail_errno(err, path, "list");
    (void)closedir(d);
    return status;
}
