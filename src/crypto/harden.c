#include <exhibit/harden.h>

#include "base/error.h"
#include "base/wipe.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#define SECURE_HEAP  (256 << 10) // bytes locked for private keys; a key of 16384 bits takes 10 KiB
#define SECURE_BLOCK 32          // bytes of its smallest block

#if defined(__SANITIZE_ADDRESS__)
#define LEAK_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEAK_CHECKED 1
#endif
#endif

// OpenSSL's decoders free buffers that held a private key as they are. So every buffer is wiped.
static void wiping_free(void *p, const char *file, int line)
{
    (void)file;
    (void)line;
    if (p)
        wipe(p, malloc_usable_size(p));
    free(p);
}

static void *plain_malloc(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return n ? malloc(n) : NULL;
}

// realloc() may move a block and leave the old one as it is: move it ourselves.
static void *wiping_realloc(void *p, size_t n, const char *file, int line)
{
    size_t old = p ? malloc_usable_size(p) : 0;

    if (!n) {
        wiping_free(p, file, line);
        return NULL;
    }
    void *fresh = malloc(n);
    if (!fresh || !p)
        return fresh;
    memcpy(fresh, p, old < n ? old : n);
    wiping_free(p, file, line);
    return fresh;
}

static enum exh_status no_dumps(struct exh_error *err)
{
    const struct rlimit none = { 0, 0 };

    if (setrlimit(RLIMIT_CORE, &none) != 0)
        return fail(err, EXH_IO, "core dumps cannot be turned off: %s", strerror(errno));
#ifndef LEAK_CHECKED // the leak checker attaches to its own process
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fail(err, EXH_IO, "attaching cannot be turned off: %s", strerror(errno));
#endif
    return EXH_OK;
}

static enum exh_status guard_memory(struct exh_error *err)
{
    if (!CRYPTO_set_mem_functions(plain_malloc, wiping_realloc, wiping_free))
        return fail(err, EXH_IO, "OpenSSL has memory already: what it frees is not wiped");
    switch (CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_BLOCK)) {
    case 1: return EXH_OK;
    case 2: return fail(err, EXH_IO, "memory for private keys cannot be locked: it may be swapped");
    default: return fail(err, EXH_IO, "there is no guarded memory for private keys");
    }
}

enum exh_status exh_harden(struct exh_error *err)
{
    struct exh_error first, second;
    enum exh_status dumps = no_dumps(&first);
    enum exh_status memory = guard_memory(&second);

    if (err && (dumps || memory))
        *err = dumps ? first : second;
    return dumps ? dumps : memory;
}
