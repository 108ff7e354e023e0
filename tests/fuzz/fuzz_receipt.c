/*
 * Any tlog-proof: what is accepted, written again, gives the same bytes. Digests are zeros and signatures
 * hold, so that a proof is judged by its length alone: of one length at most it can be right.
 */
#include <string.h>

#include "base/text.h"
#include "fuzz.h"
#include "fuzz_crypto.h"
#include "log/receipt.h"

static void check_again(const struct receipt *r, struct exh_bytes in)
{
    struct buf extra = buf_with_limit(RECEIPT_EXTRA_MAX), b = buf_with_limit(RECEIPT_MAX);
    struct exh_error err;

    receipt_put_extra(r, &extra);
    REQUIRE(buf_finish(&extra, &err) == EXH_OK);
    receipt_write(r, buf_view(&extra), &b);
    REQUIRE(bytes_equal(buf_view(&b), in));
    buf_free(&extra);
    buf_free(&b);
}

static void check_lengths(struct receipt *r, const struct tlog_head *head)
{
    const struct tlog_head older = { r->index, head->root };
    const struct tlog_hash leaf = { { 0 } };
    struct exh_judgement j;
    struct exh_error err;
    unsigned included = 0, grown = 0;

    for (r->proof.n = 0; r->proof.n <= TLOG_PROOF_MAX; r->proof.n++) {
        REQUIRE(tlog_check_inclusion(fuzz_crypto(), head, r->index, &leaf, &r->proof, &j, &err) ==
                EXH_OK);
        included += j.holds;
        REQUIRE(tlog_check_consistency(fuzz_crypto(), &older, head, &r->proof, &j, &err) == EXH_OK);
        grown += j.holds;
    }
    REQUIRE(included <= 1 && grown <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    const struct exh_bytes in = { p, n };
    struct exh_judgement j;
    struct note_key key = { 0 };
    struct note_signature s;
    struct checkpoint c;
    struct exh_error err;
    struct receipt r;
    struct note note;

    if (receipt_read(in, &r, &err) != EXH_OK)
        return 0;
    check_again(&r, in);
    if (note_read(r.checkpoint, &note, &err) != EXH_OK)
        return 0;
    struct exh_bytes rest = note.signatures;
    if (note_next_signature(&rest, &s) && s.name.n < sizeof key.name) {
        memcpy(key.name, s.name.p, s.name.n);
        key.id = s.id;
    }
    if (receipt_check(fuzz_crypto(), &r, in, &key, 1, &c, &j, &err) == EXH_OK) {
        REQUIRE(j.holds == (j.reason[0] == '\0'));
        check_lengths(&r, &c.head);
    }
    return 0;
}
