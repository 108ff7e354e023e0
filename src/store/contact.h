/*
 * contact.h -- when an account was last heard of, and how its clock went then.
 *
 * One row an account. The clock at each upload stands with its version (object.h): that is the evidence.
 */
#ifndef STORE_CONTACT_H
#define STORE_CONTACT_H

#include "store/object.h"

struct store_contact {
    int64_t account;
    int64_t at_us;
    char origin[STORE_ORIGIN_MAX];
    bool has_clock;
    int64_t clock_offset_us; // its clock minus ours
    bool has_queued;
    int64_t queued; // objects that it still has to send, as it says
};

/* Replaces what was known. */
NODISCARD enum exh_status store_put_contact(struct store *s, const struct store_contact *contact,
                                            struct exh_error *err);
NODISCARD enum exh_status store_get_contact(struct store *s, int64_t account,
                                            struct store_contact *out, struct exh_error *err);

/* Open cameras that were heard of, but not since a time, the longest silent first. */
NODISCARD enum exh_status store_list_silent(struct store *s, int64_t since_us,
                                            struct store_contact *out, size_t max, size_t *n,
                                            struct exh_error *err);

#endif
