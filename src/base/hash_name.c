#include <exhibit/crypto.h>

size_t exh_hash_size(enum exh_hash alg)
{
    switch (alg) {
    case EXH_HASH_NONE: return 0;
    case EXH_SHA256: return 32;
    case EXH_SHA384: return 48;
    case EXH_SHA512: return 64;
    }
    return 0;
}

const char *exh_hash_name(enum exh_hash alg)
{
    switch (alg) {
    case EXH_HASH_NONE: return "none";
    case EXH_SHA256: return "sha256";
    case EXH_SHA384: return "sha384";
    case EXH_SHA512: return "sha512";
    }
    return "none";
}
