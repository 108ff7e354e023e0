/*
 * alarm.h -- what somebody must look at: forged uploads, the same frame with other bytes, a file that shrank.
 */
#ifndef STORE_ALARM_H
#define STORE_ALARM_H

#include "store/account.h"
#include "store/object.h"

#define STORE_ALARM_KIND_MAX 33
#define STORE_ALARM_TEXT_MAX 513

struct store_alarm {
    int64_t id; // given by store_add_alarm()
    int64_t at;
    char kind[STORE_ALARM_KIND_MAX]; // "frame-conflict", "forged", "camera-silent", ...
    int64_t account;                 // 0: none
    uint8_t oid[STORE_HASH];         // zeros: none
    char origin[STORE_ORIGIN_MAX];
    char text[STORE_ALARM_TEXT_MAX];
    int64_t closed_at; // 0: open
    char closed_by[STORE_NAME_MAX];
};

NODISCARD enum exh_status store_add_alarm(struct store *s, const struct store_alarm *alarm,
                                          int64_t *id, struct exh_error *err);
NODISCARD enum exh_status store_get_alarm(struct store *s, int64_t id, struct store_alarm *out,
                                          struct exh_error *err);

/* EXH_DENIED when it is closed. */
NODISCARD enum exh_status store_close_alarm(struct store *s, int64_t id, const char *by,
                                            int64_t now, struct exh_error *err);

/* Alarms above an id, in its order; open_only: without those that are closed. */
NODISCARD enum exh_status store_list_alarms(struct store *s, bool open_only, int64_t after,
                                            struct store_alarm *out, size_t max, size_t *n,
                                            struct exh_error *err);

#endif
