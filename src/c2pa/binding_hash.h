/*
 * binding_hash.h -- what checking a hard binding takes: its algorithm, a hash over parts of the asset
 * in one pass, and an answer.
 */
#ifndef C2PA_BINDING_HASH_H
#define C2PA_BINDING_HASH_H

#include "base/error.h"
#include "c2pa/binding.h"

/*
 * The algorithm of a map: its own `alg`, else the enclosing one's. EXH_HASH_NONE: it names one that is
 * not allowed, or nobody names one. Spec: C2PA, "Determining the hashing algorithm".
 */
enum exh_hash binding_alg(struct cbor map, enum exh_hash enclosing);

/* Feed bytes of the asset to the hash, and tell the progress; *done counts over all calls. */
NODISCARD enum exh_status binding_hash_add(const struct binding_question *q, struct exh_hasher *h,
                                           struct span span, uint64_t *done, struct exh_error *err);

/* Whether the digest is `want`; h is freed. */
bool binding_hash_is(const struct binding_question *q, struct exh_hasher *h, struct exh_bytes want);

/* An answer that the binding fails, with its explanation. */
PRINTF_LIKE(3, 4)
void binding_fails(struct binding_answer *out, const char *code, const char *fmt, ...);

#endif
