/*
 * age_vectors.h -- a key of P-256, and a file that age 1.3.1 sealed to it: "sealed by age 1.3.1\n". An identity and a
 * file that age 1.1.1 sealed to it with a passphrase. The keys are for these tests alone.
 */
#ifndef TESTS_AGE_VECTORS_H
#define TESTS_AGE_VECTORS_H

static const char p256_key[] = "-----BEGIN PRIVATE KEY-----\n"
                               "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeIx6quwUFQ/IWcbS\n"
                               "CMJesqsMJT0m+EMdqiiG6Wp0fRyhRANCAASqw+/d+03zG5TL9sIucKNuDH9zhzhK\n"
                               "hqmQRcBgvWMhevbyzdLtREcOj9/GZvwSrZhD10uqH4jIterK8dqXlNMz\n"
                               "-----END PRIVATE KEY-----\n";
#define P256_RECIPIENT "age1tag1qw4v8m7aldxlxxu5e0mvytns5dhqclmnsuuy4p4fjpzuqc9avvsh5h8tluf"

static const char p256_header[] =
    "age-encryption.org/v1\n"
    "-> p256tag cVr+Lw "
    "BBiSxmf6A4+OE3ATqf/5rsOOzvGyMX61g3sp1uFbjZ3KLG5mUm8C+Crba36cyRogFqL13W/+FUD+weYfQwNYI4Q\n"
    "3iqNx8a03Auz/rKypWjMJS/fd2HVDGoOngXyIJFCXUo\n"
    "--- i1hHiWHbCyHA+anJkiCHuZFbJIC1LpvlKbC/LLsk/p0\n";
static const char p256_payload[] = // nonce and one chunk, in hexadecimal
    "4f011f2cc2b0299699cc63e49c1fd34cc4a05959307e7a2dd99dea78553d8b47986a2706764f7302fb63471a962249"
    "e6917842b4";

static const char identity_file[] =
    "# created: 2026-11-21T15:23:05Z\n"
    "# public key: age14h94s98wsms8pxfa78w96kslydn3vg083ppxf48s4q2am24xgcpqcxxyst\n"
    "AGE-SECRET-KEY-1QMFWA5J5ZJMHZJ6Z6D60KQTQKLGEFED6VE9CLXDN6RF8F986PWJSJHXPVJ\n";
#define IDENTITY_RECIPIENT "age14h94s98wsms8pxfa78w96kslydn3vg083ppxf48s4q2am24xgcpqcxxyst"

static const char identity_sealed[] = // the same, with "correct horse"
    "-----BEGIN AGE ENCRYPTED FILE-----\n"
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCB0eVUzTlVoRHB3VmcvY3Rp\n"
    "QzhucDJRIDE4CjNpcnZWWU54NzBZOXljTEhjMWtOQ29HOGM4WjFEL0xhTXluM1FX\n"
    "U0I5NmsKLS0tIHR0cm9CVTVLUHozWlExdFl1OWtxZWNSRFFidnpTV2tueXlCSjZu\n"
    "Yi9GdEUKE51723HD2TrP0ec0wKF/6u6dk+df5Jb0EosSFMZ+dqsu5ebyxpCH8kgL\n"
    "wdEzmik7f6rKpQHEPz03A3vtAVQd1+Ff7+swgdrhqQKKIIC9aq0sz4TEmu6oZ104\n"
    "x5U/DC4DpTHsBmDNnLqT6ewZmBwBZ/o+TFIcU5CQC/Ay25mTycetE3ilDENrw+ZV\n"
    "aQxd2Q0l0caJD48jiMkLWx36pksVi7/oxrWZ815ocmbfmVaowkxIlHdB/1nRbiwe\n"
    "UV0xh1ciRen2RnCa/owfn95BJguedVRvXeririMV\n"
    "-----END AGE ENCRYPTED FILE-----\n";

#endif
