/*
 * One key signs claims, open entries, ticks, statements and renewals: none of its signatures holds as that of
 * another kind, whatever is signed.
 */
#include "base/names.h"
#include "base/text.h"
#include "crypto/renewal.h"
#include "seal/ledger.h"
#include "seal/statement.h"
#include "seal_world.h"

#define PAYLOAD_N TICK_PAYLOAD // bytes that could be of any kind
#define TBS_MAX   ((size_t)8 << 10)

static struct world w;
static struct exh_error err;

/* What was signed last, and how. */
static struct {
    struct buf tbs;
    uint8_t signature[64];
} last;

static enum exh_status remember(void *ctx, struct exh_bytes tbs, uint8_t *signature,
                                struct exh_error *e)
{
    const struct exh_signer *real = ctx;
    const enum exh_status status = real->sign(real->ctx, tbs, signature, e);

    buf_clear(&last.tbs);
    buf_put_bytes(&last.tbs, tbs);
    memcpy(last.signature, signature, sizeof last.signature);
    return status;
}

static struct exh_signer remembering(const struct exh_signer *real)
{
    struct exh_signer s = *real;

    s.sign = remember;
    s.ctx = (void *)(uintptr_t)real;
    return s;
}

static struct exh_chain *chain_of(const struct exh_signer *signer)
{
    struct exh_chain *chain = NULL;

    must(w.crypto->chain_new(signer->chain, signer->chain_n, &chain, &err), &err);
    return chain;
}

static bool holds(const struct exh_chain *chain, int64_t alg, struct exh_bytes tbs,
                  const uint8_t signature[64])
{
    struct exh_judgement j = { 0 };

    must(w.crypto->chain_verify(chain, alg, tbs, (struct exh_bytes){ signature, 64 }, &j, &err),
         &err);
    return j.holds;
}

/* --- Every kind, as the product makes it. */

static void make_claim(const struct exh_signer *signer, struct buf *out)
{
    struct buf header = buf_with_limit(TBS_MAX), tbs = buf_with_limit(TBS_MAX);
    uint8_t signature[64];

    cose_put_protected(&header, signer, NULL);
    cose_put_tbs(&tbs, "Signature1", buf_view(&header), COSE_NO_EXTERNAL, bytes_of("a claim"));
    must(signer->sign(signer->ctx, buf_view(&tbs), signature, &err), &err);
    buf_put_bytes(out, buf_view(&tbs));
    buf_free(&header);
    buf_free(&tbs);
}

static void make_open(const struct exh_signer *signer, struct buf *out)
{
    const struct open_entry e = { .stream_id = { 1 },
                                  .camera_id = bytes_of("dome1"),
                                  .media_type = bytes_of("video/mp4"),
                                  .t0_us = (int64_t)WORLD_UTC,
                                  .policy = OPEN_PLAIN };

    must(open_entry_write(out, &e, signer, &err), &err);
}

static void make_tick(const struct exh_signer *signer, struct buf *out)
{
    const struct tick t = { .type = TICK_RECORD, .end = 100 };
    uint8_t entry[TICK_SIZE];

    must(tick_write(entry, &t, signer, &err), &err);
    buf_put(out, entry, sizeof entry);
}

static void make_statement(const struct exh_signer *signer, struct buf *out)
{
    const struct statement s = { bytes_of("ann"), bytes_of(w.alice.recipient), 1, 2 };

    must(statement_write(out, &s, signer, &err), &err);
}

static void make_renewal(const struct exh_signer *signer, struct buf *out)
{
    must(renewal_write(signer, bytes_of("another key"), out, &err), &err);
}

/* What is to come has a name already: grants, requests, transfers. */
static void make_grant(const struct exh_signer *signer, struct buf *out)
{
    must(cose_sign1_sign(out, signer, NAME_TYPE_GRANT, bytes_of(NAME_AAD_GRANT),
                         bytes_of("a grant"), &err),
         &err);
}

static void make_request(const struct exh_signer *signer, struct buf *out)
{
    must(cose_sign1_sign(out, signer, NAME_TYPE_REQUEST, bytes_of(NAME_AAD_REQUEST),
                         bytes_of("a request"), &err),
         &err);
}

