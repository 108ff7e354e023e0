#include "cli/exit_codes.h"

#include <stddef.h>

#include "base/macros.h"

int exit_code_of(enum exh_status status)
{
    switch (status) {
    case EXH_OK: return EXIT_HOLDS;
    case EXH_INVALID: return EXIT_USAGE;
    case EXH_NETWORK: return EXIT_NETWORK;
    case EXH_DENIED: return EXIT_AUTHENTICATION;
    case EXH_NOT_FOUND:
    case EXH_MALFORMED:
    case EXH_LIMIT:
    case EXH_UNSUPPORTED:
    case EXH_IO:
    case EXH_NO_MEMORY:
    case EXH_CRYPTO: return EXIT_UNABLE;
    }
    return EXIT_UNABLE;
}

int exit_code_join(int a, int b)
{
    static const int order[] = { EXIT_ALTERED,   EXIT_REVOKED,        EXIT_UNABLE,
                                 EXIT_NETWORK,   EXIT_AUTHENTICATION, EXIT_BUSY,
                                 EXIT_USAGE,     EXIT_NO_CREDENTIAL,  EXIT_INCOMPLETE,
                                 EXIT_UNTRUSTED, EXIT_HOLDS };

    for (size_t i = 0; i < ARRAY_N(order); i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a > b ? a : b;
}
