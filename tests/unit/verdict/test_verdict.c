/* Every row of the verdict's table, and the exit code that follows. */
#include "verdict/verdict.h"

#include "check.h"

#define SOUND (FACT_SIGNED | FACT_KNOWN | FACT_VALID_THEN)

static const struct {
    const char *name;
    unsigned facts;
    struct verdict want;
    int exit_code;
} cases[] = {
    { "no credential",
      FACT_NO_CREDENTIAL,
      { EXH_NO_CREDENTIAL, EXH_SIGNER_NOT_JUDGED, EXH_TIME_NOT_JUDGED, EXH_REVOCATION_NOT_JUDGED },
      4 },
    { "sound, nothing more",
      SOUND,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      0 },
    { "stamped and not revoked",
      SOUND | FACT_STAMPED | FACT_NOT_REVOKED,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_STAMPED, EXH_REVOCATION_GOOD },
      0 },
    { "signer unknown",
      FACT_SIGNED | FACT_VALID_THEN,
      { EXH_INTACT, EXH_SIGNER_UNKNOWN, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      3 },
    { "content altered, signer still named",
      SOUND | FACT_BROKEN,
      { EXH_ALTERED, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      1 },
    { "altered and signer unknown is altered",
      FACT_SIGNED | FACT_VALID_THEN | FACT_BROKEN,
      { EXH_ALTERED, EXH_SIGNER_UNKNOWN, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      1 },
    { "signature fails: nothing else is judged",
      FACT_KNOWN | FACT_VALID_THEN | FACT_STAMPED | FACT_NOT_REVOKED,
      { EXH_ALTERED, EXH_SIGNER_NOT_JUDGED, EXH_TIME_NOT_JUDGED, EXH_REVOCATION_NOT_JUDGED },
      1 },
    { "incomplete",
      SOUND | FACT_INCOMPLETE,
      { EXH_INCOMPLETE, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      5 },
    { "altered wins over incomplete",
      SOUND | FACT_INCOMPLETE | FACT_BROKEN,
      { EXH_ALTERED, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      1 },
    { "wrong use wins over trusted",
      SOUND | FACT_WRONG_USE,
      { EXH_INTACT, EXH_SIGNER_WRONG_USE, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      1 },
    { "withheld is not invalid",
      SOUND | FACT_WITHHELD,
      { EXH_INTACT, EXH_SIGNER_WITHHELD, EXH_TIME_CLAIMED, EXH_REVOCATION_UNCHECKED },
      5 },
    { "expired without a stamp",
      FACT_SIGNED | FACT_KNOWN,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_UNJUDGEABLE, EXH_REVOCATION_UNCHECKED },
      5 },
    { "stamped outside the certificate's validity",
      FACT_SIGNED | FACT_KNOWN | FACT_STAMPED,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_UNJUDGEABLE, EXH_REVOCATION_UNCHECKED },
      5 },
    { "claimed after attested",
      SOUND | FACT_STAMPED | FACT_CONFLICT,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_CONFLICT, EXH_REVOCATION_UNCHECKED },
      5 },
    { "revoked",
      SOUND | FACT_REVOKED,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_REVOKED },
      6 },
    { "revoked wins over good",
      SOUND | FACT_STAMPED | FACT_REVOKED | FACT_NOT_REVOKED,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_STAMPED, EXH_REVOCATION_REVOKED },
      6 },
    { "revoked after the stamp",
      SOUND | FACT_STAMPED | FACT_REVOKED_LATER,
      { EXH_INTACT, EXH_SIGNER_TRUSTED, EXH_TIME_STAMPED, EXH_REVOCATION_AFTER },
      0 },
    { "altered wins over revoked",
      SOUND | FACT_REVOKED | FACT_BROKEN,
      { EXH_ALTERED, EXH_SIGNER_TRUSTED, EXH_TIME_CLAIMED, EXH_REVOCATION_REVOKED },
      1 },
    { "unknown signer and no judgeable time",
      FACT_SIGNED,
      { EXH_INTACT, EXH_SIGNER_UNKNOWN, EXH_TIME_UNJUDGEABLE, EXH_REVOCATION_UNCHECKED },
      5 },
};

/* What must hold for every combination of facts. */
static void test_all_combinations(void)
{
    const unsigned all = FACT_REVOKED << 1;

    for (unsigned facts = 0; facts < all; facts++) {
        const struct verdict v = verdict_of(facts);
        const int code = verdict_exit_code(&v);
        if (facts & FACT_NO_CREDENTIAL) {
            CHECK(code == 4, "%#x: no credential, code %d", facts, code);
            continue;
        }
        if ((facts & FACT_BROKEN) || !(facts & FACT_SIGNED))
            CHECK(code == 1, "%#x: broken, code %d", facts, code);
        if (code == 0)
            CHECK((facts & SOUND) == SOUND && !(facts & FACT_REVOKED), "%#x: code 0", facts);
        if (v.time == EXH_TIME_STAMPED)
            CHECK(facts & FACT_STAMPED, "%#x: stamped without a stamp", facts);
    }
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        const struct verdict v = verdict_of(cases[i].facts);
        CHECK(v.integrity == cases[i].want.integrity, "%s: integrity %s", cases[i].name,
              verdict_integrity_name(v.integrity));
        CHECK(v.signer == cases[i].want.signer, "%s: signer %s", cases[i].name,
              verdict_signer_name(v.signer));
        CHECK(v.time == cases[i].want.time, "%s: time %s", cases[i].name,
              verdict_time_name(v.time));
        CHECK(v.revocation == cases[i].want.revocation, "%s: revocation %s", cases[i].name,
              verdict_revocation_name(v.revocation));
        CHECK(verdict_exit_code(&v) == cases[i].exit_code, "%s: exit code %d", cases[i].name,
              verdict_exit_code(&v));
    }
    test_all_combinations();
    return check_done();
}
