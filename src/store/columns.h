/*
 * columns.h -- the columns of every table, in the order of migrations/, without the sum.
 *
 * A test compares them with the schema.
 */
#ifndef STORE_COLUMNS_H
#define STORE_COLUMNS_H

#define STATE_COLUMNS "key, value"
#define ACCOUNT_COLUMNS \
    "id, name, role, closed, holder, lease_s, label, secret_kind, secret, created_at"
#define INVITATION_COLUMNS                                                           \
    "id, role, name, holder, lease_s, created_by, created_at, expires_at, used_at, " \
    "used_by, withdrawn_at"
#define CERTIFICATE_COLUMNS                                                        \
    "id, account, kind, serial, sha256, key, ski, issuer, not_before, not_after, " \
    "issued_at, previous, log_idx, revoked_at, reason, recorded_at, der"
#define LEASE_COLUMNS                                                                  \
    "id, account, holder, starts_at, ends_at, grace_s, ended, ended_at, recorded_at, " \
    "renewals, reason, log_idx"
#define BLOB_COLUMNS "id, hash, size, sums"
#define OBJECT_COLUMNS                                                                  \
    "id, oid, account, certificate, kind, state, media_type, name, frame_first, "       \
    "frame_last, previous, commitment, first_tick, captured_us, received_us, version, " \
    "head"
#define VERSION_COLUMNS                                                          \
    "id, object, number, body, size, ledger, head, salt, log_idx, received_us, " \
    "clock_offset_us, origin, token, receipt"
#define UPLOAD_COLUMNS                                                                 \
    "id, account, door, state, length, offset, name, origin, created_at, updated_at, " \
    "expires_at, oid, reason, metadata"
#define LOG_ENTRY_COLUMNS "idx, at, leaf, entry"
#define CUSTODY_COLUMNS                                                                 \
    "id, oid, seq, at_us, zone_min, actor, action, origin, authority, result, detail, " \
    "before, after, previous, hash"
#define CUSTODY_HEAD_COLUMNS "oid, seq, hash"
#define BAN_COLUMNS          "source, account, failures, first_at, last_at, strikes, until"
#define ALARM_COLUMNS        "id, at, kind, account, oid, origin, text, closed_at, closed_by"
#define CONTACT_COLUMNS      "account, at_us, origin, clock_offset_us, queued"

#endif