static void make_transfer(const struct exh_signer *signer, struct buf *out)
{
    must(cose_sign1_sign(out, signer, NAME_TYPE_TRANSFER, bytes_of(NAME_AAD_TRANSFER),
                         bytes_of("a transfer"), &err),
         &err);
}

static const struct {
    const char *name;
    void (*make)(const struct exh_signer *signer, struct buf *out);
} kinds[] = {
    { "claim", make_claim },         { "open entry", make_open }, { "tick", make_tick },
    { "statement", make_statement }, { "grant", make_grant },     { "request", make_request },
    { "transfer", make_transfer },   { "renewal", make_renewal },
};
#define KINDS ARRAY_N(kinds)

/* Nothing that is signed is the beginning of something else, and no signature serves twice. */
static void test_made(void)
{
    const struct exh_signer signer = remembering(&w.camera.signer);
    struct exh_chain *chain = chain_of(&signer);
    struct buf tbs[KINDS], made[KINDS];
    uint8_t signatures[KINDS][64];

    for (size_t i = 0; i < KINDS; i++) {
        tbs[i] = buf_with_limit(TBS_MAX);
        made[i] = buf_with_limit(TBS_MAX);
        kinds[i].make(&signer, &made[i]);
        buf_put_bytes(&tbs[i], buf_view(&last.tbs));
        memcpy(signatures[i], last.signature, 64);
    }
    for (size_t i = 0; i < KINDS; i++)
        for (size_t j = 0; j < KINDS; j++) {
            const bool same = holds(chain, signer.alg, buf_view(&tbs[j]), signatures[i]);
            const size_t n = tbs[i].n < tbs[j].n ? tbs[i].n : tbs[j].n;
            CHECK(same == (i == j), "the signature of a %s as that of a %s", kinds[i].name,
                  kinds[j].name);
            CHECK(i == j || memcmp(tbs[i].p, tbs[j].p, n) != 0, "a %s begins like a %s",
                  kinds[i].name, kinds[j].name);
        }

    // No reader takes what another one is for.
    for (size_t i = 0; i < KINDS; i++) {
        const struct exh_bytes bytes = buf_view(&made[i]);
        uint8_t entry[TICK_SIZE] = { 0 };
        struct open_entry open;
        struct statement statement;
        struct cose_ours cose;
        struct tick tick;
        memcpy(entry, bytes.p, bytes.n < TICK_SIZE ? bytes.n : TICK_SIZE);
        CHECK((open_entry_read(bytes, &open, &cose, &err) == EXH_OK) ==
                  (kinds[i].make == make_open),
              "a %s as an open entry", kinds[i].name);
        CHECK((statement_read(bytes, &statement, &cose, &err) == EXH_OK) ==
                  (kinds[i].make == make_statement),
              "a %s as a statement", kinds[i].name);
        CHECK((tick_read(entry, signer.alg, &tick, &err) == EXH_OK) == (kinds[i].make == make_tick),
              "a %s as a tick", kinds[i].name);
        CHECK((renewal_check(bytes, signer.chain[0], bytes_of("another key"), &err) == EXH_OK) ==
                  (kinds[i].make == make_renewal),
              "a %s as a renewal", kinds[i].name);
        buf_free(&tbs[i]);
        buf_free(&made[i]);
    }
    w.crypto->chain_free(chain);
}

/* --- The same payload under every header and every external_aad. */

static const struct {
    const char *name, *type, *external;
} forms[] = {
    { "claim", NULL, "" },
    { "open entry", NAME_TYPE_OPEN, NAME_AAD_LEDGER },
    { "statement", NAME_TYPE_RECIPIENT, NAME_AAD_RECIPIENT },
    { "grant", NAME_TYPE_GRANT, NAME_AAD_GRANT },
    { "request", NAME_TYPE_REQUEST, NAME_AAD_REQUEST },
    { "transfer", NAME_TYPE_TRANSFER, NAME_AAD_TRANSFER },
};

static void put_form(struct buf *tbs, const struct exh_signer *signer, size_t header,
                     size_t external, struct exh_bytes payload)
{
    struct buf protected_ = buf_with_limit(TBS_MAX);

    cose_put_protected(&protected_, signer, forms[header].type);
    buf_clear(tbs);
    cose_put_tbs(tbs, "Signature1", buf_view(&protected_), bytes_of(forms[external].external),
                 payload);
    buf_free(&protected_);
}

