/*
 * source.h -- where an asset's bytes come from, and where a signed asset's bytes go.
 *
 * The core opens no file: a source reads by offset, a sink takes bytes in order. Whoever owns
 * files, sockets or memory fills these structs; exhibit/file.h has them for files.
 */
#ifndef EXHIBIT_SOURCE_H
#define EXHIBIT_SOURCE_H

#include <exhibit/bytes.h>
#include <exhibit/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes of one asset, read by offset. The asset must not change while it is read. */
struct exh_source {
    uint64_t size;         // bytes in the asset
    const uint8_t *memory; // the whole asset, if it lies in memory; else NULL, and read is used
    // Copy exactly n bytes from offset at. The core never asks beyond size; a short read is EXH_IO.
    enum exh_status (*read)(void *ctx, uint64_t at, uint8_t *to, size_t n, struct exh_error *err);
    void *ctx;
};

/* Takes the bytes of an output, in order. Zero what is not set: members may be added. */
struct exh_sink {
    enum exh_status (*write)(void *ctx, const uint8_t *p, size_t n, struct exh_error *err);
    // Overwrite n bytes that were written at offset `at`. NULL: the sink is a pipe.
    enum exh_status (*patch)(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                             struct exh_error *err);
    // The next n bytes come later, by one patch(). NULL: zeros are written in their place.
    enum exh_status (*hole)(void *ctx, uint64_t n, struct exh_error *err);
    void *ctx;
};

/*
 * Takes bytes that must last, at the end of a file that only grows. After a failure nothing of the file
 * is known but what sync() confirmed before: the appender is not used again.
 */
struct exh_appender {
    enum exh_status (*write)(void *ctx, const uint8_t *p, size_t n, struct exh_error *err);
    // Returns when all bytes written so far are on stable storage.
    enum exh_status (*sync)(void *ctx, struct exh_error *err);
    void *ctx;
};

/* A source over memory, which is borrowed for the life of the source. */
EXH_API struct exh_source exh_source_memory(const uint8_t *p, size_t n);

/* A sink into the caller's memory of `size` bytes; more is refused with EXH_LIMIT. */
struct exh_memory_sink {
    uint8_t *p;
    size_t size; // bytes available
    size_t n;    // bytes written so far
};
EXH_API struct exh_sink exh_sink_memory(struct exh_memory_sink *m);

#ifdef __cplusplus
}
#endif

#endif
