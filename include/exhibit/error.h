/*
 * error.h -- how every call of the library says that it could not do its work.
 *
 *     struct exh_error err;
 *     if (exh_source_open(path, &source, &err) != EXH_OK)
 *         fprintf(stderr, "%s\n", err.text);
 *
 * An error means that we could not look, or could not write. What was found while looking
 * (a signature that does not hold, an unknown signer) is an answer, and stands in a report.
 */
#ifndef EXHIBIT_ERROR_H
#define EXHIBIT_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define EXH_API __attribute__((visibility("default")))
#else
#define EXH_API
#endif

/* Zero is success. Branch on the status; show the text to people; never parse the text. */
enum exh_status {
    EXH_OK = 0,
    EXH_NOT_FOUND,   // what was asked for is not there: no credential, no such file
    EXH_MALFORMED,   // the input breaks its format's rules
    EXH_LIMIT,       // the input asks for more than a named limit allows
    EXH_UNSUPPORTED, // well formed perhaps, but not something we handle
    EXH_INVALID,     // the caller's arguments contradict each other or the input
    EXH_IO,          // the system refused to read or write
    EXH_NO_MEMORY,
    EXH_CRYPTO,  // a key or a cryptographic operation failed
    EXH_NETWORK, // a server could not be reached or answered wrongly
    EXH_DENIED,  // a passphrase or credential was refused
};

#define EXH_ERROR_MAX 512 // bytes of one sentence, with its NUL

/* Owned by the caller; filled when a call fails. One sentence: what, where, what was expected. */
struct exh_error {
    enum exh_status status;
    char text[EXH_ERROR_MAX];
};

/* A short stable name of a status, for JSON and logs: "malformed". Borrowed for ever. */
EXH_API const char *exh_status_name(enum exh_status status);

#ifdef __cplusplus
}
#endif

#endif
