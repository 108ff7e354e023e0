/*
 * make_example.c -- makes the files of tests/vectors/seal anew: make_example FOLDER.
 *
 * They were made once, and do not change: docs/seal-format.md shows their bytes. A recording's entries are
 * made by hand here, so that the vectors do not follow what the stream writer does.
 */
#include <sys/stat.h>

#include "../unit/seal/seal_world.h"
#include "base/buf.h"
#include "seal/age_stream.h"
#include "seal/head.h"
#include "seal/leaf.h"

#include <exhibit/ledger.h>

static struct world w;
static const char *folder;

static void put_file(const char *name, const void *p, size_t n)
{
    char path[1000];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static enum exh_status write_buf(void *ctx, const uint8_t *p, size_t n, struct exh_error *err)
{
    buf_put(ctx, p, n);
    return buf_finish(ctx, err);
}

static enum exh_status patch_buf(void *ctx, uint64_t at, const uint8_t *p, size_t n,
                                 struct exh_error *err)
{
    buf_set(ctx, (size_t)at, p, n);
    return buf_finish(ctx, err);
}

/* Sign an entry over the bytes up to `end` of a body, and append it. */
static void put_entry(struct buf *led, struct ledger *ledger, const struct buf *body,
                      size_t body_at, enum tick_type type, size_t end, bool sealed)
{
    const size_t first = (size_t)ledger->place.end, chunk_n = sealed ? LEAF_SEALED : LEAF_PLAIN;
    const uint64_t utc = w.now.utc_us, mono = w.now.monotonic_us - WORLD_MONO;
    struct ledger_entry e = { .type = type,
                              .flags = type == TICK_RECORD ? TICK_KEY_FRAME : 0,
                              .reason = type == TICK_GAP ? GAP_UPLINK : GAP_NONE,
                              .clock = { .t0_us = (int64_t)utc - 1000000,
                                         .t1_us = (int64_t)utc,
                                         .mono_us = mono,
                                         .uncertainty_cs = 2 },
                              .end = end,
                              .plain_at = sealed ? first / LEAF_SEALED * 65536 : first };
    uint8_t tick[TICK_SIZE], leaf[1][32];
    struct leaves leaves;
    struct exh_error err;

    must(leaves_begin(&leaves, w.crypto, &err), &err);
    for (size_t at = first; at < end && type != TICK_GAP; at += chunk_n) {
        const size_t n = end - at < chunk_n ? end - at : chunk_n;
        const struct exh_bytes chunk = { body->p + body_at + at, n };
        must(leaf_digests(w.crypto, &chunk, 1, leaf, &err), &err);
        leaves_add(&leaves, leaf, 1);
    }
    leaves_end(&leaves, e.digest);
    must(ledger_put(ledger, &e, tick, &err), &err);
    buf_put(led, tick, sizeof tick);
    world_pass(&w, 1000000);
}

static void make_photo(void)
{
    static const char text[] = "Forty-two bytes stand for a whole picture.";
    const struct exh_frames frames = { .first = 1041, .last = 1041 };
    const struct exh_source source = exh_source_memory((const uint8_t *)text, sizeof text - 1);
    struct exh_seal_options options = world_options(&w);
    struct buf b = buf_with_limit((size_t)1 << 20);
    const struct exh_sink sink = { .write = write_buf, .patch = patch_buf, .ctx = &b };
    struct exh_error err;

    options.media_type = "text/plain";
    options.frames = &frames;
    must(exh_seal(&source, &sink, &options, NULL, &err), &err);
    put_file("photo.txt.age", b.p, b.n);
    buf_free(&b);
}

/* A chunk, a gap, the close. */
static void make_recording(void)
{
    const struct exh_frames frames = { .first = 1042, .last = 1042 };
    struct exh_seal_options options = world_options(&w);
    const struct head_form form = { .policy = OPEN_LEDGER_REQUIRED };
    struct buf object = buf_with_limit((size_t)1 << 20), led = buf_with_limit((size_t)1 << 20);
    const struct exh_sink sink = { .write = write_buf, .ctx = &object };
    uint8_t *plain = world_bytes(65536 + 8);
    struct age_writer *writer;
    struct exh_error err;
    struct head head;

    memcpy(plain + 65536, "\0\0\0\10free", 8);
    options.media_type = "video/mp4";
    options.frames = &frames;
    must(head_begin(&head, &options, &form, &err), &err);
    must(head_write(&head, NULL, &object, &err), &err);
    const size_t body_at = object.n + AGE_NONCE_N;
    must(age_writer_new(head.key, head.nonce, &sink, &writer, &err), &err);
    const struct exh_sink in = age_writer_sink(writer);
    must(in.write(in.ctx, plain, 65536 + 8, &err), &err);
    must(age_writer_end(writer, &err), &err);
    buf_put_bytes(&led, buf_view(&head.open));
    put_entry(&led, &head.ledger, &object, body_at, TICK_RECORD, LEAF_SEALED, true);
    put_entry(&led, &head.ledger, &object, body_at, TICK_GAP, 0, true);
    put_entry(&led, &head.ledger, &object, body_at, TICK_CLOSE, object.n - body_at, true);
    put_file("recording.mp4.age", object.p, object.n);
    put_file("recording.mp4.led", led.p, led.n);
    age_writer_free(writer);
    head_free(&head);
    free(plain);
    buf_free(&object);
    buf_free(&led);
}

/* Two records, and no close: the power failed. */
static void make_plain(void)
{
    const struct exh_frames frames = { .first = 1043, .last = 1043 };
    struct exh_seal_options options = world_options(&w);
    const struct head_form form = { .policy = OPEN_LEDGER_REQUIRED | OPEN_PLAIN, .plain = true };
    struct buf body = buf_with_limit((size_t)1 << 20), led = buf_with_limit((size_t)1 << 20);
    struct exh_error err;
    struct head head;

    options.media_type = "video/mp4";
    options.frames = &frames;
    struct world_sealer dome2 =
        world_sealer_of(&w, "dome2", "URI:urn:exhibit:camera:dome2", "ED25519");
    options.signer = &dome2.signer;
    must(head_begin(&head, &options, &form, &err), &err);
    buf_put_bytes(&led, buf_view(&head.open));
    buf_put_text(&body, "the first record, the second one, and what was not signed");
    put_entry(&led, &head.ledger, &body, 0, TICK_RECORD, 17, false);
    put_entry(&led, &head.ledger, &body, 0, TICK_RECORD, 33, false);
    put_file("plain.mp4", body.p, body.n);
    put_file("plain.mp4.led", led.p, led.n);
    head_free(&head);
    world_sealer_free(&dome2);
    buf_free(&body);
    buf_free(&led);
}

static void make_statement(const char *recipient)
{
    struct world_sealer alice = world_sealer_of(&w, "alice", "URI:urn:exhibit:person:alice", NULL);
    const int64_t now = (int64_t)(WORLD_UTC / 1000000);
    uint8_t bytes[EXH_STATEMENT_MAX];
    struct exh_error err;
    size_t n = 0;

    must(exh_statement_make(&alice.signer, w.crypto, recipient, now, now + 86400 * 30, bytes,
                            sizeof bytes, &n, &err),
         &err);
    put_file("alice.statement", bytes, n);
    world_sealer_free(&alice);
}

int main(int argc, char **argv)
{
    char recipient[EXH_RECIPIENT_MAX], *identity = NULL;
    struct exh_error err;
    size_t n = 0;

    if (argc != 2) {
        fputs("make_example FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    world_begin(&w);
    must(exh_identity_new(w.crypto, (int64_t)(WORLD_UTC / 1000000), NULL, 0, &identity, &n,
                          recipient, &err),
         &err);
    put_file("identity.txt", identity, n);
    exh_recipients_free(w.to_alice);
    w.to_alice = exh_recipients_new();
    must(exh_recipients_add(w.to_alice, recipient, strlen(recipient), &err), &err);
    char *root = made_pem((const struct made *const[]){ &w.root }, 1);
    put_file("authority.pem", root, strlen(root));
    make_photo();
    make_recording();
    make_plain();
    make_statement(recipient);
    exh_secret_free(identity, n);
    free(root);
    world_end(&w);
    return 0;
}
