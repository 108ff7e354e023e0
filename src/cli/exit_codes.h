/*
 * exit_codes.h -- what the exit status of every command promises (exhibit(1), "EXIT STATUS").
 */
#ifndef CLI_EXIT_CODES_H
#define CLI_EXIT_CODES_H

#include <exhibit/error.h>

enum exit_code {
    EXIT_HOLDS = 0,           // valid and trusted; or done
    EXIT_ALTERED = 1,         // altered, or a certificate in wrong use
    EXIT_USAGE = 2,           // the command line is wrong
    EXIT_UNTRUSTED = 3,       // valid, but the signer is not trusted
    EXIT_NO_CREDENTIAL = 4,   // nothing to verify
    EXIT_INCOMPLETE = 5,      // incomplete, conflict, withheld, unjudgeable
    EXIT_REVOKED = 6,         // the certificate was revoked
    EXIT_UNABLE = 10,         // malformed or over a limit; input or output failed
    EXIT_NETWORK = 11,        // a server was not reached, or answered wrongly
    EXIT_AUTHENTICATION = 12, // a passphrase or credential was refused
    EXIT_BUSY = 13,           // locked by another process
    EXIT_INTERRUPTED = 130,
};

/* The exit status of a command that failed with this status. */
int exit_code_of(enum exh_status status);

/* Of two results the one that counts: the first in the order 1, 6, 10 to 13, 2, 4, 5, 3, 0. */
int exit_code_join(int a, int b);

#endif
