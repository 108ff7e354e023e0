#include "c2pa/labels.h"

#include "base/text.h"
#include "check.h"

static void test_label(void)
{
    static const struct {
        const char *text, *name;
        unsigned version, instance;
    } cases[] = {
        { "c2pa.actions", "c2pa.actions", 1, 0 },
        { "c2pa.actions.v2", "c2pa.actions", 2, 0 },
        { "c2pa.ingredient.v3__12", "c2pa.ingredient", 3, 12 },
        { "c2pa.ingredient__1", "c2pa.ingredient", 1, 1 },
        { "c2pa.thumbnail.ingredient_1.jpeg", "c2pa.thumbnail.ingredient_1.jpeg", 1, 0 },
        { "org.exhibit.v", "org.exhibit.v", 1, 0 },
        { "x.v99999999999", "x.v99999999999", 1, 0 },
        { "__3", "", 1, 3 },
        { "", "", 1, 0 },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct label l = label_read(bytes_of(cases[i].text));
        CHECK(bytes_are(l.name, cases[i].name) && l.version == cases[i].version &&
                  l.instance == cases[i].instance,
              "%s: name of %zu bytes, version %u, instance %u", cases[i].text, l.name.n, l.version,
              l.instance);
    }
    CHECK(label_is_hard_binding(bytes_of("c2pa.hash.bmff.v3")), "bmff");
    CHECK(label_is_hard_binding(bytes_of("c2pa.hash.data")), "data");
    CHECK(!label_is_hard_binding(bytes_of("c2pa.hash.data.part__1")), "a part is not the binding");
    CHECK(!label_is_hard_binding(bytes_of("c2pa.hash.multi-asset")), "multi-asset");
    CHECK(label_is_claim_thumbnail(bytes_of("c2pa.thumbnail.claim.jpeg")), "1.x thumbnail");
}

static void test_uri(void)
{
    static const struct {
        const char *text;
        bool good;
        const char *manifest, *store, *box;
    } cases[] = {
        { "self#jumbf=c2pa.assertions/c2pa.actions", true, "", "c2pa.assertions", "c2pa.actions" },
        { "self#jumbf=c2pa.signature", true, "", "c2pa.signature", "" },
        { "self#jumbf=/c2pa/urn:x", true, "urn:x", "", "" },
        { "self#jumbf=/c2pa/urn:x/c2pa.assertions/a", true, "urn:x", "c2pa.assertions", "a" },
        { "self#jumbf=/c2pa/urn:x/c2pa.assertions/a/b", false, "", "", "" },
        { "self#jumbf=/c2pa/../c2pa.assertions/a", false, "", "", "" },
        { "self#jumbf=/c2pa//a", false, "", "", "" },
        { "self#jumbf=/other/urn:x", false, "", "", "" },
        { "self#jumbf=/c2pa", false, "", "", "" },
        { "self#jumbf=", false, "", "", "" },
        { "self#jumbf=a/", false, "", "", "" },
        { "https://a.example/x", false, "", "", "" },
        { "", false, "", "", "" },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct jumbf_uri u = { 0 };
        bool good = jumbf_uri_read(bytes_of(cases[i].text), &u);
        CHECK(good == cases[i].good, "%s: %d", cases[i].text, good);
        CHECK(bytes_are(u.manifest, cases[i].manifest) && bytes_are(u.store, cases[i].store) &&
                  bytes_are(u.box, cases[i].box),
              "%s: parts", cases[i].text);
    }
    CHECK(hash_named(bytes_of("sha384")) == EXH_SHA384, "sha384");
    CHECK(hash_named(bytes_of("sha1")) == EXH_HASH_NONE, "sha1");
}

static void test_manifest_label(void)
{
    static const struct {
        const char *text;
        bool good;
    } cases[] = {
        { "urn:c2pa:085b5dbf-0d2e-4f6a-9c11-3f2b6a1c9d10", true },
        { "urn:c2pa:085B5DBF-0d2e-4f6a-9c11-3f2b6a1c9d10:exhibit:2_1", true },
        { "urn:c2pa:085b5dbf-0d2e-4f6a-9c11-3f2b6a1c9d1", false },
        { "urn:c2pa:085b5dbf-0d2e-4f6a-9c11-3f2b6a1c9d10x", false },
        { "urn:c2pa:085b5dbg-0d2e-4f6a-9c11-3f2b6a1c9d10", false },
        { "urn:uuid:085b5dbf-0d2e-4f6a-9c11-3f2b6a1c9d10", false },
        { "", false },
    };

    for (size_t i = 0; i < ARRAY_N(cases); i++)
        CHECK(manifest_label_valid(bytes_of(cases[i].text)) == cases[i].good, "%s", cases[i].text);
}

int main(void)
{
    test_manifest_label();
    test_label();
    test_uri();
    return check_done();
}
