/*
 * Every status code that a manifest can earn: a row makes a sound store, spoils one thing, and names
 * the code that must come out. Contents are written as JSON and turned into CBOR; text that begins
 * with '@' becomes the digest of what it names (see digest_named()).
 */
#include <exhibit/verify.h>

#include "base/text.h"
#include "c2pa/cose.h"
#include "fake_crypto.h"
#include "formats/cbor.h"
#include "formats/json.h"
#include "formats/jumbf.h"

#define BOXES_MAX     8
#define MANIFESTS_MAX 4
#define ASSET         "an asset of no known format"
#define URN(n)        "urn:c2pa:00000000-0000-4000-8000-00000000000" #n
#define STORE_LIMIT   ((size_t)1 << 20)

enum listing { CREATED, GATHERED, UNLISTED };

struct box {
    const char *label;
    const char *json; // its content; NULL: the box is not there
    enum listing listing;
    const char *type; // NULL: "cbor"
    const char *url;  // NULL: self#jumbf=c2pa.assertions/LABEL
    bool spoiled;     // changed after the claim was made
    bool blank;       // zeroed after the claim was made
    bool absent;      // listed, but left out of the store
    bool twice;       // in the store two times
};

struct manifest {
    const char *label;
    const char *four;          // "c2ma" or "c2um"
    const char *claim_label;   // NULL: "c2pa.claim.v2"
    const char *claim_json;    // NULL: the usual fields; else all but the lists
    const char *signature_url; // NULL: self#jumbf=c2pa.signature
    const char *redacted[2];
    unsigned claims; // 0 means 1; 9 means none
    bool no_signature, spoiled_claim, spoiled_signature, attached;
    int64_t alg;             // 0: ES256
    const char *certificate; // NULL: "camera:cam-1"
    const char *ocsp;        // stapled; what fake_ocsp_check() understands
    bool stamped;            // with a token of fake_stamp_check()
    struct box boxes[BOXES_MAX];
};

struct world {
    struct manifest m[MANIFESTS_MAX];
    size_t n;
    struct buf built[MANIFESTS_MAX];     // each manifest's superbox
    struct buf signature[MANIFESTS_MAX]; // each signature's superbox
    struct buf boxes[BOXES_MAX];         // of the manifest in work
};

static void digest_of(struct exh_bytes b, uint8_t to[EXH_HASH_MAX])
{
    fake_digest(EXH_SHA256, b, to);
}

/* What a superbox's hash is taken over. */
static struct exh_bytes content_of(const struct buf *box)
{
    return (struct exh_bytes){ box->p + 8, box->n - 8 };
}

/* "@" no bytes, "@asset", "@asset:4-9" its bytes 4 to 8, "@mN" manifest N, "@sN" its signature, "@LABEL" an assertion made before. */
static void digest_named(const struct world *w, const struct manifest *m, const char *name,
                         uint8_t to[EXH_HASH_MAX])
{
    size_t from = 0, until = 0;

    memset(to, 0xEE, EXH_HASH_MAX); // a name that nothing has: a wrong hash
    if (sscanf(name, "asset:%zu-%zu", &from, &until) == 2)
        digest_of((struct exh_bytes){ (const uint8_t *)ASSET + from, until - from }, to);
    if (strcmp(name, "asset") == 0)
        digest_of(bytes_of(ASSET), to);
    else if (name[0] == 'm' && name[1] >= '0' && name[1] <= '3' && !name[2])
        digest_of(content_of(&w->built[name[1] - '0']), to);
    else if (name[0] == 's' && name[1] >= '0' && name[1] <= '3' && !name[2])
        digest_of(content_of(&w->signature[name[1] - '0']), to);
    for (size_t i = 0; i < BOXES_MAX; i++)
        if (m->boxes[i].label && strcmp(m->boxes[i].label, name) == 0 && w->boxes[i].n)
            digest_of(content_of(&w->boxes[i]), to);
}

static void put_value(struct buf *b, struct json j, const struct world *w, const struct manifest *m)
{
    struct json_walk walk = json_walk(j);
    struct json name, value;
    char text[512];
    uint8_t digest[EXH_HASH_MAX];
    int64_t number = 0;
    bool flag = false;
    size_t n = 0;

    switch (json_type(j)) {
    case JSON_OBJECT: {
        struct cbor_map map = cbor_map_open(b);
        while (json_next(&walk, &name, &value)) {
            json_string(name, text, sizeof text, NULL);
            cbor_put_text(b, text);
            put_value(b, value, w, m);
        }
        cbor_map_close(b, map);
        return;
    }
    case JSON_ARRAY:
        while (json_next(&walk, NULL, &value))
            n++;
        cbor_put_array(b, n);
        walk = json_walk(j);
        while (json_next(&walk, NULL, &value))
            put_value(b, value, w, m);
        return;
    case JSON_STRING:
        json_string(j, text, sizeof text, NULL);
        if (text[0] != '@') {
            cbor_put_text(b, text);
            return;
        }
        digest_named(w, m, text + 1, digest);
        cbor_put_bytes(b, (struct exh_bytes){ digest, text[1] ? 32 : 0 });
        return;
    case JSON_NUMBER:
        json_int(j, &number);
        cbor_put_int(b, number);
        return;
    case JSON_BOOL:
        json_bool(j, &flag);
        cbor_put_bool(b, flag);
        return;
    case JSON_NULL:
    case JSON_NONE: cbor_put_null(b); return;
    }
}

static struct json parse_json(const char *text)
{
    struct exh_error err;
    struct json j;

    if (json_parse(bytes_of(text), 0, &j, &err) != EXH_OK) {
        fprintf(stderr, "%s: %s\n", text, err.text);
        exit(2);
    }
    return j;
}

