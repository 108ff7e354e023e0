/*
 * world.h -- a folder with something of everything in it, and a question for each kind of row.
 */
#ifndef TESTS_STORE_WORLD_H
#define TESTS_STORE_WORLD_H

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "store/alarm.h"
#include "store/ban.h"
#include "store/certificate.h"
#include "store/contact.h"
#include "store/custody.h"
#include "store/invitation.h"
#include "store/lease.h"
#include "store/log_entries.h"
#include "store/tiles.h"
#include "store/upload.h"

#define WORLD_ENTRIES 300 // of the log: one full tile and one that is not

static struct exh_error err;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static inline void remove_folder(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A new folder, in memory where there is such a place: these tests are not about the disk. */
static inline void make_folder(char path[64])
{
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)snprintf(path, 64, "%s/exhibit-store-XXXXXX", where);
    if (!mkdtemp(path))
        abort();
}

static inline void fill(uint8_t *to, size_t n, unsigned seed)
{
    uint32_t x = seed * 2654435761u + 12345;

    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        to[i] = (uint8_t)(x >> 24);
    }
}

struct world {
    char path[64];
    char log[80];
    struct store_home *home;
    struct store *s;
    int64_t ann, cam, cert, version;
    uint8_t oid[STORE_HASH], body[STORE_HASH], ledger[STORE_HASH];
    uint8_t upload[STORE_ID], done[STORE_ID], invitation[STORE_ID], used[STORE_ID];
};

static inline void must(enum exh_status status, const char *what)
{
    if (!CHECK(status == EXH_OK, "%s: %s", what, err.text))
        exit(1);
}

static inline struct store_account an_account(const char *name, enum store_role role)
{
    struct store_account a = { .role = role,
                               .lease_s = 2592000,
                               .label = "by the door",
                               .secret_kind = STORE_SECRET_HMAC,
                               .secret_n = 32,
                               .created_at = 1000 };

    (void)snprintf(a.name, sizeof a.name, "%s", name);
    fill(a.secret, a.secret_n, 7);
    return a;
}

static inline struct store_certificate a_certificate(int64_t account, unsigned seed)
{
    struct store_certificate c = { .account = account,
                                   .kind = account ? STORE_CERT_LEAF : STORE_CERT_ISSUING,
                                   .serial_n = 16,
                                   .not_before = 1000,
                                   .not_after = 9000,
                                   .issued_at = 1000,
                                   .log_idx = -1 };

    fill(c.serial, c.serial_n, seed);
    fill(c.sha256, sizeof c.sha256, seed + 1);
    fill(c.key, sizeof c.key, seed + 2);
    fill(c.ski, sizeof c.ski, seed + 3);
    fill(c.issuer, sizeof c.issuer, 99);
    return c;
}

static inline struct store_object an_object(int64_t account, unsigned seed)
{
    struct store_object o = { .account = account,
                              .kind = STORE_PHOTO,
                              .state = STORE_ACCEPTED,
                              .media_type = "image/jpeg",
                              .name = "cam-1_2026_11_21_09_00_00_7.jpg",
                              .has_frames = true,
                              .frame_first = seed,
                              .frame_last = seed,
                              .has_captured = true,
                              .captured_us = 5000000,
                              .received_us = 5000001 };

    fill(o.oid, sizeof o.oid, seed + 1000);
    fill(o.first_tick, sizeof o.first_tick, seed + 2000);
    return o;
}

static inline struct store_version a_version(const uint8_t body[STORE_HASH], uint64_t size,
                                             unsigned seed)
{
    struct store_version v = { .size = size,
                               .log_idx = 1,
                               .received_us = 5000001,
                               .has_clock = true,
                               .clock_offset_us = -20,
                               .origin = "192.0.2.1" };

    memcpy(v.body, body, STORE_HASH);
    fill(v.head, sizeof v.head, seed + 3000);
    fill(v.salt, sizeof v.salt, seed + 4000);
    return v;
}

static inline void put_blob(struct world *w, size_t n, unsigned seed, uint8_t hash[STORE_HASH])
{
    uint8_t *bytes = malloc(n ? n : 1);
    struct store_blob blob = { 0 };

    fill(bytes, n, seed);
    must(store_put_bytes(w->home, (struct exh_bytes){ bytes, n }, &blob, &err), "blob");
    must(store_add_blob(w->s, &blob, &err), "row of a blob");
    memcpy(hash, blob.hash, STORE_HASH);
    store_blob_free(&blob);
    free(bytes);
}