/* Is this signature over this payload taken as a tick's? */
static bool holds_as_tick(const struct exh_chain *chain, const struct exh_signer *signer,
                          struct exh_bytes payload, const uint8_t signature[64])
{
    struct exh_judgement j = { 0 };
    uint8_t entry[TICK_SIZE];
    const struct tick any = { .type = TICK_RECORD, .end = 1 };

    must(tick_write(entry, &any, signer, &err), &err); // for its frame
    memcpy(entry + (TICK_SIZE - 64 - 2 - TICK_PAYLOAD), payload.p, TICK_PAYLOAD);
    memcpy(entry + (TICK_SIZE - 64), signature, 64);
    must(tick_verify(w.crypto, chain, signer->alg, entry, &j, &err), &err);
    return j.holds;
}

static void test_one_payload(const struct exh_signer *real)
{
    const struct exh_signer signer = remembering(real);
    struct exh_chain *chain = chain_of(&signer);
    struct buf tbs = buf_with_limit(TBS_MAX), other = buf_with_limit(TBS_MAX);
    const struct tick t = { .type = TICK_CLOSE, .end = 4711 };
    uint8_t entry[TICK_SIZE], signature[64];

    must(tick_write(entry, &t, &signer, &err), &err);
    const struct exh_bytes payload = { entry + (TICK_SIZE - 64 - 2 - TICK_PAYLOAD), PAYLOAD_N };
    memcpy(signature, last.signature, sizeof signature);
    CHECK(holds_as_tick(chain, real, payload, signature), "a tick is a tick");
    for (size_t j = 0; j < ARRAY_N(forms); j++) {
        put_form(&other, &signer, j, j, payload);
        CHECK(!holds(chain, signer.alg, buf_view(&other), signature), "a tick as a %s",
              forms[j].name);
    }

    for (size_t i = 0; i < ARRAY_N(forms); i++) {
        put_form(&tbs, &signer, i, i, payload);
        must(real->sign(real->ctx, buf_view(&tbs), signature, &err), &err);
        CHECK(!holds_as_tick(chain, real, payload, signature), "a %s as a tick", forms[i].name);
        for (size_t j = 0; j < ARRAY_N(forms); j++) {
            put_form(&other, &signer, j, j, payload);
            CHECK(holds(chain, signer.alg, buf_view(&other), signature) == (i == j), "a %s as a %s",
                  forms[i].name, forms[j].name);
            put_form(&other, &signer, i, j,
                     payload); // its own header, so that only one thing differs
            CHECK(holds(chain, signer.alg, buf_view(&other), signature) == (i == j),
                  "a %s with the external_aad of a %s", forms[i].name, forms[j].name);
            put_form(&other, &signer, j, i, payload);
            CHECK(holds(chain, signer.alg, buf_view(&other), signature) == (i == j),
                  "a %s with the header of a %s", forms[i].name, forms[j].name);
        }
    }
    buf_free(&tbs);
    buf_free(&other);
    w.crypto->chain_free(chain);
}

/* A signature of one algorithm is none of the other, whatever the header says. */
static void test_algorithms(void)
{
    const struct exh_signer *signers[] = { &w.camera.signer, &w.person.signer };
    const struct tick t = { .type = TICK_RECORD, .end = 100 };

    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) {
            struct exh_signer lying = *signers[i];
            struct exh_chain *chain = chain_of(signers[j]);
            struct exh_judgement judgement = { 0 };
            uint8_t entry[TICK_SIZE];
            lying.alg = signers[j]->alg;
            must(tick_write(entry, &t, &lying, &err), &err);
            must(tick_verify(w.crypto, chain, lying.alg, entry, &judgement, &err), &err);
            CHECK(judgement.holds == (i == j), "signed with %d, said to be of %d", (int)i, (int)j);
            must(tick_verify(w.crypto, chain, signers[!j]->alg, entry, &judgement, &err), &err);
            CHECK(!judgement.holds, "checked with the algorithm of another key");
            w.crypto->chain_free(chain);
        }
}

int main(void)
{
    world_begin(&w);
    last.tbs = buf_with_limit(TBS_MAX);
    test_made();
    test_one_payload(&w.camera.signer);
    test_one_payload(&w.person.signer);
    test_algorithms();
    buf_free(&last.tbs);
    world_end(&w);
    return check_done();
}