static void put_superbox_open(struct buf *b, const char *four, const char *label, size_t *at)
{
    jumbf_type type;

    jumbf_type_of(four, type);
    *at = jumbf_put_open(b, type, label, (struct exh_bytes){ 0 });
}

/* "!text": the bytes as they are, not CBOR. */
static void put_assertion(struct world *w, const struct manifest *m, const struct box *box,
                          struct buf *b)
{
    const char *type = box->type ? box->type : "cbor";
    size_t at;

    put_superbox_open(b, type, box->label, &at);
    const size_t content = jumbf_put_box_open(b, type);
    if (box->json[0] == '!')
        buf_put_text(b, box->json + 1);
    else if (strcmp(type, "json") == 0)
        buf_put_text(b, box->json);
    else
        put_value(b, parse_json(box->json), w, m);
    jumbf_put_close(b, content);
    jumbf_put_close(b, at);
}

static size_t count_listed(const struct manifest *m, enum listing listing)
{
    size_t n = 0;

    for (size_t i = 0; i < BOXES_MAX; i++)
        n += m->boxes[i].json && m->boxes[i].listing == listing;
    return n;
}

static void put_list(struct buf *b, const struct world *w, const struct manifest *m,
                     const char *key, enum listing listing)
{
    cbor_put_text(b, key);
    cbor_put_array(b, count_listed(m, listing));
    for (size_t i = 0; i < BOXES_MAX; i++) {
        const struct box *box = &m->boxes[i];
        char url[256];
        uint8_t digest[EXH_HASH_MAX];
        if (!box->json || box->listing != listing)
            continue;
        snprintf(url, sizeof url, "self#jumbf=c2pa.assertions/%s", box->label);
        struct cbor_map map = cbor_map_open(b);
        cbor_put_text(b, "url");
        cbor_put_text(b, box->url ? box->url : url);
        cbor_put_text(b, "hash");
        digest_of(content_of(&w->boxes[i]), digest);
        cbor_put_bytes(b, (struct exh_bytes){ digest, 32 });
        cbor_map_close(b, map);
    }
}

static void put_claim(struct buf *b, const struct world *w, const struct manifest *m)
{
    static const char usual[] = "{\"instanceID\":\"xmp:iid:1\",\"alg\":\"sha256\","
                                "\"claim_generator_info\":{\"name\":\"test\"}}";
    struct json fields = parse_json(m->claim_json ? m->claim_json : usual);
    struct json_walk walk = json_walk(fields);
    struct json name, value;
    struct cbor_map map = cbor_map_open(b);

    while (json_next(&walk, &name, &value)) {
        char key[64];
        json_string(name, key, sizeof key, NULL);
        cbor_put_text(b, key);
        put_value(b, value, w, m);
    }
    if (!m->signature_url || m->signature_url[0]) {
        cbor_put_text(b, "signature");
        cbor_put_text(b, m->signature_url ? m->signature_url : "self#jumbf=c2pa.signature");
    }
    put_list(b, w, m, "created_assertions", CREATED);
    if (count_listed(m, GATHERED))
        put_list(b, w, m, "gathered_assertions", GATHERED);
    if (m->redacted[0]) {
        cbor_put_text(b, "redacted_assertions");
        cbor_put_array(b, 1 + (m->redacted[1] != NULL));
        cbor_put_text(b, m->redacted[0]);
        if (m->redacted[1])
            cbor_put_text(b, m->redacted[1]);
    }
    cbor_map_close(b, map);
}

static void put_unprotected(struct buf *b, const struct manifest *m, struct exh_bytes protected_,
                            struct exh_bytes signature)
{
    struct cbor_map map = cbor_map_open(b);

    if (m->stamped) {
        struct buf encoded = buf_with_limit(256), tbs = buf_with_limit(4096);
        uint8_t token[6 + EXH_HASH_MAX] = "token:";
        cbor_put_bytes(&encoded, signature);
        cose_put_tbs(&tbs, "CounterSignature", protected_, COSE_NO_EXTERNAL, buf_view(&encoded));
        digest_of(buf_view(&tbs), token + 6);
        cbor_put_text(b, "sigTst2");
        struct cbor_map tst = cbor_map_open(b);
        cbor_put_text(b, "tstTokens");
        cbor_put_array(b, 1);
        struct cbor_map one = cbor_map_open(b);
        cbor_put_text(b, "val");
        cbor_put_bytes(b, (struct exh_bytes){ token, 38 });
        cbor_map_close(b, one);
        cbor_map_close(b, tst);
        buf_free(&encoded);
        buf_free(&tbs);
    }
    if (m->ocsp) {
        cbor_put_text(b, "rVals");
        struct cbor_map vals = cbor_map_open(b);
        cbor_put_text(b, "ocspVals");
        cbor_put_array(b, 1);
        cbor_put_bytes(b, bytes_of(m->ocsp));
        cbor_map_close(b, vals);
    }
    cbor_map_close(b, map);
}

