/*
 * sign.h -- sign an asset: its bytes go from a source to a sink, with a manifest store inside.
 *
 *     struct exh_sign_options options = {
 *         .crypto = exh_crypto_openssl(), .source_type = "digitalCreation", .now = time(NULL) };
 *     status = exh_sign(&source, &sink, &signer, &options, &signed_, &err);
 *
 * The input is read once: the store's size is fixed first, the bytes are hashed while they are
 * copied, then signed and stamped, and the store fills the hole that was left for it. Only when the
 * sink is a pipe, or the input carries manifests itself (they are verified first), it is read twice.
 *
 * Spec: C2PA, "Manifests", "Claims", "Binding to Content".
 */
#ifndef EXHIBIT_SIGN_H
#define EXHIBIT_SIGN_H

#include <stdbool.h>

#include <exhibit/crypto.h>
#include <exhibit/key.h>
#include <exhibit/source.h>
#include <exhibit/trust.h>

#ifdef __cplusplus
extern "C" {
#endif

#define EXH_INGREDIENTS_MAX 256
#define EXH_NO_TIME         INT64_MIN // a clock that is not set

/*
 * Asks a time-stamp authority for a token over a digest. Writes the TimeStampToken (not the
 * response) into to, at most size bytes.
 */
struct exh_stamper {
    size_t token_max; // bytes to reserve; 0: 8000
    enum exh_status (*stamp)(void *ctx, enum exh_hash alg, struct exh_bytes digest, uint8_t *to,
                             size_t size, size_t *n, struct exh_error *err);
    void *ctx;
};

/* org.exhibit.capture: what the camera knew. Strings borrowed for the call; NULL when unknown. */
struct exh_capture {
    const char *camera_id; // needed
    uint64_t start_frame;
    uint64_t end_frame;       // a photo: = start_frame
    int64_t captured_at;      // Unix seconds; EXH_NO_TIME without a clock
    int utc_offset_min;       // of the local time, minutes east
    const char *clock_source; // "ntp", "gnss", "manual", "none"
    bool has_clock_offset;
    int64_t clock_offset_ms; // measured against clock_source
    int64_t clock_uncertainty_ms;
    bool has_position;
    double lat, lon; // degrees, WGS 84
    bool has_alt;
    double alt;                  // metres
    double accuracy_m;           // radius
    const char *position_source; // "gnss", "fixed", "user"
    const char *position_reason; // why there is none: "no receiver"
    const uint8_t *prev; // 32 bytes: SHA-256 of the previous capture's claim; NULL: the first
};

/* Another asset that this one is made of. */
struct exh_ingredient {
    const struct exh_source *source; // borrowed for the call
    const char *title;               // file name, or NULL
    const char *relationship;        // "componentOf" or "inputTo"
};

/* A redaction: the absolute JUMBF URI of an ingredient's assertion, and why. */
struct exh_redaction {
    const char *url;
    const char *reason; // "c2pa.PII.present", …; or NULL
};

struct exh_embedded {   // a file inside the manifest: a thumbnail
    const char *format; // "image/jpeg"
    struct exh_bytes data;
};

struct exh_sign_options {
    const struct exh_crypto *crypto; // needed: exh_crypto_openssl(), or your own
    const struct exh_trust *trust;   // to judge ingredients; may be NULL
    int64_t now;                     // Unix seconds, or EXH_NO_TIME: no `when` is written
    enum exh_hash hash;              // 0: SHA-256
    const char *generator;           // claim generator's name; NULL: "exhibit"
    const char *generator_version;   // NULL: ours
    const char *title;               // dc:title; NULL: none
    const char *input_title;         // dc:title of the parent ingredient: a file name; NULL: none
    const struct exh_source *store;  // the input's sidecar; NULL: its credential lies in it, if any
    // c2pa.created with this digitalSourceType (a URI, or the IPTC name alone, "digitalCapture").
    // NULL: c2pa.opened, with the input as parent ingredient.
    const char *source_type;
    const struct exh_capture *capture; // needs a leaf of role camera with the same id; NULL: none
    const char *metadata;              // c2pa.metadata as JSON-LD text; NULL: none
    const struct exh_embedded *thumbnail;
    const struct exh_ingredient *ingredients;
    size_t ingredients_n;
    const struct exh_redaction *redactions;
    size_t redactions_n;
    const struct exh_stamper *stamper; // NULL: no time-stamp now
    const struct exh_bytes *ocsp;      // OCSP responses to staple, DER; only with a stamper
    size_t ocsp_n;
    const struct exh_sink
        *sidecar; // the store goes there; the asset is copied unchanged to sink, if any
    // An update manifest: the input keeps its binding; only actions of an update are written.
    bool update;
    const struct exh_bytes *status; // with update: c2pa.certificate-status, DER OCSP responses
    size_t status_n;
    bool stamp_active; // with update and stamper: c2pa.time-stamp over the active manifest
    bool append;       // BMFF: the append-only form, manifest box last
    void (*progress)(void *ctx, uint64_t done, uint64_t total); // may be NULL
    void *progress_ctx;
};

/* What was done. */
struct exh_signed {
    char label[128];          // of the new manifest
    uint8_t claim_sha256[32]; // of its claim: `prev` of the next capture
    // Digests, with options.hash, that a time-stamp attests: of the header sigTst2, and of a later
    // c2pa.time-stamp assertion. The specification has one for both; verifiers have two.
    uint8_t imprint[EXH_HASH_MAX];
    uint8_t late_imprint[EXH_HASH_MAX];
    size_t imprint_n; // bytes of each
    bool stamped;
    uint64_t bytes_added;
    char warning[EXH_ERROR_MAX]; // "" or one sentence: why there is no time-stamp
};

/*
 * Sign source into sink.
 *
 * source, sink, signer, options  borrowed for the call. With options->sidecar sink may be NULL.
 * out  may be NULL.
 * err  may be NULL.
 *
 * On failure the sink may have received bytes: they are no output, throw them away.
 *
 * EXH_INVALID      options that contradict each other, the certificate or the input
 * EXH_MALFORMED  EXH_LIMIT  EXH_UNSUPPORTED  EXH_CRYPTO  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_sign(const struct exh_source *source, const struct exh_sink *sink,
                                 const struct exh_signer *signer,
                                 const struct exh_sign_options *options, struct exh_signed *out,
                                 struct exh_error *err);

/* One rendition of a stream in files of its own (CMAF, DASH, HLS); borrowed for the call. */
struct exh_fragments {
    const struct exh_source *init;     // the initialization segment: ftyp, moov, no media
    const struct exh_source *segments; // in order; each one moof and one mdat
    size_t n;                          // 1 to EXH_SEGMENTS_MAX
    const char *const *names;          // of the segments, for messages; NULL: "segment 3"
};
#define EXH_SEGMENTS_MAX 65536

/* Where they go. Segments are written one after another; the initialization segment may be any time. */
struct exh_fragment_sinks {
    const struct exh_sink *init;
    // Begin the output of segment i; *sink is borrowed until end. Called once for each i, in order.
    enum exh_status (*begin)(void *ctx, size_t i, const struct exh_sink **sink,
                             struct exh_error *err);
    enum exh_status (*end)(void *ctx, size_t i, struct exh_error *err); // its bytes are complete
    void *ctx;
};

/*
 * Sign a rendition: the manifest goes into the initialization segment, and binds every segment by one
 * Merkle tree; into each segment goes a box that says which leaf it is. Up to 64 segments are read
 * once, more are read twice: then the manifest holds a higher row of the tree, and each segment its
 * proof. Input that carries a credential already is refused.
 *
 * options  as for exh_sign(), but update, sidecar, store and append are not possible.
 * out, err may be NULL.
 *
 * The same failures as exh_sign(). On failure, throw away what the sinks have received.
 *
 * Spec: C2PA, "Auxiliary 'c2pa' Boxes for Large and Fragmented Files".
 */
EXH_API enum exh_status exh_sign_fragments(const struct exh_fragments *in,
                                           const struct exh_fragment_sinks *sinks,
                                           const struct exh_signer *signer,
                                           const struct exh_sign_options *options,
                                           struct exh_signed *out, struct exh_error *err);

/*
 * Take every store out of an asset.
 *
 * source  borrowed for the call.
 * sink    receives what is left. It need not patch.
 * store   receives the store: owned, free(). NULL with *n 0 when there were several, so that none
 *         counted. A second store of updates (BMFF) is joined to the first.
 * err     may be NULL.
 *
 * EXH_NOT_FOUND  the asset carries none
 * EXH_MALFORMED  EXH_LIMIT  EXH_UNSUPPORTED  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_strip(const struct exh_source *source, const struct exh_sink *sink,
                                  uint8_t **store, size_t *n, struct exh_error *err);

/*
 * Put a store into an asset that has none: the reverse of exh_strip(). Whether it belongs there is not
 * judged; exh_verify() of the result tells.
 *
 * EXH_INVALID      the asset carries one already
 * EXH_UNSUPPORTED  a store that ends with an update manifest, into BMFF; an unknown format
 * EXH_MALFORMED  EXH_LIMIT  EXH_IO  EXH_NO_MEMORY
 */
EXH_API enum exh_status exh_attach(const struct exh_source *source, struct exh_bytes store,
                                   const struct exh_sink *sink, struct exh_error *err);

/*
 * Bring an ISO base media file out of the append-only form (options->append): the manifest box moves
 * from the end into the room that was kept for it behind the file type, where every reader looks. Media,
 * hash and signature stay as they are. EXH_INVALID when the file is not in that form.
 */
EXH_API enum exh_status exh_deliver(const struct exh_source *source, const struct exh_sink *sink,
                                    struct exh_error *err);

#ifdef __cplusplus
}
#endif

#endif
