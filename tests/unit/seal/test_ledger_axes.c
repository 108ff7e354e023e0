/* Signer, time and revocation of a ledger: every state, its sentence and the exit code. */
#include "ledger_recording.h"
#include "ledger_world.h"

#define DAY 86400

/* What the caller knows beside the files. */
enum known { NOTHING, OCSP_AT_HAND, ONLINE, OFFLINE_SERVER };

static const struct row {
    const char *name;
    struct paper_state paper;
    enum known known;
    int64_t stamp; // attested, Unix seconds; 0: nobody
    bool stamp_untrusted, same_anchor;
    int code;
    const char *states[3];    // signer, time, revocation
    const char *sentences[3]; // parts of them
    const char *headline;
} rows[] = {
    { "trusted, nothing more",
      { 0 },
      NOTHING,
      0,
      false,
      false,
      0,
      { "trusted", "claimed", "unchecked" },
      { "Signed by camera dome1, enrolled by Authority.",
        "The camera says 2025-06-15T15:06:40Z to 2025-06-15T15:06:44Z; nobody else attests it.",
        "Revocation could not be checked: offline." },
      "Valid, and the signer is trusted." },
    { "unknown signer",
      { .unknown = true },
      NOTHING,
      0,
      false,
      false,
      3,
      { "unknown", "claimed", "unchecked" },
      { "The signature is sound, but its signer (dome1) is not on your trust list.", "The camera",
        "offline" },
      "Valid, but the signer is not known to you." },
    { "a certificate for something else",
      { .profile = "it is for time-stamps" },
      NOTHING,
      0,
      false,
      false,
      1,
      { "wrong use", "claimed", "unchecked" },
      { "The certificate does not permit this signature: it is for time-stamps.", "The camera",
        "offline" },
      "Signed with a certificate that does not permit it." },
    { "the certificate has ended",
      { .from = TEST_NOW - 90 * DAY, .until = TEST_NOW - DAY },
      NOTHING,
      0,
      false,
      false,
      5,
      { "trusted", "unjudgeable", "unchecked" },
      { "Signed by camera dome1",
        "The time cannot be judged: no trusted time-stamp, and the certificate has ended or not "
        "begun.",
        "offline" },
      "Not everything can be judged." },
    { "ended, but stamped before",
      { .from = TEST_NOW - 90 * DAY, .until = TEST_NOW - DAY / 2 },
      NOTHING,
      TEST_NOW - DAY,
      false,
      false,
      0,
      { "trusted", "stamped", "unchecked" },
      { "Signed by camera dome1", "It existed by 2025-06-15T18:53:20Z, attested by Clock.",
        "offline" },
      "Valid, and the signer is trusted." },
    { "stamped by the same operator",
      { 0 },
      NOTHING,
      TEST_NOW,
      false,
      true,
      0,
      { "trusted", "stamped", "unchecked" },
      { "Signed by camera dome1", "attested by Clock (attested by the same operator).", "offline" },
      "Valid, and the signer is trusted." },
    { "a stamp that nobody trusts",
      { 0 },
      NOTHING,
      TEST_NOW,
      true,
      false,
      0,
      { "trusted", "claimed", "unchecked" },
      { "Signed by camera dome1", "nobody else attests it", "offline" },
      "Valid, and the signer is trusted." },
    { "stamped before it was recorded",
      { 0 },
      NOTHING,
      TEST_T0_US / 1000000 - DAY,
      false,
      false,
      5,
      { "trusted", "conflict", "unchecked" },
      { "Signed by camera dome1", "The claimed time and the attested time disagree by 86404 s",
        "offline" },
      "Not everything can be judged." },
    { "stamped, certificate invalid then",
      { .from = TEST_NOW - 10, .until = TEST_NOW + DAY },
      NOTHING,
      TEST_NOW - 20,
      false,
      false,
      5,
      { "trusted", "unjudgeable", "unchecked" },
      { "Signed by camera dome1", "the certificate was not valid at the attested time", "offline" },
      "Not everything can be judged." },
    { "good, stamped, answer at hand",
      { .ocsp = EXH_OCSP_GOOD },
      OCSP_AT_HAND,
      TEST_NOW,
      false,
      false,
      0,
      { "trusted", "stamped", "good" },
      { "Signed", "It existed", "The certificate was not revoked when this was signed." },
      "Valid, and the signer is trusted." },
    { "good at hand, not stamped",
      { .ocsp = EXH_OCSP_GOOD },
      OCSP_AT_HAND,
      0,
      false,
      false,
      0,
      { "trusted", "claimed", "unchecked" },
      { "Signed", "The camera", "counts only with a trusted time-stamp" },
      "Valid, and the signer is trusted." },
    { "good, asked now",
      { .ocsp = EXH_OCSP_GOOD },
      ONLINE,
      0,
      false,
      false,
      0,
      { "trusted", "claimed", "good" },
      { "Signed", "The camera", "The certificate was not revoked" },
      "Valid, and the signer is trusted." },
    { "the responder is away",
      { 0 },
      OFFLINE_SERVER,
      0,
      false,
      false,
      0,
      { "trusted", "claimed", "unchecked" },
      { "Signed", "The camera", "Revocation could not be checked: the responder is away." },
      "Valid, and the signer is trusted." },
    { "revoked",
      { .ocsp = EXH_OCSP_REVOKED, .revoked_at = TEST_NOW - 5 * DAY },
      OCSP_AT_HAND,
      0,
      false,
      false,
      6,
      { "trusted", "claimed", "revoked" },
      { "Signed", "The camera",
        "Revoked from 2025-06-11T18:53:20Z, and nothing proves this file is older." },
      "The signer's certificate was revoked." },
    { "revoked after the stamp",
      { .ocsp = EXH_OCSP_REVOKED, .revoked_at = TEST_NOW },
      ONLINE,
      TEST_NOW - DAY,
      false,
      false,
      0,
      { "trusted", "stamped", "revoked after" },
      { "Signed", "It existed", "this file was time-stamped before, so it stands" },
      "Valid, and the signer is trusted." },
    { "revoked before the stamp",
      { .ocsp = EXH_OCSP_REVOKED, .revoked_at = TEST_NOW - 2 * DAY },
      ONLINE,
      TEST_NOW - DAY,
      false,
      false,
      6,
      { "trusted", "stamped", "revoked" },
      { "Signed", "It existed", "nothing proves this file is older" },
      "The signer's certificate was revoked." },
    { "unknown to its issuer",
      { .ocsp = EXH_OCSP_UNKNOWN },
      ONLINE,
      0,
      false,
      false,
      6,
      { "trusted", "claimed", "revoked" },
      { "Signed", "The camera", "The issuer does not know this certificate." },
      "The signer's certificate was revoked." },
};