static void put_cose(struct buf *b, const struct manifest *m, struct exh_bytes claim)
{
    struct buf protected_ = buf_with_limit(4096), tbs = buf_with_limit(65536);
    uint8_t signature[EXH_HASH_MAX];
    struct cbor_map map = cbor_map_open(&protected_);

    cbor_put_int(&protected_, 1);
    cbor_put_int(&protected_, m->alg ? m->alg : EXH_ES256);
    cbor_put_int(&protected_, 33);
    cbor_put_bytes(&protected_, bytes_of(m->certificate ? m->certificate : "camera:cam-1"));
    cbor_map_close(&protected_, map);
    cose_put_tbs(&tbs, "Signature1", buf_view(&protected_), COSE_NO_EXTERNAL, claim);
    fake_digest(EXH_SHA512, buf_view(&tbs), signature);
    signature[0] ^= m->spoiled_signature;

    cbor_put_tag(b, 18);
    cbor_put_array(b, 4);
    cbor_put_bytes(b, buf_view(&protected_));
    put_unprotected(b, m, buf_view(&protected_), (struct exh_bytes){ signature, 64 });
    if (m->attached)
        cbor_put_bytes(b, claim);
    else
        cbor_put_null(b);
    cbor_put_bytes(b, (struct exh_bytes){ signature, 64 });
    buf_free(&protected_);
    buf_free(&tbs);
}

static void put_assertion_store(struct world *w, const struct manifest *m, struct buf *b)
{
    size_t at;

    put_superbox_open(b, "c2as", "c2pa.assertions", &at);
    for (size_t i = 0; i < BOXES_MAX; i++) {
        const struct box *box = &m->boxes[i];
        const size_t begin = b->n;
        if (!box->json || box->absent)
            continue;
        buf_put_bytes(b, buf_view(&w->boxes[i]));
        if (box->twice)
            buf_put_bytes(b, buf_view(&w->boxes[i]));
        if (box->spoiled)
            b->p[b->n - 1] ^= 1;
        if (box->blank) // behind jumd and the content box's header
            for (size_t k = begin + 8 + 8 + 17 + strlen(box->label) + 1 + 8; k < b->n; k++)
                b->p[k] = 0;
    }
    jumbf_put_close(b, at);
}

static void put_claim_box(struct buf *b, const struct manifest *m, struct exh_bytes claim)
{
    size_t at;

    put_superbox_open(b, "c2cl", m->claim_label ? m->claim_label : "c2pa.claim.v2", &at);
    const size_t content = jumbf_put_box_open(b, "cbor");
    buf_put_bytes(b, claim);
    jumbf_put_close(b, content);
    jumbf_put_close(b, at);
    if (m->spoiled_claim)
        b->p[b->n - 2] ^= 1;
}

static void build_manifest(struct world *w, size_t index)
{
    const struct manifest *m = &w->m[index];
    struct buf *b = &w->built[index], *s = &w->signature[index];
    struct buf claim = buf_with_limit(65536);
    size_t at;

    *b = buf_with_limit(STORE_LIMIT);
    *s = buf_with_limit(STORE_LIMIT);
    for (size_t i = 0; i < BOXES_MAX; i++) {
        w->boxes[i] = buf_with_limit(STORE_LIMIT);
        if (m->boxes[i].json)
            put_assertion(w, m, &m->boxes[i], &w->boxes[i]);
    }
    put_claim(&claim, w, m);
    put_superbox_open(s, "c2cs", "c2pa.signature", &at);
    const size_t content = jumbf_put_box_open(s, "cbor");
    put_cose(s, m, buf_view(&claim));
    jumbf_put_close(s, content);
    jumbf_put_close(s, at);

    put_superbox_open(b, m->four, m->label, &at);
    put_assertion_store(w, m, b);
    for (unsigned i = 0; i < (m->claims == 9 ? 0 : m->claims ? m->claims : 1); i++)
        put_claim_box(b, m, buf_view(&claim));
    if (!m->no_signature)
        buf_put_bytes(b, buf_view(s));
    jumbf_put_close(b, at);
    buf_free(&claim);
    for (size_t i = 0; i < BOXES_MAX; i++)
        buf_free(&w->boxes[i]);
}

static struct exh_report *judge(struct world *w)
{
    struct exh_error err;
    struct buf store = buf_with_limit(STORE_LIMIT);
    const struct exh_crypto crypto = fake_crypto;
    struct exh_report *report = NULL;
    size_t at;

    put_superbox_open(&store, "c2pa", "c2pa", &at);
    for (size_t i = 0; i < w->n; i++) {
        build_manifest(w, i);
        buf_put_bytes(&store, buf_view(&w->built[i]));
    }
    jumbf_put_close(&store, at);

    struct exh_source asset = exh_source_memory((const uint8_t *)ASSET, sizeof ASSET - 1);
    struct exh_source sidecar = exh_source_memory(store.p, store.n);
    struct exh_verify_options options = { .crypto = &crypto, .now = 1500000000, .store = &sidecar };
    if (exh_verify(&asset, &options, &report, &err) != EXH_OK)
        fprintf(stderr, "cannot look: %s\n", err.text);
    buf_free(&store);
    for (size_t i = 0; i < w->n; i++) {
        buf_free(&w->built[i]);
        buf_free(&w->signature[i]);
    }
    return report;
}

#define ACTIONS "{\"actions\":[{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\"}]}"
#define BINDING "{\"alg\":\"sha256\",\"hash\":\"@asset\",\"pad\":\"@\",\"exclusions\":[]}"
#define PARENT(results)                                                                              \
    "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/c2pa/" URN(            \
        0) "\",\"hash\":\"@m0\"},\"claimSignature\":{\"url\":\"self#jumbf=/c2pa/" URN(0) "/c2pa."    \
                                                                                         "signatu"   \
                                                                                         "re\","     \
                                                                                         "\"hash"    \
                                                                                         "\":\"@"    \
                                                                                         "s0\""      \
                                                                                         "}" results \
                                                                                         "}"
#define RESULTS ",\"validationResults\":{}"
#define OPENED                                                                             \
    "{\"actions\":[{\"action\":\"c2pa.opened\",\"parameters\":{\"ingredients\":[{\"url\":" \
    "\"self#jumbf=c2pa.assertions/c2pa.ingredient.v3\",\"hash\":\"@c2pa.ingredient.v3\"}]}}]}"

