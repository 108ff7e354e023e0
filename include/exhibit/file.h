/*
 * file.h -- files as sources and sinks.
 *
 *     struct exh_source source = { 0 };
 *     struct exh_output *output = NULL;
 *     if (exh_source_open("in.jpg", &source, &err) != EXH_OK ||
 *         exh_output_open("out.jpg", 0, &output, &err) != EXH_OK ||
 *         exh_sign(&source, exh_output_sink(output), &signer, &options, NULL, &err) != EXH_OK ||
 *         exh_output_commit(output, &err) != EXH_OK)
 *         complain(&err);
 *     exh_output_close(output); // not committed: nothing is left behind
 *     exh_source_close(&source);
 *
 * An output appears under its name complete and on stable storage, or not at all. The path "-" means
 * standard input or standard output.
 */
#ifndef EXHIBIT_FILE_H
#define EXHIBIT_FILE_H

#include <exhibit/source.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_SPOOL_MAX ((uint64_t)8 << 30) // bytes taken from a pipe into a temporary file

/*
 * Open a file for reading by offset. A pipe, or standard input, is first copied into a temporary file
 * without a name, up to EXH_SPOOL_MAX bytes.
 *
 * out  on success: owned; exh_source_close().
 * err  may be NULL, here and below.
 *
 * EXH_NOT_FOUND  EXH_IO  EXH_LIMIT  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_source_open(const char *path, struct exh_source *out,
                                        struct exh_error *err);

/* Close what exh_source_open() opened. A zeroed source is allowed. */
EXH_API void exh_source_close(struct exh_source *source);

struct exh_output; // owned; exh_output_close()

#define EXH_OUTPUT_REPLACE 1U // an existing file is replaced; else it is refused with EXH_INVALID
#define EXH_OUTPUT_PRIVATE 2U // only the owner may read it (0600); else as umask says

/*
 * Begin an output. Nothing is seen under `path` before exh_output_commit(). Standard output, pipes
 * and devices take the bytes at once; their sink cannot patch.
 *
 * EXH_INVALID (exists already)  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_output_open(const char *path, unsigned flags, struct exh_output **out,
                                        struct exh_error *err);

/* Where the bytes go. Borrowed until exh_output_close(). */
EXH_API const struct exh_sink *exh_output_sink(const struct exh_output *output);

/* Bring the file to stable storage, give it its name, and bring that to stable storage too. */
EXH_API enum exh_status exh_output_commit(struct exh_output *output, struct exh_error *err);

/* Free an output; without a commit before, its file is gone. NULL is allowed. */
EXH_API void exh_output_close(struct exh_output *output);

/*
 * Remove the files of all outputs that are not committed. For a signal handler that ends the
 * process: it is async-signal-safe, and outputs must not be used after it.
 */
EXH_API void exh_output_abandon_all(void);

struct exh_append; // owned; exh_append_close()

#define EXH_APPEND_GO_ON 4U // the file exists, and bytes go behind its own; else it must not exist

/*
 * Open a file that grows: nothing written is ever changed, and every byte is seen at once. The name itself is
 * on stable storage before the call returns. Another process that appends to it is refused.
 *
 * flags  EXH_APPEND_GO_ON, EXH_OUTPUT_PRIVATE
 *
 * EXH_INVALID (exists already, is no file, somebody else appends)  EXH_NOT_FOUND  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_append_open(const char *path, unsigned flags, struct exh_append **out,
                                        struct exh_error *err);

/* Where the bytes go. Borrowed until exh_append_close(). */
EXH_API const struct exh_appender *exh_append_appender(const struct exh_append *file);

/* Bytes in the file. */
EXH_API uint64_t exh_append_size(const struct exh_append *file);

/*
 * Cut the file back to n bytes, on stable storage: what a power cut left unfinished. EXH_INVALID when the
 * file is shorter.
 */
EXH_API enum exh_status exh_append_cut(struct exh_append *file, uint64_t n, struct exh_error *err);
EXH_API void exh_append_close(struct exh_append *file); // NULL is allowed

/*
 * Read a whole small file (keys, certificates, sidecars) of at most `limit` bytes into *p (owned,
 * free(); a NUL follows the bytes). EXH_LIMIT when it is longer. Copies made on the way are wiped.
 */
EXH_API enum exh_status exh_file_read(const char *path, size_t limit, uint8_t **p, size_t *n,
                                      struct exh_error *err);

/* Write a whole file by an output: exh_output_open(), write, commit. */
EXH_API enum exh_status exh_file_write(const char *path, unsigned flags, struct exh_bytes bytes,
                                       struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
