#include "pki/role.h"

#include "base/names.h"
#include "base/text.h"
#include "crypto/cert.h"

#include <stdio.h>
#include <string.h>

#include <openssl/objects.h>

#define DAY ((int64_t)24 * 60 * 60)

#define KU_SIGN                                    \
    {                                              \
        NID_key_usage, "critical,digitalSignature" \
    }
#define KU_ISSUE                                      \
    {                                                 \
        NID_key_usage, "critical,keyCertSign,cRLSign" \
    }
// C2PA claim signing; e-mail protection for verifiers that do not know it; TLS towards a server.
#define EKU_CLAIM                                                             \
    {                                                                         \
        NID_ext_key_usage, "1.3.6.1.4.1.62558.2.1,emailProtection,clientAuth" \
    }
#define EKU_TSA                                    \
    {                                              \
        NID_ext_key_usage, "critical,timeStamping" \
    }
#define EKU_OCSP                         \
    {                                    \
        NID_ext_key_usage, "OCSPSigning" \
    }
#define EKU_TLS                         \
    {                                   \
        NID_ext_key_usage, "serverAuth" \
    }
#define IDS                                          \
    { NID_subject_key_identifier, "hash" },          \
    {                                                \
        NID_authority_key_identifier, "keyid:always" \
    }

// Where to find out whether the certificate still stands. What lives for days, or answers for others,
// has no such addresses.
enum role_access { ACCESS_NONE, ACCESS_FULL, ACCESS_ISSUER };

static const struct role {
    const char *common_name; // NULL: the name asked for
    const char *san;         // before the name; NULL: none
    int days;
    enum role_access access;
    struct build_ext ext[BUILD_EXT_MAX];
} roles[] = {
    [CA_CAMERA] = { NULL,
                    "URI:" NAME_URN_CAMERA,
                    CA_LEAF_DAYS,
                    ACCESS_FULL,
                    { KU_SIGN, EKU_CLAIM, IDS } },
    [CA_PERSON] = { NULL,
                    "URI:" NAME_URN_PERSON,
                    CA_LEAF_DAYS,
                    ACCESS_FULL,
                    { KU_SIGN, EKU_CLAIM, IDS } },
    [CA_OPERATOR] = { NULL,
                      "URI:" NAME_URN_PERSON,
                      CA_LEAF_DAYS,
                      ACCESS_FULL,
                      { KU_SIGN, EKU_CLAIM, IDS } },
    [CA_TSA] = { "Time-stamp authority",
                 NULL,
                 CA_RESPONDER_DAYS,
                 ACCESS_FULL,
                 { KU_SIGN, EKU_TSA, IDS } },
    [CA_OCSP] = { "OCSP responder",
                  NULL,
                  CA_RESPONDER_DAYS,
                  ACCESS_NONE,
                  { KU_SIGN, EKU_OCSP, IDS, { NID_id_pkix_OCSP_noCheck, "ignored" } } },
    [CA_TLS] = { "TLS server", NULL, CA_TLS_DAYS, ACCESS_NONE, { KU_SIGN, EKU_TLS, IDS } },
    [CA_ISSUER] = { NULL,
                    NULL,
                    CA_ISSUER_DAYS,
                    ACCESS_ISSUER,
                    { { NID_basic_constraints, "critical,CA:true,pathlen:0" }, KU_ISSUE, IDS } },
};

// No comma, semicolon, quote or backslash: these would end the value in OpenSSL's notation.
static bool is_place(const char *url)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?&=%[]";
    size_t n = strlen(url);

    return n > strlen("http://") && n <= CA_PLACE_MAX && strncmp(url, "http://", 7) == 0 &&
           strspn(url, allowed) == n;
}