/* Boxes of the sound manifest: which is which. */
enum { ACTION_BOX, BINDING_BOX, EXTRA_BOX, MORE_BOX };

static struct manifest sound(const char *label)
{
    struct manifest m = { .label = label, .four = "c2ma" };

    m.boxes[EXTRA_BOX] = (struct box){ 0 };
    m.boxes[BINDING_BOX] = (struct box){ .label = "c2pa.hash.data", .json = BINDING };
    m.boxes[ACTION_BOX] = (struct box){ .label = "c2pa.actions.v2", .json = ACTIONS };
    return m;
}

/* Two manifests: the second opened the first. The ingredient must be made before its action. */
static struct world family(void)
{
    struct world w = { .n = 2 };

    w.m[0] = sound(URN(0));
    w.m[1] = sound(URN(1));
    w.m[1].boxes[ACTION_BOX] =
        (struct box){ .label = "c2pa.ingredient.v3", .json = PARENT(RESULTS) };
    w.m[1].boxes[EXTRA_BOX] = (struct box){ .label = "c2pa.actions.v2", .json = OPENED };
    return w;
}

static struct world alone(void)
{
    struct world w = { .n = 1 };

    w.m[0] = sound(URN(0));
    return w;
}

/* An update manifest over a sound one. */
static struct world updated(void)
{
    struct world w = family();

    w.m[1].four = "c2um";
    w.m[1].boxes[BINDING_BOX] = (struct box){ 0 };
    w.m[1].boxes[EXTRA_BOX].json = "{\"actions\":[{\"action\":\"c2pa.edited.metadata\"}]}";
    return w;
}

static bool has_code(const struct exh_report *r, const char *code)
{
    for (size_t i = 0; i < r->findings.n; i++)
        if (strcmp(r->findings.items[i].code, code) == 0)
            return true;
    for (size_t d = 0; d < r->deltas_n; d++)
        for (size_t i = 0; i < r->deltas[d].findings.n; i++)
            if (strcmp(r->deltas[d].findings.items[i].code, code) == 0)
                return true;
    return false;
}

static size_t failures(const struct exh_report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->findings.n; i++)
        n += r->findings.items[i].kind == EXH_FAILURE;
    for (size_t d = 0; d < r->deltas_n; d++)
        for (size_t i = 0; i < r->deltas[d].findings.n; i++)
            n += r->deltas[d].findings.items[i].kind == EXH_FAILURE;
    return n;
}