static enum exh_status fetch(void *ctx, enum exh_fetch_kind kind, const char *url,
                             struct exh_bytes body, uint8_t *to, size_t size, size_t *n,
                             struct exh_error *err)
{
    (void)body, (void)size;
    CHECK(kind == EXH_FETCH_OCSP && strcmp(url, "http://ocsp.example/") == 0, "%s", url);
    if (ctx)
        return fail(err, EXH_NETWORK, "the responder is away");
    *to = 1;
    *n = 1;
    return EXH_OK;
}

static struct cast cast;

static void run_row(const struct row *row, const struct buf *body, const struct buf *led)
{
    static const uint8_t response[] = { 1 };
    static char away;
    const struct exh_bytes ocsp = { response, sizeof response };
    const struct exh_source source = exh_source_memory(body->p, body->n);
    const struct exh_source ledger = exh_source_memory(led->p, led->n);
    struct exh_stamp stamp = { .status = EXH_STAMP_OK,
                               .time = row->stamp,
                               .path = { .trusted = !row->stamp_untrusted,
                                         .known = true,
                                         .anchor = { row->same_anchor ? 1 : 2 } },
                               .authority = "Clock" };
    const struct exh_check_options options = {
        .crypto = cast.crypto,
        .now = TEST_NOW,
        .ledger = &ledger,
        .stamp = row->stamp ? &stamp : NULL,
        .ocsp = &ocsp,
        .ocsp_n = row->known == OCSP_AT_HAND,
        .fetch = row->known == ONLINE || row->known == OFFLINE_SERVER ? fetch : NULL,
        .fetch_ctx = row->known == OFFLINE_SERVER ? &away : NULL,
    };
    struct exh_ledger_report *r = NULL;
    struct exh_error err;

    paper = row->paper;
    if (!CHECK(exh_check(&source, &options, &r, &err) == EXH_OK, "%s: %s", row->name, err.text))
        return;
    CHECK(exh_ledger_exit_code(r) == row->code, "%s: exit %d", row->name, exh_ledger_exit_code(r));
    CHECK(r->integrity == EXH_INTACT, "%s: %s", row->name, r->axes[0].sentence);
    for (size_t i = 0; i < 3; i++) {
        CHECK(strcmp(r->axes[i + 1].state, row->states[i]) == 0, "%s: state %s", row->name,
              r->axes[i + 1].state);
        CHECK(strstr(r->axes[i + 1].sentence, row->sentences[i]), "%s: %s", row->name,
              r->axes[i + 1].sentence);
    }
    CHECK(strcmp(r->headline, row->headline) == 0, "%s: %s", row->name, r->headline);
    exh_ledger_report_free(r);
}

