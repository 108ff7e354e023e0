#include "seal/stanza.h"

#include "base/text.h"
#include "formats/base64.h"

bool stanza_is(const struct age_stanza *s, const char *type)
{
    return bytes_are(s->type, type);
}

// A type that is printed here was compared with ours before: it is no hostile text.
enum exh_status stanza_check(const struct age_stanza *s, size_t args_n, struct exh_error *err)
{
    if (s->args_n != args_n)
        return fail(err, EXH_MALFORMED, "%.*s stanza: %zu arguments, not %zu", (int)s->type.n,
                    (const char *)s->type.p, s->args_n, args_n);
    // The size before all else: a longer body could be made to open under several keys.
    if (s->body.n != WRAPPED_N)
        return fail(err, EXH_MALFORMED, "%.*s stanza: a body of %zu bytes, not %d", (int)s->type.n,
                    (const char *)s->type.p, s->body.n, WRAPPED_N);
    return EXH_OK;
}

enum exh_status stanza_arg_bytes(const struct age_stanza *s, size_t i, uint8_t *to, size_t n,
                                 struct exh_error *err)
{
    if (base64_read_exact(age_stanza_arg(s, i), to, n))
        return EXH_OK;
    return fail(err, EXH_MALFORMED, "%.*s stanza: argument %zu is no canonical base64 of %zu bytes",
                (int)s->type.n, (const char *)s->type.p, i + 1, n);
}