/* A row that spoils one thing. */
#define ROW(name) static void name(struct world *w)
ROW(nothing)
{
    (void)w;
}
ROW(claim_absent)
{
    w->m[0].claims = 9;
}
ROW(claim_twice)
{
    w->m[0].claims = 2;
}
ROW(claim_unknown_label)
{
    w->m[0].claim_label = "c2pa.claim.v7";
}
ROW(claim_without_generator)
{
    w->m[0].claim_json = "{\"instanceID\":\"x\",\"alg\":\"sha256\"}";
}
ROW(claim_without_name)
{
    w->m[0].claim_json =
        "{\"instanceID\":\"x\",\"alg\":\"sha256\",\"claim_generator_info\":{\"version\":\"1\"}}";
}
ROW(claim_without_instance)
{
    w->m[0].claim_json = "{\"alg\":\"sha256\",\"claim_generator_info\":{\"name\":\"x\"}}";
}
ROW(claim_unknown_alg)
{
    w->m[0].claim_json = "{\"instanceID\":\"x\",\"alg\":\"md5\","
                         "\"claim_generator_info\":{\"name\":\"x\"}}";
}
ROW(claim_spoiled)
{
    w->m[0].spoiled_claim = true;
}
ROW(label_odd)
{
    w->m[0].label = "urn:c2pa:not-a-uuid";
}
ROW(signature_absent)
{
    w->m[0].no_signature = true;
}
ROW(signature_elsewhere)
{
    w->m[0].signature_url = "self#jumbf=/c2pa/" URN(9) "/c2pa.signature";
}
ROW(signature_unnamed)
{
    w->m[0].signature_url = "";
}
ROW(signature_spoiled)
{
    w->m[0].spoiled_signature = true;
}
ROW(signature_attached)
{
    w->m[0].attached = true;
}
ROW(assertion_spoiled)
{
    w->m[0].boxes[ACTION_BOX].spoiled = true;
}
ROW(assertion_absent)
{
    w->m[0].boxes[ACTION_BOX].absent = true;
}
ROW(assertion_twice)
{
    w->m[0].boxes[ACTION_BOX].twice = true;
}
ROW(assertion_undeclared)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "org.example", .json = "{}", .listing = UNLISTED };
}
ROW(assertion_outside)
{
    w->m[0].boxes[ACTION_BOX].url = "self#jumbf=/c2pa/" URN(9) "/c2pa.assertions/c2pa.actions.v2";
}
ROW(assertion_on_the_web)
{
    w->m[0].boxes[ACTION_BOX].url = "https://a.example/actions";
}
ROW(assertion_no_cbor)
{
    w->m[0].boxes[ACTION_BOX].json = "!\xA1";
}
ROW(assertion_no_json)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "c2pa.metadata", .json = "!{]", .type = "json" };
}
ROW(binding_absent)
{
    w->m[0].boxes[BINDING_BOX].json = NULL;
}
ROW(binding_gathered)
{
    w->m[0].boxes[BINDING_BOX].listing = GATHERED;
}
ROW(binding_twice)
{
    w->m[0].boxes[EXTRA_BOX] = (struct box){ .label = "c2pa.hash.data__1", .json = BINDING };
}
ROW(content_differs)
{
    w->m[0].boxes[BINDING_BOX].json =
        "{\"alg\":\"sha256\",\"hash\":\"@other\",\"pad\":\"@\",\"exclusions\":[]}";
}
ROW(binding_malformed)
{
    w->m[0].boxes[BINDING_BOX].json = "{\"alg\":\"sha256\",\"hash\":7,\"pad\":\"@\"}";
}
ROW(binding_unknown_alg)
{
    w->m[0].boxes[BINDING_BOX].json = "{\"alg\":\"md5\",\"hash\":\"@asset\",\"pad\":\"@\"}";
}
ROW(binding_of_collection)
{
    w->m[0].boxes[BINDING_BOX] =
        (struct box){ .label = "c2pa.hash.collection.data", .json = "{\"uris\":[]}" };
}
ROW(actions_empty)
{
    w->m[0].boxes[ACTION_BOX].json = "{\"actions\":[]}";
}
ROW(actions_without_list)
{
    w->m[0].boxes[ACTION_BOX].json = "{}";
}
ROW(actions_none)
{
    w->m[0].boxes[ACTION_BOX].json = NULL;
}
ROW(created_without_source)
{
    w->m[0].boxes[ACTION_BOX].json = "{\"actions\":[{\"action\":\"c2pa.created\"}]}";
}
ROW(created_second)
{
    w->m[0].boxes[ACTION_BOX].json = "{\"actions\":[{\"action\":\"c2pa.edited\"},"
                                     "{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\"}]}";
}
ROW(created_in_second_assertion)
{
    w->m[0].boxes[EXTRA_BOX] = (struct box){ .label = "c2pa.actions.v2__1", .json = ACTIONS };
}
ROW(action_nameless)
{
    w->m[0].boxes[ACTION_BOX].json = "{\"actions\":[{\"action\":\"c2pa.created\","
                                     "\"digitalSourceType\":\"x\"},{\"when\":\"now\"}]}";
}
ROW(opened_without_parameters)
{
    w->m[0].boxes[ACTION_BOX].json = "{\"actions\":[{\"action\":\"c2pa.opened\"}]}";
}
ROW(placed_without_ingredient)
{
    w->m[0].boxes[ACTION_BOX].json =
        "{\"actions\":[{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\"},"
        "{\"action\":\"c2pa.placed\",\"parameters\":{\"ingredients\":[{\"url\":"
        "\"self#jumbf=c2pa.assertions/c2pa.ingredient.v3\",\"hash\":\"@x\"}]}}]}";
}
ROW(placed_the_parent)
{
    w->m[1].boxes[EXTRA_BOX].json =
        "{\"actions\":[{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\"},"
        "{\"action\":\"c2pa.placed\",\"parameters\":{\"ingredients\":[{\"url\":"
        "\"self#jumbf=c2pa.assertions/c2pa.ingredient.v3\",\"hash\":\"@c2pa.ingredient.v3\"}]}}]}";
}
ROW(reference_differs)
{
    w->m[1].boxes[EXTRA_BOX].json =
        "{\"actions\":[{\"action\":\"c2pa.opened\",\"parameters\":{\"ingredients\":[{\"url\":"
        "\"self#jumbf=c2pa.assertions/c2pa.ingredient.v3\",\"hash\":\"@wrong\"}]}}]}";
}
ROW(reference_missing)
{
    w->m[0].boxes[ACTION_BOX].json =
        "{\"actions\":[{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\",\"softwareAgent\":"
        "{\"name\":\"x\",\"icon\":{\"url\":\"self#jumbf=c2pa.assertions/c2pa.icon\","
        "\"hash\":\"@x\"}}}]}";
}
ROW(redaction_unresolved)
{
    w->m[0].boxes[ACTION_BOX].json =
        "{\"actions\":[{\"action\":\"c2pa.created\",\"digitalSourceType\":\"x\"},"
        "{\"action\":\"c2pa.redacted\",\"parameters\":{\"redacted\":\"self#jumbf=/c2pa/" URN(
            9) "/c2pa.assertions/x\"}}]}";
}
ROW(metadata_disallowed)
{
    w->m[0].boxes[EXTRA_BOX] = (struct box){
        .label = "c2pa.metadata",
        .type = "json",
        .json = "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},\"exif:Secret\":1}"
    };
}
ROW(metadata_foreign_namespace)
{
    w->m[0].boxes[EXTRA_BOX] = (struct box){
        .label = "c2pa.metadata",
        .type = "json",
        .json = "{\"@context\":{\"exif\":\"http://a.example/\"},\"exif:FNumber\":\"2/1\"}"
    };
}
ROW(metadata_sound)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "c2pa.metadata",
                      .type = "json",
                      .json = "{\"@context\":{\"exif\":\"http://ns.adobe.com/exif/1.0/\"},"
                              "\"exif:FNumber\":\"2/1\"}" };
}
ROW(cloud_malformed)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "c2pa.cloud-data", .json = "{\"label\":\"x\"}" };
}
ROW(cloud_binding)
{
    w->m[0].boxes[EXTRA_BOX] = (struct box){
        .label = "c2pa.cloud-data",
        .json = "{\"label\":\"c2pa.hash.data\",\"size\":1,\"location\":{},\"content_type\":\"x\"}"
    };
}
ROW(cloud_actions)
{
    w->m[1].boxes[MORE_BOX] = (struct box){
        .label = "c2pa.cloud-data",
        .json = "{\"label\":\"c2pa.actions\",\"size\":1,\"location\":{},\"content_type\":\"x\"}"
    };
}
ROW(stamp_map_malformed)
{
    w->m[1].boxes[MORE_BOX] = (struct box){ .label = "c2pa.time-stamp", .json = "{}" };
}
ROW(parent_spoiled)
{
    w->m[0].boxes[ACTION_BOX].spoiled = true;
}
ROW(parent_hash_differs)
{
    w->m[1].boxes[ACTION_BOX].json =
        "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/c2pa/" URN(
            0) "\",\"hash\":\"@wrong\"},\"validationResults\":{}}";
}
ROW(parent_missing)
{
    w->m[1].boxes[ACTION_BOX].json =
        "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/c2pa/" URN(
            9) "\",\"hash\":\"@m0\"},\"validationResults\":{}}";
}
ROW(parent_without_results)
{
    w->m[1].boxes[ACTION_BOX].json = PARENT("");
}
ROW(parent_unknown)
{
    w->m[1].boxes[ACTION_BOX].json = "{\"relationship\":\"parentOf\"}";
}
ROW(relationship_unknown)
{
    w->m[1].boxes[ACTION_BOX].json = "{\"relationship\":\"cousinOf\"}";
}
ROW(parents_two)
{
    w->m[1].boxes[MORE_BOX] =
        (struct box){ .label = "c2pa.ingredient.v3__1", .json = PARENT(RESULTS) };
}
ROW(parent_is_itself)
{
    w->m[1].boxes[ACTION_BOX].json =
        "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/c2pa/" URN(
            1) "\",\"hash\":\"@m0\"},\"validationResults\":{}}";
}
ROW(update_without_parent)
{
    w->m[1].boxes[ACTION_BOX].json = NULL;
}
ROW(update_with_binding)
{
    w->m[1].boxes[BINDING_BOX] = (struct box){ .label = "c2pa.hash.data", .json = BINDING };
}
ROW(update_with_thumbnail)
{
    w->m[1].boxes[MORE_BOX] = (struct box){ .label = "c2pa.thumbnail.claim", .json = "{}" };
}
ROW(update_with_edit)
{
    w->m[1].boxes[EXTRA_BOX].json = "{\"actions\":[{\"action\":\"c2pa.cropped\"}]}";
}
ROW(redact_own)
{
    w->m[0].redacted[0] = "self#jumbf=/c2pa/" URN(0) "/c2pa.assertions/c2pa.actions.v2";
}
ROW(redact_actions)
{
    w->m[1].redacted[0] = "self#jumbf=/c2pa/" URN(0) "/c2pa.assertions/c2pa.actions.v2";
}
ROW(redact_binding)
{
    w->m[1].redacted[0] = "self#jumbf=/c2pa/" URN(0) "/c2pa.assertions/c2pa.hash.data";
}
static const struct box secret = { .label = "org.example.secret", .json = "{\"a\":1}" };
ROW(redacted_still_there)
{
    w->m[0].boxes[EXTRA_BOX] = secret;
    w->m[1].redacted[0] = "self#jumbf=/c2pa/" URN(0) "/c2pa.assertions/org.example.secret";
}
ROW(redacted_blank)
{
    redacted_still_there(w);
    w->m[0].boxes[EXTRA_BOX].blank = true;
}
ROW(redacted_gone)
{
    redacted_still_there(w);
    w->m[0].boxes[EXTRA_BOX].absent = true;
}
ROW(redacted_signature_unnamed)
{
    redacted_blank(w);
    w->m[1].boxes[ACTION_BOX].json =
        "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/c2pa/" URN(
            0) "\",\"hash\":\"@m0\"},\"validationResults\":{}}";
}
ROW(redacted_signature_differs)
{
    redacted_blank(w);
    w->m[1].boxes[ACTION_BOX].json =
        "{\"relationship\":\"parentOf\",\"activeManifest\":{\"url\":\"self#jumbf=/"
        "c2pa/" URN(0) "\",\"hash\":\"@m0\"},\"claimSignature\":{\"url\":\"self#jumbf=/"
                       "c2pa/" URN(0) "/c2pa.signature\",\"hash\":\"@wrong\"},"
                                      "\"validationResults\":{}}";
}
ROW(stamped)
{
    w->m[0].stamped = true;
}
ROW(capture_of_another)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "org.exhibit.capture",
                      .json = "{\"camera_id\":\"cam-2\",\"start_frame\":1}" };
}
ROW(capture_by_person)
{
    capture_of_another(w);
    w->m[0].certificate = "person:cam-2";
}
ROW(capture_own)
{
    w->m[0].boxes[EXTRA_BOX] =
        (struct box){ .label = "org.exhibit.capture",
                      .json = "{\"camera_id\":\"cam-1\",\"start_frame\":1}" };
}

