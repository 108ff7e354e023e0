#include "cli/impostor.h"

#include <stdlib.h>
#include <string.h>

#include <exhibit/sign.h>

#include "base/error.h"
#include "cli/module.h"
#include "crypto/pem.h"
#include "pki/ca.h"

#define SIGN_ROOM ((size_t)1 << 20) // bytes that a new credential may add

/* Keys and certificates of the forger. */
struct impostor {
    struct exh_key *root_key, *key;
    struct ca *ca;
    struct buf root, leaf; // PEM
    struct exh_certs *certs;
    struct exh_signer signer;
};

static void impostor_free(struct impostor *i)
{
    exh_certs_free(i->certs);
    ca_close(i->ca);
    exh_key_free(i->key);
    exh_key_free(i->root_key);
    buf_free(&i->leaf);
    buf_free(&i->root);
}

static enum exh_status make_certificates(struct impostor *i, const char *issuer, enum ca_role role,
                                         const char *name, int64_t now, struct exh_error *err)
{
    const struct ca_order order = { .role = role, .name = name, .subject = i->key, .now = now };
    enum exh_status status;

    i->root = buf_with_limit(EXH_CERT_MAX);
    i->leaf = buf_with_limit(EXH_CERT_MAX);
    if ((status = ca_root(i->root_key, issuer, 0, now, &i->root, err)) ||
        (status = pem_wrap(&i->root, err)) ||
        (status = ca_open((const char *)i->root.p, i->root.n, i->root_key, NULL, &i->ca, err)) ||
        (status = ca_issue(i->ca, &order, &i->leaf, err)))
        return status;
    return pem_wrap(&i->leaf, err);
}

static enum exh_status enroll(struct impostor *i, const struct exh_certificate *as, int64_t now,
                              struct exh_error *err)
{
    const bool camera = as->camera[0];
    const char *name = camera ? as->camera : as->person[0] ? as->person : "somebody";
    enum exh_status status = exh_key_new("es256", &i->root_key, err);

    if (status == EXH_OK)
        status = exh_key_new("es256", &i->key, err);
    if (status == EXH_OK)
        status = make_certificates(i, as->issuer[0] ? as->issuer : "Authority",
                                   camera ? CA_CAMERA : CA_PERSON, name, now, err);
    if (status == EXH_OK)
        status = exh_certs_read((const char *)i->leaf.p, i->leaf.n, &i->certs, err);
    if (status == EXH_OK)
        status = exh_key_signer(i->key, i->certs, 0, &i->signer, err);
    return status;
}

/* A sink into new memory of size bytes, owned by the caller through m->p. */
static bool sink_new(struct exh_memory_sink *m, size_t size)
{
    *m = (struct exh_memory_sink){ .p = malloc(size), .size = size };
    return m->p != NULL;
}

/* The file without its credential. */
static enum exh_status bare(const struct workshop *w, struct exh_memory_sink *m,
                            struct exh_error *err)
{
    const struct exh_source file = exh_source_memory(w->p, w->n);
    uint8_t *store = NULL;
    size_t n = 0;

    if (!sink_new(m, w->n + 1))
        return fail_no_memory(err);
    const struct exh_sink sink = exh_sink_memory(m);
    if (w->sidecar)
        return sink.write(sink.ctx, w->p, w->n, err);
    enum exh_status status = exh_strip(&file, &sink, &store, &n, err);
    free(store);
    return status;
}

/* What the genuine signer claimed, claimed again. */
static struct exh_capture claim_again(const struct exh_claimed_capture *c, int64_t now)
{
    return (struct exh_capture){
        .camera_id = c->camera_id,
        .start_frame = c->start_frame,
        .end_frame = c->end_frame,
        .captured_at = now,
        .clock_source = "ntp",
        .has_position = c->has_position,
        .lat = c->lat,
        .lon = c->lon,
        .accuracy_m = c->accuracy_m,
        .position_source = c->has_position ? c->position_source : NULL,
        .position_reason = c->has_position ? NULL : c->position_source,
        .prev = c->has_prev ? c->prev : NULL,
    };
}

