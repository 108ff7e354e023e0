/* A stranger's program: includes what is installed, links what is installed. C and C++. */
#include <stdio.h>
#include <string.h>

#include <exhibit/bytes.h>
#include <exhibit/crypto.h>
#include <exhibit/error.h>
#include <exhibit/file.h>
#include <exhibit/key.h>
#include <exhibit/sign.h>
#include <exhibit/source.h>
#include <exhibit/trust.h>
#include <exhibit/verify.h>

/* Names that are also inside the library: a static library must not clash with its user. */
int fail(void);
int fail(void)
{
    return 7;
}

int main(void)
{
    static const unsigned char text[] = "not a picture";
    struct exh_source source = exh_source_memory(text, sizeof text);
    struct exh_verify_options options;
    struct exh_report *report = NULL;
    struct exh_error err;

    memset(&options, 0, sizeof options);
    options.crypto = exh_crypto_openssl();
    options.now = 1795251600;
    if (exh_verify(&source, &options, &report, &err) != EXH_UNSUPPORTED || fail() != 7)
        return 1;
    puts(err.text);
    exh_report_free(report);
    return 0;
}