/* A content that does not match as a whole, and two parts, of which one or both may be there. */
static void two_parts(struct world *w, const char *parts)
{
    struct box *boxes = w->m[0].boxes;

    boxes[BINDING_BOX].json = "{\"alg\":\"sha256\",\"hash\":\"@nothing\",\"pad\":\"@\"}";
    boxes[EXTRA_BOX] = (struct box){
        .label = "c2pa.hash.data.part",
        .json = "{\"alg\":\"sha256\",\"hash\":\"@asset:0-10\",\"pad\":\"@\"}",
    };
    boxes[MORE_BOX] = (struct box){
        .label = "c2pa.hash.data.part__1",
        .json = "{\"alg\":\"sha256\",\"hash\":\"@asset:10-27\",\"pad\":\"@\"}",
    };
    boxes[MORE_BOX + 1] = (struct box){ .label = "c2pa.hash.multi-asset", .json = parts };
}

#define PART(at, n, label, more)                                                          \
    "{\"location\":{\"byteOffset\":" #at ",\"length\":" #n "}," more "\"hashAssertion\":" \
    "{\"url\":\"self#jumbf=c2pa.assertions/" label "\",\"hash\":\"@" label "\"}}"
#define FIRST(at, n)  PART(at, n, "c2pa.hash.data.part", "")
#define SECOND(at, n) PART(at, n, "c2pa.hash.data.part__1", "")
#define PARTS(list)   "{\"parts\":[" list "]}"

