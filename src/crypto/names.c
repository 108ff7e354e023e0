#include "crypto/cert.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

// Bytes of the UTF-8 character at p that may be shown as it is; 0: it is to be escaped.
static size_t printable(struct exh_bytes text)
{
    uint8_t first = text.p[0];
    size_t n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if (first < 0x20 || first == 0x7F || first == '\\' || n > text.n ||
        !utf8_valid((struct exh_bytes){ text.p, n }))
        return 0;
    if (first == 0xC2 && text.p[1] < 0xA0) // C1 controls
        return 0;
    // U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F: invisible, or they turn the line around.
    if (first == 0xE2 && text.p[1] == 0x80 &&
        ((text.p[2] >= 0x8B && text.p[2] <= 0x8F) || (text.p[2] >= 0xA8 && text.p[2] <= 0xAE)))
        return 0;
    if (first == 0xE2 && text.p[1] == 0x81 && text.p[2] >= 0xA0 && text.p[2] <= 0xAF)
        return 0;
    if (first == 0xEF && text.p[1] == 0xBB && text.p[2] == 0xBF) // U+FEFF
        return 0;
    return n;
}

bool put_text(char *to, size_t size, struct exh_bytes text)
{
    size_t at = 0;

    while (text.n) {
        size_t n = printable(text);
        size_t room = n ? n : sizeof "\\x00" - 1;
        if (at + room + 1 > size)
            break;
        if (n)
            memcpy(to + at, text.p, n);
        else
            snprintf(to + at, size - at, "\\x%02x", text.p[0]);
        at += room;
        text.p += n ? n : 1;
        text.n -= n ? n : 1;
    }
    to[at] = '\0';
    return text.n == 0;
}

// The last field of this type: the most specific one.
static bool field_text(const X509_NAME *name, int nid, char *to, size_t size)
{
    int at = -1, last = -1;
    unsigned char *utf8 = NULL;

    while ((at = X509_NAME_get_index_by_NID(name, nid, at)) >= 0)
        last = at;
    if (last < 0)
        return false;
    int n = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
    if (n < 0) {
        ERR_clear_error();
        return false;
    }
    put_text(to, size, (struct exh_bytes){ utf8, (size_t)n });
    OPENSSL_free(utf8);
    return to[0] != '\0';
}

void name_text(const X509_NAME *name, int first, int second, char *to, size_t size)
{
    if (!field_text(name, first, to, size) && !field_text(name, second, to, size))
        to[0] = '\0';
}

void subject_text(const struct cert *c, char *to, size_t size)
{
    name_text(X509_get_subject_name(c->x), NID_commonName, NID_organizationName, to, size);
}