static enum exh_status sign_bare(const struct workshop *w, const struct exh_report *genuine,
                                 const struct impostor *i, int64_t now,
                                 const struct exh_memory_sink *plain, struct forgery *f,
                                 struct exh_error *err)
{
    const struct exh_source source = exh_source_memory(plain->p, plain->n);
    const struct exh_capture capture = claim_again(&genuine->capture, now);
    const bool captured = genuine->capture.present;
    struct exh_memory_sink out = { 0 }, beside = { 0 };

    if (!sink_new(&out, plain->n + SIGN_ROOM) || !sink_new(&beside, SIGN_ROOM)) {
        free(out.p);
        return fail_no_memory(err);
    }
    const struct exh_sink sink = exh_sink_memory(&out), sidecar = exh_sink_memory(&beside);
    const struct exh_sign_options o = {
        .crypto = exh_crypto_openssl(),
        .now = now,
        .source_type = captured ? "digitalCapture" : "digitalCreation",
        .capture = captured ? &capture : NULL,
        .sidecar = w->sidecar ? &sidecar : NULL,
    };
    enum exh_status status = exh_sign(&source, &sink, &i->signer, &o, NULL, err);
    f->p = out.p;
    f->n = out.n;
    f->sidecar_n = beside.n;
    if (w->sidecar)
        f->sidecar = beside.p;
    else
        free(beside.p);
    return status;
}

enum exh_status impostor_sign(const struct workshop *w, const struct exh_report *genuine,
                              int64_t now, struct forgery *f, struct exh_error *err)
{
    const struct exh_certificate *as = &genuine->manifests[genuine->manifests_n - 1].signer;
    struct exh_certificate camera = *as;
    struct impostor i = { 0 };
    struct exh_memory_sink plain = { 0 };

    *f = (struct forgery){ 0 };
    if (genuine->capture.present)
        memcpy(camera.camera, genuine->capture.camera_id, sizeof camera.camera);
    enum exh_status status = enroll(&i, &camera, now, err);
    if (status == EXH_OK)
        status = bare(w, &plain, err);
    if (status == EXH_OK)
        status = sign_bare(w, genuine, &i, now, &plain, f, err);
    free(plain.p);
    impostor_free(&i);
    if (status != EXH_OK)
        forgery_free(f);
    return status;
}

/* The credential into another picture, or beside it. */
static enum exh_status put_on(const struct workshop *w, uint8_t *picture, size_t n,
                              struct forgery *f, struct exh_error *err)
{
    const struct exh_source other = exh_source_memory(picture, n);
    struct exh_memory_sink out = { 0 };

    if (w->sidecar) {
        f->sidecar = malloc(w->sidecar_n + 1);
        f->p = malloc(n + 1);
        if (!f->sidecar || !f->p)
            return fail_no_memory(err);
        memcpy(f->sidecar, w->sidecar, f->sidecar_n = w->sidecar_n);
        memcpy(f->p, picture, f->n = n);
        return EXH_OK;
    }
    if (!sink_new(&out, n + w->n + SIGN_ROOM))
        return fail_no_memory(err);
    const struct exh_sink sink = exh_sink_memory(&out);
    enum exh_status status = exh_attach(&other, buf_view(&w->container.jumbf), &sink, err);
    f->p = out.p;
    f->n = out.n;
    return status;
}

enum exh_status impostor_splice(const struct workshop *w, struct forgery *f, struct exh_error *err)
{
    const struct exh_source file = exh_source_memory(w->p, w->n);
    const struct media_api *media = module_media(err);
    uint8_t *picture = NULL;
    size_t n = 0;

    *f = (struct forgery){ 0 };
    if (!media)
        return err->status;
    if (w->container.update_jumbf.n)
        return fail(err, EXH_UNSUPPORTED, "the credential is in two parts");
    enum exh_status status = media->thumbnail(&file, &picture, &n, err);
    if (status == EXH_OK)
        status = put_on(w, picture, n, f, err);
    free(picture);
    if (status != EXH_OK)
        forgery_free(f);
    return status;
}
