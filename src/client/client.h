/*
 * client.h -- the one way out to the network.
 *
 * A request goes to an http or https URL, perhaps found in a stranger's file. So: the name is resolved
 * once, every address it has is judged, and the connection goes to one of those and no other; no
 * redirect, no proxy, no cookie, no credential; sizes, times and kinds of answer are fixed.
 *
 * The library behind this is a module (exhibit-client.so) that is loaded on first use, by
 * cli/module.h: verifying a file without --online loads no HTTP library.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <exhibit/bytes.h>
#include <exhibit/error.h>

#define CLIENT_MODULE  "exhibit-client.so"
#define CLIENT_SYMBOL  "exhibit_client"
#define CLIENT_VERSION 1 // of struct client_api: a module of another version is not used

enum client_kind {
    CLIENT_GET_MANIFEST, // a manifest store
    CLIENT_ASK_OCSP,     // POST of an OCSP request
    CLIENT_ASK_TSA,      // POST of a time-stamp request
};

/* Where a request may go. Private: loopback, link-local, local networks, anything not public. */
enum client_reach {
    CLIENT_PUBLIC, // URLs out of files
    CLIENT_TYPED, // the user typed the URL: a private address that stands in it is meant, but a name
                  // that only leads to one is not
    CLIENT_ANY,   // the user allowed private addresses
};

struct client_request {
    enum client_kind kind;
    const char *url;
    struct exh_bytes body; // empty with GET
    enum client_reach reach;
};

struct client_api {
    unsigned version;
    /*
     * Fetch the answer into to, at most size bytes; *n receives its size.
     * EXH_NETWORK: not reached, not allowed, or not an answer of the kind that was asked for.
     */
    enum exh_status (*fetch)(const struct client_request *request, uint8_t *to, size_t size,
                             size_t *n, struct exh_error *err);
};

extern EXH_API const struct client_api exhibit_client;

#endif
