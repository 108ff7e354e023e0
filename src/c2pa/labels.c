#include "c2pa/labels.h"

#include "base/macros.h"
#include "base/text.h"

#define SELF "self#jumbf="

/* Take decimal digits off the end of *text; false if there are none or too many. */
static bool take_number(struct exh_bytes *text, unsigned *v)
{
    size_t n = text->n;
    unsigned value = 0;
    unsigned unit = 1;

    while (n && text->p[n - 1] >= '0' && text->p[n - 1] <= '9' && text->n - n < 6) {
        value += unit * (unsigned)(text->p[--n] - '0');
        unit *= 10;
    }
    if (n == text->n)
        return false;
    text->n = n;
    *v = value;
    return true;
}

/* If text is NAME + mark + number: cut both off and yield the number, else keep text. */
static unsigned cut_numbered(struct exh_bytes *text, const char *mark, unsigned without)
{
    struct exh_bytes name = *text;
    unsigned v = without;

    if (!take_number(&name, &v) || !bytes_end(name, mark))
        return without;
    name.n -= bytes_of(mark).n;
    *text = name;
    return v;
}

struct label label_read(struct exh_bytes text)
{
    struct label l = { .name = text };

    l.instance = cut_numbered(&l.name, "__", 0);
    l.version = cut_numbered(&l.name, ".v", 1);
    return l;
}

bool label_is(struct exh_bytes text, const char *name)
{
    return bytes_are(label_read(text).name, name);
}

bool label_is_hard_binding(struct exh_bytes text)
{
    static const char *const names[] = { "c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.bmff",
                                         "c2pa.hash.collection.data" };

    for (size_t i = 0; i < ARRAY_N(names); i++)
        if (label_is(text, names[i]))
            return true;
    return false;
}

bool label_is_claim_thumbnail(struct exh_bytes text)
{
    return bytes_start(text, "c2pa.thumbnail.claim");
}

bool manifest_label_valid(struct exh_bytes label)
{
    static const char form[] = "urn:c2pa:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const size_t n = sizeof form - 1;

    if (label.n < n || (label.n > n && label.p[n] != ':'))
        return false;
    for (size_t i = 0; i < n; i++) {
        const uint8_t c = label.p[i];
        const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (form[i] == 'x' ? !hex : c != (uint8_t)form[i])
            return false;
    }
    return true;
}

/* The part of *rest before the next '/', or all of it; empty parts are not allowed. */
static bool take_part(struct exh_bytes *rest, struct exh_bytes *part)
{
    size_t n = 0;

    while (n < rest->n && rest->p[n] != '/')
        n++;
    *part = (struct exh_bytes){ rest->p, n };
    if (!n || bytes_are(*part, "..") || bytes_are(*part, "."))
        return false;
    const size_t skip = n < rest->n ? n + 1 : n;
    if (skip == rest->n && n < rest->n)
        return false; // ends with '/'
    rest->p += skip;
    rest->n -= skip;
    return true;
}

bool jumbf_uri_read(struct exh_bytes text, struct jumbf_uri *out)
{
    struct jumbf_uri u = { 0 };
    struct exh_bytes root;

    if (!bytes_start(text, SELF))
        return false;
    text.p += sizeof SELF - 1;
    text.n -= sizeof SELF - 1;
    if (text.n && text.p[0] == '/') {
        text.p++;
        text.n--;
        if (!take_part(&text, &root) || !bytes_are(root, "c2pa") || !take_part(&text, &u.manifest))
            return false;
    } else if (!text.n) {
        return false;
    }
    if (text.n && !take_part(&text, &u.store))
        return false;
    if (text.n && !take_part(&text, &u.box))
        return false;
    if (text.n)
        return false;
    *out = u;
    return true;
}

enum exh_hash hash_named(struct exh_bytes name)
{
    static const enum exh_hash all[] = { EXH_SHA256, EXH_SHA384, EXH_SHA512 };

    for (size_t i = 0; i < ARRAY_N(all); i++)
        if (bytes_are(name, exh_hash_name(all[i])))
            return all[i];
    return EXH_HASH_NONE;
}