/* Who is judged also when the bytes are not those that were signed; but not without any signature. */
static void test_altered(struct buf *body, const struct buf *led)
{
    const struct exh_source ledger = exh_source_memory(led->p, led->n);
    const struct exh_source source = exh_source_memory(body->p, body->n);
    const struct exh_check_options options = { .crypto = cast.crypto,
                                               .now = TEST_NOW,
                                               .ledger = &ledger };
    struct exh_ledger_report *r = NULL;
    struct exh_error err;

    paper = (struct paper_state){ 0 };
    body->p[7] ^= 1;
    if (CHECK(exh_check(&source, &options, &r, &err) == EXH_OK, "%s", err.text))
        CHECK(r->signer == EXH_SIGNER_TRUSTED && exh_ledger_exit_code(r) == 1 &&
                  strcmp(r->headline, "Not as it was signed.") == 0,
              "%s", r->axes[1].sentence);
    exh_ledger_report_free(r);
    body->p[7] ^= 1;

    uint8_t *copy = exact_copy(led->p, led->n);
    struct buf open = buf_with_limit(1);
    const struct exh_source broken = exh_source_memory(copy, led->n);
    struct exh_check_options with = options;
    with.ledger = &broken;
    copy[open_entry_size((struct exh_bytes){ led->p, led->n }) - 1] ^= 1; // the open signature
    r = NULL;
    if (CHECK(exh_check(&source, &with, &r, &err) == EXH_OK, "%s", err.text))
        CHECK(r->signer == EXH_SIGNER_NOT_JUDGED && r->time == EXH_TIME_NOT_JUDGED &&
                  r->revocation == EXH_REVOCATION_NOT_JUDGED && exh_ledger_exit_code(r) == 1,
              "%s", r->axes[1].sentence);
    exh_ledger_report_free(r);
    buf_free(&open);
    free(copy);
}

int main(void)
{
    const struct exh_crypto crypto = paper_crypto();
    struct exh_bytes certificate = bytes_of("camera:dome1");
    const struct open_entry entry = entry_of(false, 1);
    struct recording r;

    cast = (struct cast){ .crypto = &crypto, .camera = paper_signer(&certificate) };
    recording_begin(&r, &cast, &cast.camera, &entry);
    put_record(&r, 0, TICK_RECORD, 1);
    put_record(&r, 1, TICK_CLOSE, 1);
    struct buf led = led_of(&r);
    for (size_t i = 0; i < ARRAY_N(rows); i++)
        run_row(&rows[i], &r.body, &led);
    test_altered(&r.body, &led);
    buf_free(&led);
    recording_free(&r);
    return check_done();
}