static inline void fill_people(struct world *w)
{
    struct store_account ann = an_account("ann", STORE_PERSON);
    struct store_account cam = an_account("cam-1", STORE_CAMERA);
    struct store_certificate root = a_certificate(0, 10), leaf;
    struct store_invitation in = { .role = STORE_CAMERA,
                                   .lease_s = 86400,
                                   .created_by = "ann",
                                   .created_at = 900,
                                   .expires_at = 2000 };
    const uint8_t der[] = "not looked at";
    struct store_lease lease = { .starts_at = 1000, .ends_at = 2000, .grace_s = 60, .log_idx = 0 };
    struct store_ban ban;
    int64_t id;

    must(store_add_account(w->s, &ann, &w->ann, &err), "account");
    cam.holder = w->ann;
    must(store_add_account(w->s, &cam, &w->cam, &err), "account");
    must(store_add_certificate(w->s, &root, (struct exh_bytes){ der, sizeof der }, &id, &err),
         "certificate");
    leaf = a_certificate(w->cam, 20);
    must(store_add_certificate(w->s, &leaf, (struct exh_bytes){ der, sizeof der }, &w->cert, &err),
         "certificate");
    fill(in.id, sizeof in.id, 1);
    memcpy(w->invitation, in.id, sizeof in.id);
    must(store_add_invitation(w->s, &in, &err), "invitation");
    fill(in.id, sizeof in.id, 2);
    memcpy(w->used, in.id, sizeof in.id);
    must(store_add_invitation(w->s, &in, &err), "invitation");
    must(store_use_invitation(w->s, in.id, w->cam, 1000, &err), "use");
    lease.account = w->cam;
    lease.holder = w->ann;
    must(store_add_lease(w->s, &lease, &err), "lease");
    must(store_add_failure(w->s, "192.0.2.9", "ann", 1500, &ban, &err), "failure");
    must(store_put_value(w->s, "checkpoint", (struct exh_bytes){ der, sizeof der }, &err), "value");
    must(store_put_contact(w->s, &(struct store_contact){ .account = w->cam, .at_us = 7 }, &err),
         "contact");
}

static inline void fill_log(struct world *w)
{
    uint8_t entry[80];

    for (unsigned i = 0; i < WORLD_ENTRIES; i++) {
        fill(entry, sizeof entry, i);
        must(store_append_entry(w->s, (struct exh_bytes){ entry, 40 + i % 40 }, 1000 + i, NULL,
                                NULL, &err),
             "entry");
    }
}

static inline void fill_objects(struct world *w)
{
    struct store_object o = an_object(w->cam, 7);
    struct store_alarm alarm = { .at = 1500, .kind = "frame-conflict", .text = "frame 7 twice" };
    struct store_custody entry = {
        .at_us = 5, .zone_min = 60, .actor = "cam-1", .action = "received"
    };
    struct store_upload up = { .door = STORE_DOOR_TUS,
                               .has_length = true,
                               .length = 1000,
                               .name = "a.jpg",
                               .created_at = 1000,
                               .expires_at = 2000 };
    const struct exh_bytes metadata = { (const uint8_t *)"filename YQ==", 13 };
    int64_t id;

    put_blob(w, STORE_PIECE + 1000, 5, w->body);
    put_blob(w, 400, 6, w->ledger);
    o.certificate = w->cert;
    struct store_version v = a_version(w->body, STORE_PIECE + 1000, 7);
    memcpy(v.ledger, w->ledger, STORE_HASH);
    must(store_add_object(w->s, &o, &v, &id, &w->version, &err), "object");
    memcpy(w->oid, o.oid, STORE_HASH);
    must(store_set_receipt(w->s, w->version, metadata, metadata, &err), "receipt");
    memcpy(entry.oid, o.oid, STORE_HASH);
    memcpy(entry.after, w->body, STORE_HASH);
    for (int i = 0; i < 3; i++)
        must(store_add_custody(w->s, &entry, &err), "custody");
    alarm.account = w->cam;
    memcpy(alarm.oid, o.oid, STORE_HASH);
    must(store_add_alarm(w->s, &alarm, &id, &err), "alarm");
    up.account = w->cam;
    fill(w->upload, STORE_ID, 3);
    memcpy(up.id, w->upload, STORE_ID);
    must(store_add_upload(w->s, &up, metadata, &err), "upload");
    fill(w->done, STORE_ID, 4);
    memcpy(up.id, w->done, STORE_ID);
    must(store_add_upload(w->s, &up, metadata, &err), "upload");
    must(store_finish_upload(w->s, up.id, o.oid, 1600, &err), "finish");
}

static inline void world_tiles(struct world *w, struct store_tiles **out)
{
    uint64_t written;

    (void)snprintf(w->log, sizeof w->log, "%s/log", w->path);
    (void)mkdir(w->log, 0755);
    must(store_tiles_open(w->home, w->log, out, &err), "tiles");
    must(store_rebuild_tiles(w->s, *out, WORLD_ENTRIES, &written, &err), "tiles");
}

static inline void world_open(struct world *w)
{
    must(store_home_open(w->path, exh_crypto_openssl(), &w->home, &err), "home");
    must(store_open(w->home, STORE_WRITE, &w->s, &err), "store");
}

static inline void world_close(struct world *w)
{
    store_close(w->s);
    store_home_close(w->home);
    w->s = NULL;
    w->home = NULL;
}

static inline void world_make(struct world *w)
{
    *w = (struct world){ 0 };
    make_folder(w->path);
    world_open(w);
    must(store_begin(w->s, &err), "begin");
    fill_people(w);
    fill_log(w);
    fill_objects(w);
    must(store_commit(w->s, &err), "commit");
}

static inline void world_end(struct world *w)
{
    world_close(w);
    remove_folder(w->path);
}

#endif