const char *role_places_read(const struct ca_places *places, struct role_places *out)
{
    *out = (struct role_places){ "", "", "" };
    if (!places)
        return NULL;
    const char *const all[] = { places->ocsp, places->issuer, places->crl };
    for (size_t i = 0; i < ARRAY_N(all); i++) {
        if (all[i] && !is_place(all[i]))
            return "an address in certificates begins with http:// and has at most 160 characters "
                   "of A-Z a-z 0-9 - . _ ~ : / ? & = % [ ]";
    }
    if (places->issuer)
        snprintf(out->issuer, sizeof out->issuer, "caIssuers;URI:%s", places->issuer);
    if (places->ocsp)
        snprintf(out->access, sizeof out->access, "OCSP;URI:%s%s%s", places->ocsp,
                 places->issuer ? "," : "", out->issuer);
    else
        snprintf(out->access, sizeof out->access, "%s", out->issuer);
    if (places->crl)
        snprintf(out->crl, sizeof out->crl, "URI:%s", places->crl);
    return NULL;
}

// What put_text() would have to escape, nobody should read as an authority's name.
bool role_is_title(const char *title)
{
    char shown[4 * CA_TITLE_MAX + 1];
    size_t n = strlen(title), characters = 0;

    for (size_t i = 0; i < n; i++)
        characters += ((unsigned char)title[i] & 0xC0) != 0x80;
    return n >= 1 && characters <= CA_TITLE_MAX && put_text(shown, sizeof shown, bytes_of(title)) &&
           strcmp(shown, title) == 0;
}

static const char *check_hosts(const struct ca_order *order)
{
    if (order->hosts_n < 1 || order->hosts_n > CA_HOSTS_MAX)
        return "a TLS server has 1 to 8 names";
    for (size_t i = 0; i < order->hosts_n; i++) {
        if (!host_valid(bytes_of(order->hosts[i])))
            return "a host is an address, or a name of a-z 0-9 - and dots";
    }
    return NULL;
}

const char *role_check(const struct ca_order *order)
{
    const char *name = order->name ? order->name : "";

    switch (order->role) {
    case CA_CAMERA:
    case CA_PERSON:
    case CA_OPERATOR: return id_valid(bytes_of(name)) ? NULL : "an id has " ID_RULE;
    case CA_ISSUER:
        return role_is_title(name) ? NULL : "an authority's name has 1 to 64 printable characters";
    case CA_TLS: return check_hosts(order);
    case CA_TSA:
    case CA_OCSP: break;
    }
    return NULL;
}

int64_t role_lifetime(enum ca_role role)
{
    return roles[role].days * DAY;
}

static void add(struct build *b, int nid, const char *value)
{
    size_t last = 0;

    if (!value[0])
        return;
    while (b->ext[last].value)
        last++;
    b->ext[last] = (struct build_ext){ nid, value };
}

static void write_hosts(const struct ca_order *order, char san[ROLE_SAN_MAX])
{
    size_t at = 0;

    for (size_t i = 0; i < order->hosts_n; i++)
        at += (size_t)snprintf(san + at, ROLE_SAN_MAX - at, "%s%s:%s", i ? "," : "",
                               host_is_address(bytes_of(order->hosts[i])) ? "IP" : "DNS",
                               order->hosts[i]);
}

void role_fill(const struct ca_order *order, const struct role_places *places,
               char san[ROLE_SAN_MAX], struct build *b)
{
    const struct role *role = &roles[order->role];

    b->name = role->common_name ? role->common_name : order->name;
    memcpy(b->ext, role->ext, sizeof b->ext);
    san[0] = '\0';
    if (order->role == CA_TLS)
        write_hosts(order, san);
    else if (role->san)
        snprintf(san, ROLE_SAN_MAX, "%s%s", role->san, order->name);
    add(b, NID_subject_alt_name, san);
    if (role->access != ACCESS_NONE) {
        add(b, NID_info_access, role->access == ACCESS_FULL ? places->access : places->issuer);
        add(b, NID_crl_distribution_points, places->crl);
    }
}

void role_fill_root(const char *title, unsigned below, struct build *b)
{
    static const struct build_ext ext[] = {
        { NID_basic_constraints, "critical,CA:true,pathlen:0" },
        KU_ISSUE,
        { NID_subject_key_identifier, "hash" },
    };

    b->name = title;
    memcpy(b->ext, ext, sizeof ext);
    if (below)
        b->ext[0].value = "critical,CA:true,pathlen:1";
}