_Static_assert(sizeof ASSET - 1 == 27, "the parts are those of this asset");

ROW(parts_sound)
{
    two_parts(w, PARTS(FIRST(0, 10) "," SECOND(10, 17)));
}
ROW(parts_in_another_order)
{
    two_parts(w, PARTS(SECOND(10, 17) "," FIRST(0, 10)));
}
ROW(parts_one_cut_off) // what is optional lies behind the end
{
    two_parts(w, PARTS(FIRST(0, 10) "," SECOND(10, 17) "," PART(27, 4, "c2pa.hash.data.part",
                                                                "\"optional\":true,")));
}
ROW(parts_missing)
{
    two_parts(w, PARTS(FIRST(0, 10) "," SECOND(10, 18)));
}
ROW(parts_changed)
{
    two_parts(w, PARTS(SECOND(0, 10) "," SECOND(10, 17)));
}
ROW(parts_not_all) // bytes behind them could be anything
{
    two_parts(w, PARTS(FIRST(0, 10)));
}
ROW(parts_with_a_gap)
{
    two_parts(w, PARTS(FIRST(0, 10) "," SECOND(11, 16)));
}
ROW(parts_overlapping)
{
    two_parts(w, PARTS(FIRST(0, 10) "," SECOND(9, 18)));
}
ROW(parts_twice)
{
    two_parts(w, PARTS(FIRST(0, 10) "," FIRST(0, 10) "," SECOND(10, 17)));
}
ROW(parts_none)
{
    two_parts(w, PARTS(""));
}
ROW(parts_without_a_place)
{
    two_parts(w, "{\"parts\":[{\"hashAssertion\":{\"url\":\"self#jumbf=c2pa.assertions/"
                 "c2pa.hash.data.part\",\"hash\":\"@c2pa.hash.data.part\"}}]}");
}

#define NONE NULL // no failure at all

static const struct {
    const char *name;
    struct world (*start)(void);
    void (*spoil)(struct world *w);
    const char *code; // that must be there; NONE: no failure
    int exit_code;
} cases[] = {
    { "sound", alone, nothing, NONE, 0 },
    { "sound family", family, nothing, NONE, 0 },
    { "sound update", updated, nothing, NONE, 0 },
    { "sound metadata", alone, metadata_sound, NONE, 0 },
    { "stamped", alone, stamped, NONE, 0 },
    { "claim absent", alone, claim_absent, "claim.missing", 1 },
    { "claim twice", alone, claim_twice, "claim.multiple", 1 },
    { "claim of an unknown version", alone, claim_unknown_label, "claim.missing", 1 },
    { "claim without generator", alone, claim_without_generator, "claim.malformed", 1 },
    { "generator without name", alone, claim_without_name, "claim.malformed", 1 },
    { "claim without instanceID", alone, claim_without_instance, "claim.malformed", 1 },
    { "claim with md5", alone, claim_unknown_alg, "algorithm.unsupported", 1 },
    { "claim spoiled", alone, claim_spoiled, "claimSignature.mismatch", 1 },
    { "label of no form", alone, label_odd, "claim.malformed", 1 },
    { "signature absent", alone, signature_absent, "claimSignature.missing", 1 },
    { "signature of another manifest", alone, signature_elsewhere, "claimSignature.missing", 1 },
    { "signature not named", alone, signature_unnamed, "claim.malformed", 1 },
    { "signature spoiled", alone, signature_spoiled, "claimSignature.mismatch", 1 },
    { "payload attached", alone, signature_attached, "claimSignature.mismatch", 1 },
    { "assertion spoiled", alone, assertion_spoiled, "assertion.hashedURI.mismatch", 1 },
    { "assertion absent", alone, assertion_absent, "assertion.missing", 1 },
    { "assertion twice: ambiguous", alone, assertion_twice, "assertion.missing", 1 },
    { "assertion undeclared", alone, assertion_undeclared, "assertion.undeclared", 1 },
    { "assertion of another manifest", alone, assertion_outside, "assertion.outsideManifest", 1 },
    { "assertion on the web", alone, assertion_on_the_web, "assertion.outsideManifest", 1 },
    { "assertion that is no CBOR", alone, assertion_no_cbor, "assertion.cbor.invalid", 1 },
    { "assertion that is no JSON", alone, assertion_no_json, "assertion.json.invalid", 1 },
    { "no binding", alone, binding_absent, "claim.hardBindings.missing", 1 },
    { "binding only gathered", alone, binding_gathered, "claim.hardBindings.missing", 1 },
    { "two bindings", alone, binding_twice, "assertion.multipleHardBindings", 1 },
    { "content differs", alone, content_differs, "assertion.dataHash.mismatch", 1 },
    { "binding malformed", alone, binding_malformed, "assertion.dataHash.malformed", 1 },
    { "binding with md5", alone, binding_unknown_alg, "algorithm.unsupported", 1 },
    { "binding of a collection", alone, binding_of_collection, "assertion.collectionHash.malformed",
      1 },
    { "no actions in the list", alone, actions_empty, "assertion.action.malformed", 1 },
    { "no list of actions", alone, actions_without_list, "assertion.action.malformed", 1 },
    { "no actions at all", alone, actions_none, "assertion.action.malformed", 1 },
    { "created without source type", alone, created_without_source, "assertion.action.malformed",
      1 },
    { "created second", alone, created_second, "assertion.action.malformed", 1 },
    { "created in a second assertion", alone, created_in_second_assertion,
      "assertion.action.malformed", 1 },
    { "action without name", alone, action_nameless, "assertion.action.malformed", 1 },
    { "opened nothing", alone, opened_without_parameters, "assertion.action.ingredientMismatch",
      1 },
    { "placed nothing", alone, placed_without_ingredient, "assertion.action.ingredientMismatch",
      1 },
    { "placed the parent", family, placed_the_parent, "assertion.action.ingredientMismatch", 1 },
    { "reference differs", family, reference_differs, "hashedURI.mismatch", 1 },
    { "reference missing", alone, reference_missing, "hashedURI.missing", 1 },
    { "redaction of nothing", alone, redaction_unresolved, "assertion.action.redactionMismatch",
      1 },
    { "metadata not on the list", alone, metadata_disallowed, "assertion.metadata.disallowed", 1 },
    { "metadata of a foreign namespace", alone, metadata_foreign_namespace,
      "assertion.metadata.disallowed", 1 },
    { "cloud data malformed", alone, cloud_malformed, "assertion.cloud-data.malformed", 1 },
    { "cloud data binds", alone, cloud_binding, "assertion.cloud-data.hardBinding", 1 },
    { "cloud data acts in an update", updated, cloud_actions, "assertion.cloud-data.actions", 1 },
    { "time-stamp assertion malformed", updated, stamp_map_malformed,
      "assertion.timestamp.malformed", 1 },
    { "parent spoiled after it was taken in", family, parent_spoiled,
      "assertion.hashedURI.mismatch", 5 },
    { "parent's hash differs", family, parent_hash_differs, "ingredient.manifest.mismatch", 1 },
    { "parent missing", family, parent_missing, "ingredient.manifest.missing", 1 },
    { "parent without results", family, parent_without_results, "assertion.ingredient.malformed",
      1 },
    { "parent without credential", family, parent_unknown, "ingredient.unknownProvenance", 0 },
    { "relationship unknown", family, relationship_unknown, "assertion.ingredient.malformed", 1 },
    { "two parents", family, parents_two, "manifest.multipleParents", 1 },
    { "its own parent", family, parent_is_itself, "ingredient.manifest.mismatch", 1 },
    { "update without parent", updated, update_without_parent, "manifest.update.wrongParents", 1 },
    { "update with a binding", updated, update_with_binding, "manifest.update.invalid", 1 },
    { "update with a thumbnail", updated, update_with_thumbnail, "manifest.update.invalid", 1 },
    { "update with an edit", updated, update_with_edit, "manifest.update.invalid", 1 },
    { "own assertion redacted", alone, redact_own, "assertion.selfRedacted", 1 },
    { "actions redacted", family, redact_actions, "assertion.action.redacted", 1 },
    { "binding redacted", family, redact_binding, "assertion.dataHash.redacted", 1 },
    { "redacted, but still there", family, redacted_still_there, "assertion.notRedacted", 1 },
    { "redacted to zeros", family, redacted_blank, "ingredient.claimSignature.validated", 0 },
    { "redacted and gone", family, redacted_gone, "ingredient.claimSignature.validated", 0 },
    { "redacted, signature not named", family, redacted_signature_unnamed,
      "ingredient.claimSignature.missing", 1 },
    { "redacted, signature differs", family, redacted_signature_differs,
      "ingredient.claimSignature.mismatch", 1 },
    { "parts", alone, parts_sound, NONE, 0 },
    { "parts in another order", alone, parts_in_another_order, "assertion.multiAssetHash.match",
      0 },
    { "parts, one cut off", alone, parts_one_cut_off, "assertion.multiAssetHash.match", 0 },
    { "parts, one missing", alone, parts_missing, "assertion.multiAssetHash.missingPart", 1 },
    { "parts, one changed", alone, parts_changed, "assertion.multiAssetHash.mismatch", 1 },
    { "parts, not all", alone, parts_not_all, "assertion.multiAssetHash.malformed", 1 },
    { "parts with a gap", alone, parts_with_a_gap, "assertion.multiAssetHash.malformed", 1 },
    { "parts that overlap", alone, parts_overlapping, "assertion.multiAssetHash.malformed", 1 },
    { "parts, one twice", alone, parts_twice, "assertion.multiAssetHash.malformed", 1 },
    { "no parts", alone, parts_none, "assertion.multiAssetHash.malformed", 1 },
    { "parts without a place", alone, parts_without_a_place, "assertion.multiAssetHash.malformed",
      1 },
    { "capture of its own camera", alone, capture_own, NONE, 0 },
    { "capture of another camera", alone, capture_of_another, NONE, 1 },
    { "capture by a person", alone, capture_by_person, NONE, 1 },
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_N(cases); i++) {
        struct world w = cases[i].start();
        cases[i].spoil(&w);
        struct exh_report *r = judge(&w);
        if (!CHECK(r != NULL, "%s: cannot look", cases[i].name))
            continue;
        if (cases[i].code)
            CHECK(has_code(r, cases[i].code), "%s: %s is missing", cases[i].name, cases[i].code);
        else
            CHECK(failures(r) == 0, "%s: %zu failures", cases[i].name, failures(r));
        CHECK(exh_report_exit_code(r) == cases[i].exit_code, "%s: exit code %d, not %d: %s",
              cases[i].name, exh_report_exit_code(r), cases[i].exit_code, r->axes[0].sentence);
        exh_report_free(r);
    }
    return check_done();
}
